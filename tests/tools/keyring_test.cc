#include "tools/keyring.h"

#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "absl/strings/match.h"

namespace pegel::tools {
namespace {

SecretKey KeyOf(uint8_t byte) {
  SecretKey key;
  key.bytes.fill(byte);
  return key;
}

const SecretPlace kPlace{"security.sasl.plain.credentials", "root"};
constexpr char kClear[] = "correct horse battery staple";
constexpr char kSalt[] = "0123456789abcdef";

TEST(Keyring, OpensWhatItSealed) {
  Keyring keyring({KeyOf(1)});
  for (const std::string& clear : {std::string(), std::string("x"), std::string(kClear),
                                   std::string("\0\xFF", 2), std::string(100'000, 'y')}) {
    config::Sealed sealed = keyring.Seal(kPlace, clear, kSalt);
    EXPECT_EQ(sealed.key_id, keyring.newest_id());
    EXPECT_EQ(sealed.box.size(), 12 + clear.size() + 16);
    EXPECT_EQ(keyring.Open(kPlace, sealed).value(), clear);
  }
}

TEST(Keyring, ARetryOfACallSealsToTheSameBytes) {
  EXPECT_EQ(Keyring({KeyOf(1)}).Seal(kPlace, kClear, kSalt),
            Keyring({KeyOf(1)}).Seal(kPlace, kClear, kSalt));
}

TEST(Keyring, NothingElseSealsToTheSameBytesOrWithTheSameNonce) {
  Keyring keyring({KeyOf(1)});
  std::vector<config::Sealed> seals = {
      keyring.Seal(kPlace, kClear, kSalt), keyring.Seal(kPlace, kClear, "another call"),
      keyring.Seal(kPlace, "another text", kSalt),
      keyring.Seal({"another.key", kPlace.entry_name}, kClear, kSalt),
      keyring.Seal({kPlace.config_key, "guest"}, kClear, kSalt),
      // The same letters with other borders between the parts.
      keyring.Seal({"ab", "c"}, kClear, kSalt), keyring.Seal({"a", "bc"}, kClear, kSalt),
      keyring.Seal({"abc", ""}, kClear, kSalt), Keyring({KeyOf(2)}).Seal(kPlace, kClear, kSalt)};
  std::set<std::string> nonces, boxes;
  for (const config::Sealed& sealed : seals) {
    nonces.insert(sealed.box.substr(0, 12));
    boxes.insert(sealed.box.substr(12));
  }
  EXPECT_EQ(nonces.size(), seals.size());
  EXPECT_EQ(boxes.size(), seals.size());
}

TEST(Keyring, TheClearTextIsNotInTheSeal) {
  config::Sealed sealed = Keyring({KeyOf(1)}).Seal(kPlace, kClear, kSalt);
  for (size_t i = 0; i + 4 <= sizeof(kClear) - 1; ++i) {
    EXPECT_FALSE(absl::StrContains(sealed.box, absl::string_view(kClear).substr(i, 4)));
  }
}

TEST(Keyring, AChangedBitAnywhereIsRefused) {
  Keyring keyring({KeyOf(1)});
  const config::Sealed sealed = keyring.Seal(kPlace, kClear, kSalt);
  int tampered = 0, opened = 0;
  auto expect_refused = [&](SecretPlace place, const config::Sealed& changed) {
    ++tampered;
    absl::StatusOr<std::string> clear = keyring.Open(place, changed);
    opened += clear.ok();
    EXPECT_FALSE(absl::StrContains(clear.status().message(), kClear));
  };
  for (size_t i = 0; i < sealed.box.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      config::Sealed changed = sealed;
      changed.box[i] = static_cast<char>(changed.box[i] ^ (1 << bit));
      expect_refused(kPlace, changed);
    }
    config::Sealed cut = sealed;
    cut.box.resize(i);
    expect_refused(kPlace, cut);
  }
  for (size_t i = 0; i < kPlace.config_key.size(); ++i) {
    std::string key(kPlace.config_key);
    key[i] ^= 1;
    expect_refused({key, kPlace.entry_name}, sealed);
  }
  for (size_t i = 0; i < kPlace.entry_name.size(); ++i) {
    std::string entry(kPlace.entry_name);
    entry[i] ^= 1;
    expect_refused({kPlace.config_key, entry}, sealed);
  }
  for (size_t i = 0; i < sealed.key_id.size(); ++i) {
    config::Sealed changed = sealed;
    changed.key_id[i] ^= 1;
    expect_refused(kPlace, changed);
  }
  expect_refused({"security.sasl.plain.credentialsroot", ""}, sealed);
  config::Sealed longer = sealed;
  longer.box += '\0';
  expect_refused(kPlace, longer);
  EXPECT_EQ(opened, 0);
  std::cout << "seal tampering: changes=" << tampered << " opened=" << opened << "\n";
}

TEST(Keyring, OlderKeysOpenAndTheNewestSeals) {
  Keyring before({KeyOf(1)});
  Keyring after({KeyOf(2), KeyOf(1)});
  config::Sealed old_seal = before.Seal(kPlace, kClear, kSalt);
  EXPECT_EQ(after.Open(kPlace, old_seal).value(), kClear);
  config::Sealed new_seal = after.Seal(kPlace, kClear, kSalt);
  EXPECT_NE(new_seal.key_id, old_seal.key_id);
  absl::Status refused = before.Open(kPlace, new_seal).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(refused.message(),
            "key 'security.sasl.plain.credentials', entry 'root' is sealed under key id " +
                new_seal.key_id +
                ", which the key file does not hold; put that key's line back into it, or set the "
                "value anew");
}

// Pinned, and computed by another implementation (Python's hmac and cryptography): a change here
// would make every seal ever written unreadable.
TEST(Keyring, SealsAreForEver) {
  config::Sealed sealed = Keyring({KeyOf(1)}).Seal(kPlace, kClear, kSalt);
  EXPECT_EQ(sealed.key_id, "6f4a61913ca0b8dd");
  std::string hex;
  for (char c : sealed.box) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[static_cast<uint8_t>(c) >> 4];
    hex += kDigits[static_cast<uint8_t>(c) & 15];
  }
  EXPECT_EQ(hex,
            "7fb5001a9ed6fc734dae77163a9f76036c34526c4089378445bd83dde29cb6d4"
            "c11e797d37058ecc0a7bd1809080fcb7055d39fc07aad072");
}

TEST(RandomSalt, IsNewEachTime) {
  EXPECT_EQ(RandomSalt().value().size(), 16u);
  EXPECT_NE(RandomSalt().value(), RandomSalt().value());
}

}  // namespace
}  // namespace pegel::tools

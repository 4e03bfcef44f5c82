#include "tools/keyring.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <initializer_list>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/check.h"

namespace pegel::tools {
namespace {

constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}
uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

// Parts with their lengths in front, so that no two lists of parts give the same bytes.
std::string Joined(std::initializer_list<absl::string_view> parts) {
  size_t size = 0;
  for (absl::string_view part : parts) size += 8 + part.size();
  std::string joined;
  joined.reserve(size);  // Never copied to grow: a copy would not be wiped.
  for (absl::string_view part : parts) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      joined.push_back(static_cast<char>(static_cast<uint64_t>(part.size()) >> shift & 0xFF));
    }
    joined.append(part.data(), part.size());
  }
  return joined;
}

SecretKey Hmac(const SecretKey& key, absl::string_view message) {
  SecretKey out;
  unsigned int size = 0;
  const uint8_t* done = HMAC(EVP_sha256(), key.bytes.data(), static_cast<int>(key.bytes.size()),
                             Bytes(message), message.size(), out.bytes.data(), &size);
  PEGEL_CHECK(done != nullptr && size == out.bytes.size(), "HMAC-SHA256 failed");
  return out;
}

std::string PlaceText(SecretPlace place) {
  return place.entry_name.empty()
             ? absl::StrCat("key '", place.config_key, "'")
             : absl::StrCat("key '", place.config_key, "', entry '", place.entry_name, "'");
}

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

int SizeOf(absl::string_view text) {
  PEGEL_CHECK(text.size() < (1u << 30), "a text of ", text.size(), " bytes to seal or open");
  return static_cast<int>(text.size());
}

// Both directions share the set-up: key, nonce, authenticated place.
Cipher Begin(const SecretKey& key, absl::string_view nonce, absl::string_view aad, bool is_seal) {
  Cipher cipher(EVP_CIPHER_CTX_new());
  int n = 0;
  bool ok = cipher != nullptr &&
            EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(),
                              Bytes(nonce), is_seal ? 1 : 0) == 1 &&
            EVP_CipherUpdate(cipher.get(), nullptr, &n, Bytes(aad), SizeOf(aad)) == 1;
  PEGEL_CHECK(ok, "AES-256-GCM cannot be set up");
  return cipher;
}

// nonce ‖ ciphertext ‖ tag
std::string Box(const SecretKey& key, absl::string_view nonce, absl::string_view aad,
                absl::string_view clear) {
  Cipher cipher = Begin(key, nonce, aad, true);
  std::string box(nonce);
  box.resize(kNonceBytes + clear.size() + kTagBytes);
  uint8_t* out = Bytes(box) + kNonceBytes;
  int n = 0;
  bool ok =
      EVP_CipherUpdate(cipher.get(), out, &n, Bytes(clear), SizeOf(clear)) == 1 &&
      EVP_CipherFinal_ex(cipher.get(), out + n, &n) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, out + clear.size()) == 1;
  PEGEL_CHECK(ok, "AES-256-GCM failed");
  return box;
}

// False when the box is not what was sealed.
bool Unbox(const SecretKey& key, std::string box, absl::string_view aad, std::string* clear) {
  if (box.size() < kNonceBytes + kTagBytes) return false;
  Cipher cipher = Begin(key, absl::string_view(box).substr(0, kNonceBytes), aad, false);
  size_t size = box.size() - kNonceBytes - kTagBytes;
  absl::string_view sealed = absl::string_view(box).substr(kNonceBytes, size);
  clear->assign(size, '\0');
  int n = 0;
  bool ok = EVP_CipherUpdate(cipher.get(), Bytes(*clear), &n, Bytes(sealed), SizeOf(sealed)) == 1 &&
            EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes,
                                Bytes(box) + kNonceBytes + size) == 1 &&
            EVP_CipherFinal_ex(cipher.get(), Bytes(*clear) + n, &n) == 1;
  if (!ok) Wipe(clear);
  return ok;
}

}  // namespace

Keyring::Keyring(const std::vector<SecretKey>& keys) {
  PEGEL_CHECK(!keys.empty(), "a keyring without a key");
  for (const SecretKey& key : keys) {
    keys_.push_back({KeyId(key), Hmac(key, "pegel nonces"), Hmac(key, "pegel boxes")});
  }
}

absl::StatusOr<Keyring> Keyring::Load(const std::string& file) {
  absl::StatusOr<std::vector<SecretKey>> keys = ReadKeyFile(file);
  if (!keys.ok()) return keys.status();
  return Keyring(*keys);
}

config::Sealed Keyring::Seal(SecretPlace place, absl::string_view clear,
                             absl::string_view salt) const {
  const Derived& key = keys_.front();
  std::string unique = Joined({salt, place.config_key, place.entry_name, clear});
  SecretKey nonce = Hmac(key.for_nonces, unique);
  Wipe(&unique);
  absl::string_view nonce_bytes(reinterpret_cast<const char*>(nonce.bytes.data()), kNonceBytes);
  return {key.id,
          Box(key.for_boxes, nonce_bytes, Joined({place.config_key, place.entry_name}), clear)};
}

absl::StatusOr<std::string> Keyring::Open(SecretPlace place, const config::Sealed& sealed) const {
  const Derived* key = Find(sealed.key_id);
  if (key == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(PlaceText(place), " is sealed under key id ", sealed.key_id,
                     ", which the key file does not hold; put that key's line back into it, or "
                     "set the value anew"));
  }
  std::string clear;
  std::string aad = Joined({place.config_key, place.entry_name});
  if (Unbox(key->for_boxes, sealed.box, aad, &clear)) return clear;
  return absl::DataLossError(
      absl::StrCat(PlaceText(place), " (key id ", sealed.key_id,
                   ") holds a seal that was damaged or made for another place; set it anew"));
}

const Keyring::Derived* Keyring::Find(absl::string_view id) const {
  for (const Derived& key : keys_) {
    if (key.id == id) return &key;
  }
  return nullptr;
}

absl::StatusOr<std::string> RandomSalt() {
  std::string salt(16, '\0');
  if (RAND_bytes(Bytes(salt), static_cast<int>(salt.size())) == 1) return salt;
  return absl::UnavailableError("the system gave no random bytes to seal with; try again");
}

void Wipe(std::string* text) {
  OPENSSL_cleanse(text->data(), text->size());
  text->clear();
}

}  // namespace pegel::tools

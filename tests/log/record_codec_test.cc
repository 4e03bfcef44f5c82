#include "log/record_codec.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <functional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/sha256.h"
#include "log/frame.h"
#include "log/record.capnp.h"
#include "tests/log/records.h"

namespace pegel::log {
namespace {

using ::pegel::testing::AnyRecord;
using ::pegel::testing::PlainRecord;
using ::pegel::testing::Random;
using ::pegel::testing::Same;
using ::testing::Contains;
using ::testing::HasSubstr;

const Hash256 kPrevious = Sha256("the record before");

std::string Encoded(const Record& record, const Hash256& previous = kPrevious) {
  std::string bytes;
  EncodeRecord(record, previous, &bytes);
  return bytes;
}

// A record of 200 kB, far more than what the encoder keeps on the stack.
Record LargeRecord() {
  Record record = PlainRecord(Lsn{1});
  Boot boot{"cluster", 1, {}};
  for (int i = 0; i < 1000; ++i)
    boot.static_configs[absl::StrCat("key.", i)] = std::string(190, 'v');
  record.command = boot;
  return record;
}

TEST(RecordCodec, DecodingGivesBackWhatWasEncoded) {
  uint64_t seed = pegel::testing::SeedFromEnvironment();
  SCOPED_TRACE(pegel::testing::Reproduce(seed, "record_codec_test"));
  Random random(seed);
  for (int i = 0, n = pegel::testing::IsFullVolume() ? 300'000 : 5'000; i < n; ++i) {
    Record record = AnyRecord(random, Lsn{1 + random.Below(1 << 20)});
    absl::StatusOr<StoredRecord> stored = DecodeRecord(Encoded(record));
    ASSERT_TRUE(stored.ok()) << stored.status();
    ASSERT_TRUE(Same(stored->record, record));
    ASSERT_EQ(stored->previous, kPrevious);
  }
}

TEST(RecordCodec, EqualRecordsGiveEqualBytesWhereverTheyAreWritten) {
  std::string bytes = Encoded(PlainRecord(Lsn{7}));
  std::string behind = "something before";
  Encoded(LargeRecord());  // Leaves its traces in the encoder's memory, if it can.
  EncodeRecord(PlainRecord(Lsn{7}), kPrevious, &behind);
  EXPECT_EQ(behind, "something before" + bytes);
}

TEST(RecordCodec, ALargeRecordIsOneSegmentToo) {
  std::string bytes = Encoded(LargeRecord());
  EXPECT_GT(bytes.size(), 200'000u);
  absl::StatusOr<StoredRecord> stored = DecodeRecord(bytes);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_TRUE(Same(stored->record, LargeRecord()));
}

TEST(RecordCodec, BytesMayStartAtAnyAddress) {
  std::string bytes = Encoded(PlainRecord(Lsn{7}));
  for (size_t shift = 0; shift < 8; ++shift) {
    std::string shifted = std::string(shift, 'x') + bytes;
    EXPECT_TRUE(DecodeRecord(absl::string_view(shifted).substr(shift)).ok()) << shift;
  }
}

// IMPORTANT: these bytes are in logs. If this test fails, the code is wrong, not the test.
TEST(RecordCodec, TheBytesOfAKnownRecordNeverChange) {
  std::string bytes = Encoded(PlainRecord(Lsn{7}), Hash256{});
  EXPECT_EQ(absl::BytesToHexString(bytes),
            "000000002a00000000000000050005000100010000000000070000000000000007002a36fe9c9717"
            "0100000000000000070000000000000010000000000002001d000000520000002100000002010000"
            "2d000000020100003800000001000300050000002a000000050000002a0000005573657200000000"
            "726f6f74000000003132372e302e302e310000000000000000000000000000000000000000000000"
            "0000000000000000000000000000000006824ab3fd972fc3d90db498459fde79bdacd5e72822e85e"
            "1bb24cd685bf1c350201000000000000080000000000020018000000000002002400000001000100"
            "0500000032000000050000004a0000006d795f64620000006d795f7461626c650000000000000000"
            "050000002a000000050000001a000000557365720000000075370000000000000100680000000000"
            "010000008200000000000000000000000000ffff0a000000");
  EXPECT_EQ(ToHex(ChainHash(bytes)),
            "e6adc2cb36357e90d2f803665be5086263564e92fbdeab9531d1407ea4528177");
}

TEST(RecordCodec, EveryTruncationAndExtensionIsRefused) {
  std::string bytes = Encoded(PlainRecord(Lsn{7}));
  for (size_t size = 0; size < bytes.size(); ++size) {
    absl::Status status = DecodeRecord(bytes.substr(0, size)).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << size << " bytes: " << status;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeRecord(bytes + '\0').status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeRecord(bytes + std::string(8, '\0')).status()));
}

// Some flips are in padding and change no field; the chain sees them all.
void ExpectEveryFlipIsSeen(const Record& record, int* refused, int* changed, int* padding) {
  const std::string bytes = Encoded(record);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << bit % 8);
    ASSERT_NE(ChainHash(flipped), ChainHash(bytes));
    absl::StatusOr<StoredRecord> stored = DecodeRecord(flipped);
    if (!stored.ok()) {
      ++*refused;
    } else if (Same(stored->record, record) && stored->previous == kPrevious) {
      ++*padding;
    } else {
      ++*changed;
    }
  }
}

TEST(RecordCodec, EveryFlippedBitIsRefusedOrChangesTheChain) {
  Record filter = PlainRecord(Lsn{2});
  filter.command = DropAcl{{acl::Resource{"d", "t"}, Principal{"User", "a"}, acl::Host{},
                            acl::Operation::kAll, acl::Permission::kDeny}};
  Record boot = PlainRecord(Lsn{1});
  boot.command = Boot{"cluster", 1, {{"a", "1"}, {"b", "2"}}};
  int refused = 0, changed = 0, padding = 0;
  for (const Record& record : {PlainRecord(Lsn{7}), filter, boot}) {
    ExpectEveryFlipIsSeen(record, &refused, &changed, &padding);
  }
  std::printf("record bits: refused=%d changed=%d padding=%d\n", refused, changed, padding);
  EXPECT_GT(refused, 0);
  EXPECT_GT(changed, 0);
}

TEST(RecordCodec, NoiseInAGoodFrameNeverCrashes) {
  uint64_t seed = pegel::testing::SeedFromEnvironment();
  SCOPED_TRACE(pegel::testing::Reproduce(seed, "record_codec_test"));
  Random random(seed);
  const std::string good = Encoded(PlainRecord(Lsn{7}));
  for (int i = 0, n = pegel::testing::IsFullVolume() ? 300'000 : 5'000; i < n; ++i) {
    std::string bytes = good;
    for (uint64_t edits = 1 + random.Below(8); edits > 0; --edits) {
      size_t at = kFrameHeaderBytes + random.Below(bytes.size() - kFrameHeaderBytes);
      bytes[at] = static_cast<char>(random.Below(256));
    }
    DecodeRecord(bytes).IgnoreError();
  }
}

// ---- what a decoder must refuse, one field at a time ----

using Edit = std::function<void(schema::Record::Builder)>;

// The bytes of PlainRecord(7) after `edit`, in one segment.
std::string Edited(const Edit& edit) {
  std::string bytes = Encoded(PlainRecord(Lsn{7}));
  kj::Array<capnp::word> words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
  std::memcpy(words.begin(), bytes.data(), bytes.size());
  capnp::FlatArrayMessageReader reader(words);
  capnp::MallocMessageBuilder message(4096);
  message.setRoot(reader.getRoot<schema::Record>());
  edit(message.getRoot<schema::Record>());
  kj::Array<capnp::word> flat = capnp::messageToFlatArray(message);
  return std::string(flat.asChars().begin(), flat.asChars().size());
}

absl::Status StatusOf(const Edit& edit) { return DecodeRecord(Edited(edit)).status(); }

void ExpectRefused(absl::StatusCode code, const std::string& text, const Edit& edit) {
  absl::Status status = StatusOf(edit);
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(text));
}

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kUnimplemented = absl::StatusCode::kUnimplemented;

TEST(RecordDecoder, TakesTheRecordThatTheEditsStartFrom) {
  EXPECT_TRUE(StatusOf([](auto) {}).ok());
}

TEST(RecordDecoder, RefusesFormatsOfOtherVersions) {
  ExpectRefused(kUnimplemented, "format is 2", [](auto record) { record.setFormat(2); });
  ExpectRefused(kDataLoss, "format is missing", [](auto record) { record.setFormat(0); });
}

TEST(RecordDecoder, RefusesLsnZero) {
  ExpectRefused(kDataLoss, "lsn is 0", [](auto record) { record.setLsn(0); });
}

TEST(RecordDecoder, RefusesHashesThatAreNot32Bytes) {
  ExpectRefused(kDataLoss, "previousHash has 31 bytes, expected 32",
                [](auto record) { record.initPreviousHash(31); });
  ExpectRefused(kDataLoss, "effectHash has 33 bytes, expected 32",
                [](auto record) { record.initEffectHash(33); });
  ExpectRefused(kDataLoss, "effectHash has 0 bytes", [](auto record) { record.initEffectHash(0); });
}

TEST(RecordDecoder, RefusesTextThatIsNotUtf8) {
  ExpectRefused(kDataLoss, "host is not UTF-8", [](auto record) { record.setHost("\xff"); });
  ExpectRefused(kDataLoss, "principal is not UTF-8",
                [](auto record) { record.getPrincipal().setName("\xc0\x80"); });
}

TEST(RecordDecoder, RefusesNumbersThatNameNothing) {
  ExpectRefused(kUnimplemented, "acl operation is 0",
                [](auto record) { record.getCommand().getAddAcl().setOperation(0); });
  ExpectRefused(kUnimplemented, "acl operation is 10",
                [](auto record) { record.getCommand().getAddAcl().setOperation(10); });
  ExpectRefused(kUnimplemented, "acl permission is 3",
                [](auto record) { record.getCommand().getAddAcl().setPermission(3); });
}

TEST(RecordDecoder, RefusesBlocksThatAreNoBlocks) {
  auto block = [](auto record) { return record.getCommand().getAddAcl().getHost().getBlock(); };
  ExpectRefused(kDataLoss, "prefixBits is 129",
                [&](auto record) { block(record).setPrefixBits(129); });
  ExpectRefused(kDataLoss, "bits behind its prefix of 102",  // 10.0.0.0 has bit 102 set.
                [&](auto record) { block(record).setPrefixBits(102); });
  ExpectRefused(kDataLoss, "acl host address has 4 bytes, expected 16",
                [&](auto record) { block(record).initAddress(4); });
}

TEST(RecordDecoder, RefusesStaticConfigsOutOfOrder) {
  auto two = [](auto record, const char* first, const char* second) {
    auto configs = record.getCommand().initBoot().initStaticConfigs(2);
    configs[0].setKey(first);
    configs[0].initValue().setText("");
    configs[1].setKey(second);
    configs[1].initValue().setText("");
  };
  EXPECT_TRUE(StatusOf([&](auto record) { two(record, "a", "b"); }).ok());
  ExpectRefused(kDataLoss, "strictly ascending", [&](auto record) { two(record, "b", "a"); });
  ExpectRefused(kDataLoss, "strictly ascending", [&](auto record) { two(record, "a", "a"); });
}

// A record whose one change may be broken by the test.
Record AlterRecord() {
  Record record = PlainRecord(Lsn{7});
  config::SealedMap map{{{"a", {"0123456789abcdef", std::string(28, 'x')}},
                         {"b", {"0123456789abcdef", std::string(28, 'y')}}}};
  record.command = AlterConfigs{{{config::Op::kSet, "k", map}}};
  return record;
}

TEST(RecordDecoder, RefusesConfigsThatNoServerWrites) {
  auto one = [](auto record) {
    auto change = record.getCommand().initAlterConfigs(1)[0];
    change.setKey("k");
    return change;
  };
  auto sealed = [&](auto record) {
    auto seal = one(record).initValue().initSealed();
    seal.setKeyId("0123456789abcdef");
    seal.initBox(28);
    return seal;
  };
  EXPECT_TRUE(StatusOf([&](auto record) { sealed(record); }).ok());
  ExpectRefused(kDataLoss, "keyId is not 16", [&](auto r) { sealed(r).setKeyId("0123"); });
  ExpectRefused(kDataLoss, "keyId is not 16",
                [&](auto r) { sealed(r).setKeyId("0123456789ABCDEF"); });
  ExpectRefused(kDataLoss, "box has 27 bytes", [&](auto r) { sealed(r).initBox(27); });
  ExpectRefused(kDataLoss, "config key is empty", [&](auto r) { one(r).setKey(""); });
  ExpectRefused(kDataLoss, "config key is empty",
                [&](auto r) { r.getCommand().initGetConfigs(1).set(0, ""); });
  ExpectRefused(kUnimplemented, "config op is 4", [&](auto r) { one(r).setOp(4); });
  ExpectRefused(kDataLoss, "resets and has a value", [&](auto r) {
    auto change = one(r);
    change.setOp(1);
    change.initValue().setText("v");
  });
  ExpectRefused(kDataLoss, "staticConfigs hold a null",
                [&](auto r) { r.getCommand().initBoot().initStaticConfigs(1)[0].setKey("k"); });
  ExpectRefused(kDataLoss, "seal name stands twice", [&](auto r) {
    for (auto entry : one(r).initValue().initSealedMap(2)) {
      entry.setName("root");
      entry.initValue().setKeyId("0123456789abcdef");
      entry.getValue().initBox(28);
    }
  });
}

// What the decoder says when any one 16-bit number of `record` is 99.
std::vector<std::string> RefusalsOf99(const Record& record) {
  std::vector<std::string> refusals;
  const std::string bytes = Encoded(record);
  for (size_t at = kFrameHeaderBytes; at < bytes.size(); at += 2) {
    std::string edited = bytes;
    edited.replace(at, 2, "\x63\0", 2);
    absl::Status status = DecodeRecord(edited).status();
    if (absl::IsUnimplemented(status)) refusals.emplace_back(status.message());
  }
  return refusals;
}

TEST(RecordDecoder, EveryUnionRefusesMembersOfLaterVersions) {
  Record record = PlainRecord(Lsn{7});
  record.command = ListAcl{{{}, {}, acl::Host{}, {}, {}}};
  std::vector<std::string> refusals = RefusalsOf99(record);
  for (const char* name : {"command", "filter on resource", "filter on principal", "filter on host",
                           "filter on operation", "filter on permission", "acl host"}) {
    EXPECT_THAT(refusals, Contains(absl::StrCat("record: ", name,
                                                " is 99, which this version does not know")));
  }
  EXPECT_THAT(RefusalsOf99(AlterRecord()),
              Contains("record: config value is 99, which this version does not know"));
}

}  // namespace
}  // namespace pegel::log

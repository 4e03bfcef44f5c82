// What was written once is read for ever: the logs and snapshots in tests/replay/golden/, committed
// as the version of their day wrote them, fold to the digests of that day and encode to the same
// bytes. And the other direction: what a later version may have written is refused, as such.
//
// fold_test.cc pins digests, too, but makes its history anew from test code on each run: it sees a
// changed rule. This one sees the bytes on disk as well, and has every command.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "core/canonical.h"
#include "core/limits.h"
#include "core/sha256.h"
#include "log/group.h"
#include "log/group_file.h"
#include "log/memory_log.h"
#include "log/record_codec.h"
#include "replay/fold_log.h"
#include "snapshot/codec.h"

namespace pegel::replay {
namespace {

void Ignore(const Record&, const Applied&, const Hash256&) {}

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// `behaviour-1` and its like: paths without their ends.
std::vector<std::string> Stems() {
  std::vector<std::string> stems;
  for (const auto& entry : std::filesystem::directory_iterator(PEGEL_GOLDEN)) {
    if (entry.path().extension() == ".log") {
      stems.push_back(std::filesystem::path(entry.path()).replace_extension());
    }
  }
  std::sort(stems.begin(), stems.end());
  return stems;
}

std::vector<std::pair<Lsn, std::string>> DigestsOf(const std::string& stem) {
  std::istringstream in(Read(stem + ".digests"));
  std::vector<std::pair<Lsn, std::string>> digests;
  uint64_t lsn = 0;
  for (std::string hex; in >> lsn >> hex;) digests.emplace_back(Lsn{lsn}, hex);
  return digests;
}

std::unique_ptr<log::GroupFile> OpenLog(const std::string& stem) {
  auto file = log::GroupFile::Open(stem + ".log", nullptr);
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? *std::move(file) : nullptr;
}

// From `start` on through every digest behind it.
void ExpectDigests(const log::Log& log, Folded start, const std::string& stem) {
  for (const auto& [lsn, digest] : DigestsOf(stem)) {
    if (lsn < start.head.lsn) continue;
    absl::StatusOr<Folded> folded = FoldTo(log, std::move(start), lsn, Ignore);
    ASSERT_TRUE(folded.ok()) << stem << ": " << folded.status();
    start = *std::move(folded);
    ASSERT_EQ(ToHex(Digest(start.world)), digest) << stem << " at lsn " << lsn.value;
  }
}

TEST(Golden, EveryLogFoldsToTheDigestsOfItsDay) {
  uint64_t logs = 0, records = 0, digests = 0;
  for (const std::string& stem : Stems()) {
    auto log = OpenLog(stem);
    ASSERT_NE(log, nullptr);
    ASSERT_EQ(DigestsOf(stem).back().first, log->head().lsn);
    ASSERT_GE(DigestsOf(stem).size(), log->head().lsn.value / 10);
    ExpectDigests(*log, Folded{}, stem);
    ++logs, records += log->head().lsn.value, digests += DigestsOf(stem).size();
  }
  std::cout << "golden: logs=" << logs << " records=" << records << " digests=" << digests << "\n";
}

TEST(Golden, EveryRecordIsEncodedToTheBytesOfItsDay) {
  for (const std::string& stem : Stems()) {
    auto log = OpenLog(stem);
    ASSERT_NE(log, nullptr);
    auto reader = log->Read(Lsn{1});
    ASSERT_TRUE(reader.ok());
    Lsn first;
    absl::string_view bytes;
    while (*(*reader)->Next(&first, &bytes)) {
      auto records = log::SplitGroup(bytes);
      ASSERT_TRUE(records.ok()) << records.status();
      for (absl::string_view record : *records) {
        absl::StatusOr<log::StoredRecord> stored = log::DecodeRecord(record);
        ASSERT_TRUE(stored.ok()) << stem << ": " << stored.status();
        std::string again;
        log::EncodeRecord(stored->record, stored->previous, &again);
        ASSERT_TRUE(again == record) << stem << " lsn " << stored->record.moment.lsn.value;
      }
    }
  }
}

TEST(Golden, EverySnapshotIsTheFoldAndLeadsToTheSameEnd) {
  uint64_t snapshots = 0;
  for (const std::string& stem : Stems()) {
    auto log = OpenLog(stem);
    ASSERT_NE(log, nullptr);
    const std::string bytes = Read(stem + ".snapshot");
    absl::StatusOr<snapshot::Decoded> decoded = snapshot::Decode(bytes);
    ASSERT_TRUE(decoded.ok()) << stem << ": " << decoded.status();
    const snapshot::Snapshot& read = decoded->snapshot;
    absl::StatusOr<Folded> folded = FoldTo(*log, Folded{}, read.world.lsn, Ignore);
    ASSERT_TRUE(folded.ok()) << folded.status();
    EXPECT_TRUE(folded->world == read.world) << stem;
    EXPECT_EQ(folded->head.chain, read.chain);
    EXPECT_EQ(folded->answered_chains, read.answered_chains);
    EXPECT_GT(read.answered_chains.size(), 0u);
    EXPECT_TRUE(snapshot::Encode(read.world, read.chain, read.answered_chains).bytes == bytes)
        << stem << ": the snapshot is encoded in another way";
    ExpectDigests(*log, ToFolded(decoded->snapshot), stem);
    ++snapshots;
  }
  std::cout << "golden snapshots: read=" << snapshots << "\n";
}

// A new behaviour or a new command needs a new log beside the old ones (write_golden.cc).
TEST(Golden, EveryBehaviourAndEveryCommandHasALog) {
  std::set<uint32_t> behaviours;
  std::set<CommandKind> kinds;
  for (const std::string& stem : Stems()) {
    auto log = OpenLog(stem);
    ASSERT_NE(log, nullptr);
    auto note = [&](const Record& record, const Applied&, const Hash256&) {
      kinds.insert(KindOf(record.command));
    };
    absl::StatusOr<Folded> folded = FoldLog(*log, note);
    ASSERT_TRUE(folded.ok()) << folded.status();
    behaviours.insert(folded->world.behaviour);
  }
  for (uint32_t behaviour = 1; behaviour <= kBehaviourNewest; ++behaviour) {
    EXPECT_TRUE(behaviours.contains(behaviour)) << "no golden log of behaviour " << behaviour;
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>) << "a command is in no golden log";
  std::cout << "golden kinds: behaviours=" << behaviours.size() << " commands=" << kinds.size()
            << "\n";
}

// ---- what a later version may write ----

// The first record of the first log.
Record FirstRecord() {
  auto log = OpenLog(Stems().front());
  std::optional<Record> first;
  auto note = [&](const Record& record, const Applied&, const Hash256&) { first = record; };
  EXPECT_TRUE(FoldTo(*log, Folded{}, Lsn{1}, note).ok());
  return *first;
}

absl::Status FoldOf(const std::string& record_bytes) {
  log::MemoryLog log;
  log.Append({Lsn{1}, {Lsn{1}, log::ChainHash(record_bytes)}, record_bytes},
             [](const absl::Status&) {});
  return FoldLog(log, Ignore).status();
}

TEST(Golden, ALogOfALaterBehaviourIsRefusedAsThat) {
  Record record = FirstRecord();
  std::get<Boot>(record.command).behaviour = kBehaviourNewest + 1;
  record.effect = Sha256("what a later version did");
  std::string bytes;
  log::EncodeRecord(record, Hash256{}, &bytes);
  absl::Status status = FoldOf(bytes);
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_FALSE(IsDivergence(status));
  EXPECT_EQ(LsnOf(status), Lsn{1});
  EXPECT_EQ(status.message(),
            "lsn 1: the log is of behaviour 2, and this version knows those up to 1. A later "
            "version wrote it.");
}

TEST(Golden, ARecordOfALaterFormatIsRefusedAsThat) {
  std::string bytes;
  log::EncodeRecord(FirstRecord(), Hash256{}, &bytes);
  ASSERT_EQ(bytes[16], log::kRecordFormat) << "the format stands behind frame and root pointer";
  bytes[16] = log::kRecordFormat + 1;
  absl::Status status = FoldOf(bytes);
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_EQ(status.message(), "lsn 1: record: format is 2, which this version does not know");
}

TEST(Golden, ASnapshotOfALaterFormatIsRefusedAsThat) {
  std::string bytes = Read(Stems().front() + ".snapshot");
  ++bytes[11];
  const size_t checked = bytes.size() - sizeof(Hash256);
  const Hash256 sum = Sha256(bytes.substr(0, checked));
  bytes.replace(checked, sum.size(), std::string(sum.begin(), sum.end()));
  absl::Status status = snapshot::Decode(bytes).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_EQ(status.message(), "offset 8: the format: expected 1, found 2");
}

TEST(Golden, ASnapshotOfALaterBehaviourIsRefusedAsThat) {
  absl::StatusOr<snapshot::Decoded> decoded = snapshot::Decode(Read(Stems().front() + ".snapshot"));
  ASSERT_TRUE(decoded.ok());
  snapshot::Snapshot& later = decoded->snapshot;
  later.world.behaviour = kBehaviourNewest + 1;
  absl::Status status =
      snapshot::Decode(snapshot::Encode(later.world, later.chain, later.answered_chains).bytes)
          .status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_NE(status.message().find("a behaviour"), std::string::npos) << status;
}

}  // namespace
}  // namespace pegel::replay

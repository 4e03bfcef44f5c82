// What goes from a log, and under which conditions alone.
#include "tools/retention.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "log/data_dir.h"
#include "log/group_file.h"
#include "replay/recover.h"
#include "tests/support/folded_history.h"
#include "tests/system/process.h"

namespace pegel::tools {
namespace {

using pegel::testing::FoldedHistory;
using pegel::testing::SeedFromEnvironment;
using pegel::testing::TemporaryDirectory;

void Ignore(const Record&, const Applied&, const Hash256&) {}

class Retaining : public ::testing::Test {
 protected:
  Retaining() {
    auto recovered = replay::Recover({.data_dir = data_dir()});
    EXPECT_TRUE(recovered.ok()) << recovered.status();
    log_ = std::move(recovered->log);
    retention_ = std::make_unique<Retention>(*log_, store_, RetentionOptions{20, exports()});
  }
  std::string data_dir() const { return directory_.path() + "/data"; }
  std::string exports() const { return directory_.path() + "/exports"; }

  // So many groups, then a snapshot. Returns its lsn.
  Lsn Grow(int groups) {
    for (int i = 0; i < groups; ++i) {
      log_->Append(history_.NextGroup(1 + history_.random().Below(4)),
                   [](const absl::Status& status) { ASSERT_TRUE(status.ok()); });
    }
    auto folded = replay::FoldTo(*log_, std::move(folded_), history_.head().lsn, Ignore);
    EXPECT_TRUE(folded.ok()) << folded.status();
    folded_ = *std::move(folded);
    auto written = store_.Write(folded_.world, folded_.head.chain, folded_.answered_chains);
    EXPECT_TRUE(written.ok()) << written.status();
    return written->lsn;
  }
  std::vector<std::string> Exports() const {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(exports(), none)) {
      names.push_back(entry.path().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  FoldedHistory history_{SeedFromEnvironment()};
  TemporaryDirectory directory_;
  snapshot::Store store_{snapshot::RealFiles(), log::DataDir{data_dir()}.Snapshots()};
  std::unique_ptr<log::RocksLog> log_;
  replay::Folded folded_;
  std::unique_ptr<Retention> retention_;
};

TEST_F(Retaining, TrimsToTheNewestSnapshotWithEnoughBehindIt) {
  Grow(10);
  Lsn second = Grow(10);
  Lsn third = Grow(2);
  Lsn newest = Grow(10);
  ASSERT_GE(newest.value - second.value, 20u);
  ASSERT_LT(newest.value - third.value, 40u);
  Lsn expected = newest.value - third.value >= 20 ? third : second;
  ASSERT_TRUE(retention_->Run(newest).ok());
  EXPECT_EQ(log_->trimmed().lsn, expected);
  ASSERT_TRUE(retention_->Run(newest).ok()) << "nothing more to do";
  EXPECT_EQ(Exports().size(), 1u);
}

TEST_F(Retaining, ExportsJoinEachOtherAndTheLog) {
  Lsn newest;
  for (int i = 0; i < 6; ++i) {
    newest = Grow(8);
    ASSERT_TRUE(retention_->Run(newest).ok());
    ASSERT_TRUE(store_.Prune(1, retention_->Pinned()).ok());
  }
  ASSERT_GE(Exports().size(), 2u);
  replay::Folded truth;
  for (const std::string& name : Exports()) {
    auto file = log::GroupFile::Open(name, nullptr);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ((*file)->before(), truth.head);
    auto folded = replay::FoldTo(**file, std::move(truth), (*file)->head().lsn, Ignore);
    ASSERT_TRUE(folded.ok()) << folded.status();
    truth = *std::move(folded);
  }
  EXPECT_EQ(truth.head, log_->trimmed());
  auto folded = replay::FoldTo(*log_, std::move(truth), newest, Ignore);
  ASSERT_TRUE(folded.ok()) << folded.status();
  EXPECT_EQ(Digest(folded->world), history_.DigestAt(newest));
  log_.reset();
  auto audited = replay::Audit({.data_dir = data_dir()}, Ignore);
  ASSERT_TRUE(audited.ok()) << audited.status() << ": its snapshot was pinned";
}

TEST_F(Retaining, NothingGoesWithoutAGoodSnapshot) {
  Lsn first = Grow(10);
  Lsn newest = Grow(20);
  std::fstream file(store_.PathOf(first), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(130);
  file.put('\x7f').flush();
  EXPECT_TRUE(absl::IsDataLoss(retention_->Run(newest)));
  EXPECT_EQ(log_->trimmed(), log::Head{});
  EXPECT_TRUE(Exports().empty());
}

TEST_F(Retaining, NothingGoesThatCannotBeExported) {
  Grow(10);
  Lsn newest = Grow(20);
  std::ofstream(exports()) << "a file in its place";
  EXPECT_FALSE(retention_->Run(newest).ok());
  EXPECT_EQ(log_->trimmed(), log::Head{});
}

TEST_F(Retaining, OffMeansForEver) {
  Retention off(*log_, store_, RetentionOptions{});
  Grow(10);
  EXPECT_TRUE(off.Run(Grow(30)).ok());
  EXPECT_EQ(log_->trimmed(), log::Head{});
  EXPECT_TRUE(off.Pinned().empty());
}

}  // namespace
}  // namespace pegel::tools

// Reading history from a log: the same changes that were published, in pieces, behind a log that
// goes on being written.
#include "tools/history_thread.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>

#include "log/group.h"
#include "log/memory_log.h"
#include "tests/support/history.h"

namespace pegel::tools {
namespace {

using pegel::testing::HistoryCall;
using pegel::testing::Random;
using pegel::testing::RandomCall;

// Tasks that wait for the test's own thread, which plays the loop.
class Loop {
 public:
  std::function<void(std::function<void()>)> Post() {
    return [this](std::function<void()> task) {
      std::lock_guard<std::mutex> lock(mutex_);
      tasks_.push_back(std::move(task));
      has_task_.notify_one();
    };
  }
  void RunOne() {
    std::unique_lock<std::mutex> lock(mutex_);
    has_task_.wait(lock, [&] { return !tasks_.empty(); });
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable has_task_;
  std::deque<std::function<void()>> tasks_;
};

// A log of random calls in groups of a few records, and the lsns of those that changed something.
class History : public ::testing::Test {
 protected:
  void Write(int groups) {
    for (int g = 0; g < groups; ++g) {
      std::vector<Record> records;
      for (uint64_t i = 0; i <= random_.Below(5); ++i) {
        HistoryCall call = RandomCall(random_, world_.lsn.value);
        Moment moment{Next(world_.lsn), world_.time, call.author};
        Applied applied = Apply(world_, moment, call.request_id, call.command);
        if (!applied.decision.events.empty()) changed_.push_back(moment.lsn.value);
        records.push_back({moment, call.request_id, call.command, applied.effect});
      }
      std::vector<Hash256> chains;
      log::Group group = log::PackGroup(records, head_, &chains);
      log_.Append(group, [](absl::Status status) { ASSERT_TRUE(status.ok()); });
      head_ = group.head;
    }
  }
  HistoryPiece Read(HistoryReader& reader, Lsn end) {
    HistoryPiece piece;
    bool is_done = false;
    reader.Next(end, [&](HistoryPiece p) {
      piece = std::move(p);
      is_done = true;
    });
    while (!is_done) loop_.RunOne();
    EXPECT_TRUE(piece.status.ok()) << piece.status;
    return piece;
  }
  std::vector<uint64_t> ReadAll(HistoryReader& reader, Lsn end) {
    std::vector<uint64_t> lsns;
    for (Lsn through; through < end;) {
      HistoryPiece piece = Read(reader, end);
      EXPECT_LE(piece.through, end);
      for (const SharedChange& change : piece.changes) {
        EXPECT_LE(change->moment.lsn, piece.through);
        lsns.push_back(change->moment.lsn.value);
      }
      through = piece.through;
    }
    return lsns;
  }
  std::vector<uint64_t> ChangedBetween(uint64_t from, uint64_t to) const {
    std::vector<uint64_t> lsns;
    for (uint64_t lsn : changed_) {
      if (lsn >= from && lsn <= to) lsns.push_back(lsn);
    }
    return lsns;
  }

  Random random_{pegel::testing::SeedFromEnvironment()};
  World world_;
  log::Head head_;
  log::MemoryLog log_;
  std::vector<uint64_t> changed_;
  Loop loop_;
};

TEST_F(History, HasEveryChangeFromEveryLsnToEveryEnd) {
  Write(12);
  HistoryThread history(log_, loop_.Post());
  for (uint64_t from = 0; from <= world_.lsn.value; ++from) {
    for (uint64_t end = 1; end <= world_.lsn.value; end += 3) {
      auto reader = history.Read(Lsn{from});
      ASSERT_EQ(ReadAll(*reader, Lsn{end}), ChangedBetween(from, end)) << from << " to " << end;
    }
  }
}

TEST_F(History, GoesOnBehindALogThatIsBeingWritten) {
  Write(3);
  HistoryThread history(log_, loop_.Post());
  auto reader = history.Read(Lsn{1});
  std::vector<uint64_t> lsns;
  for (int round = 0; round < 20; ++round) {
    for (uint64_t lsn : ReadAll(*reader, world_.lsn)) lsns.push_back(lsn);
    Write(2);
  }
  for (uint64_t lsn : ReadAll(*reader, world_.lsn)) lsns.push_back(lsn);
  EXPECT_EQ(lsns, changed_);
}

TEST_F(History, PiecesAreBounded) {
  Write(2000);
  HistoryThread history(log_, loop_.Post());
  auto reader = history.Read(Lsn{1});
  int pieces = 0;
  for (Lsn through; through < world_.lsn; ++pieces) {
    HistoryPiece piece = Read(*reader, world_.lsn);
    size_t bytes = 0;
    for (const SharedChange& change : piece.changes) bytes += BytesOf(*change);
    EXPECT_TRUE(bytes <= kPieceBytesMax || piece.changes.size() == 1) << bytes;
    EXPECT_LE(piece.changes.size(), kPieceChangesMax);
    through = piece.through;
  }
  EXPECT_GT(pieces, 1);
}

TEST_F(History, ADroppedReaderIsHeardOfNoMore) {
  Write(50);
  HistoryThread history(log_, loop_.Post());
  auto dropped = history.Read(Lsn{1});
  dropped->Next(world_.lsn, [](HistoryPiece) { FAIL() << "the reader is gone"; });
  dropped.reset();
  auto reader = history.Read(Lsn{1});
  EXPECT_EQ(ReadAll(*reader, world_.lsn), changed_);
}

TEST_F(History, EndsInTheMiddleOfAWalk) {
  Write(500);
  std::unique_ptr<HistoryReader> reader;
  {
    HistoryThread history(log_, loop_.Post());
    reader = history.Read(Lsn{1});
    reader->Next(world_.lsn, [](HistoryPiece) {});
  }
  reader->Next(world_.lsn, [](HistoryPiece) { FAIL() << "history is closed"; });
}

}  // namespace
}  // namespace pegel::tools

#include "tools/history_thread.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <optional>
#include <utility>

#include "replay/follower.h"

namespace pegel::tools {

// The queue of the thread. Readers share it, so that it is there when they say goodbye.
struct HistoryThread::Worker {
  void Submit(std::function<void()> task) {
    std::lock_guard<std::mutex> lock(mutex);
    if (is_stopping) return;
    if (!thread.joinable()) thread = std::thread([this] { Run(); });
    tasks.push_back(std::move(task));
    has_task.notify_one();
  }

  void Run() {
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      has_task.wait(lock, [&] { return is_stopping || !tasks.empty(); });
      if (is_stopping) return;
      std::function<void()> task = std::move(tasks.front());
      tasks.pop_front();
      lock.unlock();
      task();
      task = nullptr;  // A World may go with it; not under the lock.
      lock.lock();
    }
  }

  void Stop() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      is_stopping = true;
      has_task.notify_one();
    }
    if (thread.joinable()) thread.join();
    tasks.clear();
  }

  const log::Log* log = nullptr;
  std::function<void(std::function<void()>)> post;
  Begin begin;
  std::mutex mutex;  // Guards tasks and the start of the thread.
  std::condition_variable has_task;
  std::deque<std::function<void()>> tasks;
  std::thread thread;
  std::atomic<bool> is_stopping = false;  // Written under the mutex, read by a fold under way too.
};

namespace {

// One walk through the log. History thread only, but for the flag.
class Walk {
 public:
  Walk(const log::Log& log, const HistoryThread::Begin& begin, Lsn from,
       const std::atomic<bool>& is_stopping)
      : log_(log), begin_(begin), from_(from), is_stopping_(is_stopping) {}

  void GiveUp() { is_given_up_ = true; }
  bool is_given_up() const { return is_given_up_ || is_stopping_; }

  HistoryPiece Next(Lsn end) {
    HistoryPiece piece;
    piece.status = Begin();
    if (!piece.status.ok()) return piece;
    auto go_on = [&] { return !is_given_up() && follower_->lsn() < end && !IsFull(); };
    auto keep = [&](const Record& record, const Applied& applied, const Hash256&) {
      if (record.moment.lsn < from_ || applied.decision.events.empty()) return;
      Keep(ChangeSet{record.moment, applied.decision.events});
    };
    piece.status = follower_->Advance(go_on, keep);
    if (piece.status.ok()) Take(end, &piece);
    return piece;
  }

 private:
  absl::Status Begin() {
    if (follower_.has_value()) return absl::OkStatus();
    absl::StatusOr<replay::Folded> start = begin_(Lsn{std::max<uint64_t>(from_.value, 1) - 1});
    if (!start.ok()) return start.status();
    follower_.emplace(log_, *std::move(start));
    return absl::OkStatus();
  }

  bool IsFull() const { return bytes_ >= kPieceBytesMax || waiting_.size() >= kPieceChangesMax; }

  void Keep(ChangeSet change) {
    bytes_ += BytesOf(change);
    waiting_.push_back(std::make_shared<const ChangeSet>(std::move(change)));
  }

  // A group may reach beyond the piece; the rest waits for the next one.
  void Take(Lsn end, HistoryPiece* piece) {
    size_t bytes = 0;
    while (!waiting_.empty() && waiting_.front()->moment.lsn <= end && bytes < kPieceBytesMax &&
           piece->changes.size() < kPieceChangesMax) {
      size_t more = BytesOf(*waiting_.front());
      if (!piece->changes.empty() && bytes + more > kPieceBytesMax) break;
      bytes += more;
      bytes_ -= more;
      piece->changes.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    Lsn reached = waiting_.empty() ? follower_->lsn() : Lsn{waiting_.front()->moment.lsn.value - 1};
    piece->through = std::min(reached, end);
  }

  const log::Log& log_;
  const HistoryThread::Begin& begin_;
  std::optional<replay::Follower> follower_;
  Lsn from_;
  const std::atomic<bool>& is_stopping_;
  std::atomic<bool> is_given_up_ = false;
  std::deque<SharedChange> waiting_;  // Folded, not yet taken.
  size_t bytes_ = 0;                  // Of them.
};

// The loop's handle on a walk. `Owner` is HistoryThread::Worker.
template <typename Owner>
class Reader final : public HistoryReader {
 public:
  Reader(std::shared_ptr<Owner> owner, Lsn from)
      : owner_(std::move(owner)),
        walk_(std::make_shared<Walk>(*owner_->log, owner_->begin, from, owner_->is_stopping)) {}

  // The walk's World goes on the history thread: taking it apart takes a while.
  ~Reader() override {
    walk_->GiveUp();
    owner_->Submit([walk = std::move(walk_)] {});
  }

  void Next(Lsn end, std::function<void(HistoryPiece)> done) override {
    owner_->Submit([owner = owner_, walk = walk_, end, done = std::move(done)] {
      if (walk->is_given_up()) return;
      auto piece = std::make_shared<HistoryPiece>(walk->Next(end));
      owner->post([owner, walk, piece, done] {  // The owner holds a flag that the walk looks at.
        if (!walk->is_given_up()) done(std::move(*piece));
      });
    });
  }

 private:
  std::shared_ptr<Owner> owner_;
  std::shared_ptr<Walk> walk_;
};

}  // namespace

HistoryThread::HistoryThread(const log::Log& log, std::function<void(std::function<void()>)> post,
                             Begin begin)
    : worker_(std::make_shared<Worker>()) {
  worker_->log = &log;
  worker_->post = std::move(post);
  worker_->begin = std::move(begin);
}

HistoryThread::~HistoryThread() { worker_->Stop(); }

std::unique_ptr<HistoryReader> HistoryThread::Read(Lsn from) {
  return std::make_unique<Reader<Worker>>(worker_, from);
}

}  // namespace pegel::tools

#include "tools/snapshot_thread.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "replay/follower.h"

namespace pegel::tools {
namespace {

using Clock = std::chrono::steady_clock;
using Done = std::function<void(absl::StatusOr<snapshot::Written>)>;

// How long durable records gather before they are read: each reading begins with a search in the
// log, and nobody waits for it.
constexpr std::chrono::milliseconds kGather(20);

// Automatic snapshots take at most this part of the thread's time, however large the World is.
constexpr int kShareOfTime = 10;

// The digest of a World with this many canonical bytes takes less than a millisecond.
constexpr uint64_t kCheapBytes = 128 << 10;

// The fold of the first engine, busy as it may be, comes first.
void BeNice() { setpriority(PRIO_PROCESS, 0, 5); }  // On Linux: of the calling thread.

struct Sample {
  Lsn lsn;
  Hash256 digest{};
};

}  // namespace

struct SnapshotThread::Worker {
  Worker(const log::Log& log, replay::Folded start, snapshot::Store snapshots)
      : follower(log, std::move(start)), store(std::move(snapshots)) {}

  // ---- what the loop thread calls ----

  void Tell(const std::function<void()>& change) {
    std::lock_guard<std::mutex> lock(mutex);
    change();
    has_news.notify_one();
  }
  void OnDurable(Lsn lsn) {
    durable.store(lsn.value, std::memory_order_release);
    if (is_asleep.exchange(false)) Tell([] {});
  }
  void Stop() {
    Tell([&] { is_stopping = true; });
    thread.join();
  }

  // ---- the thread ----

  void Run() {
    BeNice();
    last_at = Clock::now();
    for (std::unique_lock<std::mutex> lock(mutex); Sleep(lock);) {
      std::vector<Done> requests = std::exchange(asked, {});
      lock.unlock();
      Work(requests);
      lock.lock();
    }
  }

  // False: it is time to end.
  bool Sleep(std::unique_lock<std::mutex>& lock) {
    auto is_urgent = [&] { return is_stopping || !asked.empty(); };
    auto has_work = [&] {
      is_asleep = true;  // Before the look, so that no news is missed.
      return is_urgent() || (doubt.ok() && durable.load(std::memory_order_acquire) > At().value);
    };
    while (!has_work()) {
      if (!doubt.ok() || At() == last) {
        has_news.wait(lock);
      } else if (has_news.wait_until(lock, DueAt()) == std::cv_status::timeout) {
        return !is_stopping;
      }
    }
    is_asleep = false;
    has_news.wait_for(lock, kGather, is_urgent);
    return !is_stopping;
  }

  void Work(std::vector<Done>& requests) {
    Lsn target{durable.load(std::memory_order_acquire)};
    TakeSamples();
    do {
      Follow(target);
      bool is_there = At() >= target && !requests.empty();
      if (!doubt.ok() || is_stopping) break;
      if (is_there || IsDue()) Snapshot(is_there ? &requests : nullptr);
    } while (At() < target);
    if (doubt.ok()) return;
    for (Done& done : requests) Answer(std::move(done), doubt);
  }

  void Follow(Lsn target) {
    if (!doubt.ok()) return;
    auto go_on = [&] { return !is_stopping && At() < target && !IsDue(); };
    auto observe = [&](const Record& record, const Applied&, const Hash256&) {
      CompareAt(record.moment.lsn);
    };
    absl::Status status = follower.Advance(go_on, observe);
    if (status.ok()) return;
    Doubt(replay::IsDivergence(status) ? "DIVERGED" : "CORRUPT", status.message());
  }

  void TakeSamples() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (sample.has_value()) pending = std::exchange(sample, std::nullopt);
    }
    CompareAt(At());
  }

  void CompareAt(Lsn lsn) {
    if (!pending.has_value() || pending->lsn > lsn) return;
    Sample known = *std::exchange(pending, std::nullopt);
    if (known.lsn < lsn || known.lsn == compared) return;
    compared = lsn;
    Hash256 digest = Digest(follower.folded().world);
    if (digest == known.digest) return;
    Doubt("DIVERGED", absl::StrCat("lsn ", lsn.value, ": the digest of the second fold is ",
                                   ToHex(digest), ", of the first ", ToHex(known.digest)));
  }

  void Doubt(absl::string_view alarm, absl::string_view text) {
    if (!doubt.ok()) return;
    doubt = absl::DataLossError(absl::StrCat(alarm, ": ", text));
    Alarm raised{std::string(alarm), std::string(text)};
    post([events = events, raised] { events->on_doubt(raised); });
  }

  bool IsDue() const { return At() != last && Clock::now() >= DueAt(); }
  Clock::time_point DueAt() const {
    if (At().value - last.value >= options.interval_records) return not_before;
    return std::max(not_before, last_at + std::chrono::milliseconds(options.interval_ms));
  }

  // `requests`, if any, are answered with it and emptied.
  void Snapshot(std::vector<Done>* requests) {
    Clock::time_point begin = Clock::now();
    const replay::Folded& folded = follower.folded();
    absl::StatusOr<snapshot::Written> written =
        store.Write(folded.world, folded.head.chain, folded.answered_chains);
    last_at = Clock::now();
    not_before = last_at + (last_at - begin) * kShareOfTime;
    last = At();  // Also when it failed: the next attempt is at the next interval.
    if (written.ok()) {
      wants_digest = written->bytes <= kCheapBytes;
      post([events = events, written = *written] { events->on_written(written); });
    }
    post([events = events, status = written.status()] { events->on_attempt(status); });
    if (requests != nullptr) {
      for (Done& done : *requests) Answer(std::move(done), written);
      requests->clear();
    }
    if (written.ok()) Retain();
  }

  // Records first: the snapshot that they are trimmed up to must not be pruned before.
  void Retain() {
    absl::Status retained = retention != nullptr ? retention->Run(last) : absl::OkStatus();
    std::set<Lsn> pinned = retention != nullptr ? retention->Pinned() : std::set<Lsn>();
    retained.Update(store.Prune(options.keep, pinned));
    post([events = events, retained] { events->on_retained(retained); });
  }

  void Answer(Done done, absl::StatusOr<snapshot::Written> written) {
    post([done = std::move(done), written = std::move(written)] { done(written); });
  }

  Lsn At() const { return follower.lsn(); }

  // Set before the thread starts.
  SnapshotOptions options;
  std::function<void(std::function<void()>)> post;
  std::shared_ptr<const SnapshotEvents> events;

  // The thread's own. `doubt` and `last` are looked at under the mutex too, by the thread itself.
  replay::Follower follower;
  snapshot::Store store;
  Retention* retention = nullptr;
  std::optional<Sample> pending;  // To be compared when the fold is there.
  absl::Status doubt;             // Not OK: folds no more.
  Lsn compared;                   // Of the last comparison.
  Lsn last;                       // Of the last snapshot, or attempt.
  Clock::time_point last_at;
  Clock::time_point not_before;

  std::atomic<uint64_t> durable = 0;
  std::atomic<bool> is_asleep = false;
  std::atomic<bool> wants_digest = false;
  std::atomic<bool> is_stopping = false;  // Written under the mutex.
  std::mutex mutex;                       // Guards the two below.
  std::vector<Done> asked;
  std::optional<Sample> sample;
  std::condition_variable has_news;
  std::thread thread;
};

SnapshotThread::SnapshotThread(const log::Log& log, Retention* retention, replay::Folded start,
                               Lsn last, snapshot::Store store, SnapshotOptions options,
                               std::function<void(std::function<void()>)> post,
                               SnapshotEvents events)
    : worker_(std::make_unique<Worker>(log, std::move(start), std::move(store))) {
  worker_->retention = retention;
  worker_->last = last;
  worker_->durable = worker_->At().value;
  worker_->options = std::move(options);
  worker_->post = std::move(post);
  worker_->events = std::make_shared<const SnapshotEvents>(std::move(events));
  worker_->thread = std::thread([worker = worker_.get()] { worker->Run(); });
}

SnapshotThread::~SnapshotThread() { worker_->Stop(); }

void SnapshotThread::OnDurable(Lsn lsn) { worker_->OnDurable(lsn); }

void SnapshotThread::Take(std::function<void(absl::StatusOr<snapshot::Written>)> done) {
  worker_->Tell([&] { worker_->asked.push_back(std::move(done)); });
}

void SnapshotThread::Compare(Lsn lsn, const Hash256& digest) {
  worker_->wants_digest = false;
  worker_->Tell([&] { worker_->sample = Sample{lsn, digest}; });
}

bool SnapshotThread::wants_digest() const { return worker_->wants_digest; }

}  // namespace pegel::tools

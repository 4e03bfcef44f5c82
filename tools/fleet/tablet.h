// One simulated tablet server: does what its tasks say and tells what came of it.
//
//   tasks → Perform ──┐
//                     ├→ leads, follows, deletes on the DataPlane → TakeReport → Pegel → OnAnswer
//   what it notices ──┘
//
// As a leader it reports who is in sync: a follower that has all of the bucket comes in at once,
// one that does not fetch for `lag_ms_max` goes out. Sizes are reported when they are new, once.
// One report is under way at a time; what was not answered is reported again.
//
// Pure: time is an argument. Not thread-safe; the fleet has one lock for all and their data plane.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "core/cluster/tasks.h"
#include "core/command.h"
#include "core/outcome.h"
#include "tools/fleet/data_plane.h"

namespace pegel::tools {

size_t ItemsOf(const ReplicaReport& report);

struct TabletOptions {
  int64_t lag_ms_max = 10'000;    // How long a follower may stay behind and be in sync.
  int64_t retry_ms = 1'000;       // Pause before saying again what was refused.
  int64_t refetch_ms = 2'000;     // Pause before a follower whose fetching failed tries again.
  int64_t size_pause_ms = 1'000;  // Sizes wait for company so long.
};

class Tablet {
 public:
  // `plane` must outlive it.
  Tablet(cluster::ServerId id, DataPlane& plane, const TabletOptions& options)
      : id_(id), plane_(plane), options_(options) {}

  void Perform(const cluster::Task& task, int64_t now_ms);

  // A muted server takes tasks and does nothing: no fetching, no serving, no reports.
  void SetMuted(bool is_muted, int64_t now_ms);

  // The process ends: all is forgotten but what is on its disk.
  void Die();
  // It starts again, and knows nothing until it gets tasks.
  void Start() { plane_.SetAnswering(id_, true); }

  // What is to be reported now, at most so many items, its epoch left open; none: nothing, or a
  // report is under way.
  std::optional<ReplicaReport> TakeReport(int64_t now_ms, size_t items_max);

  // What became of the report under way.
  void OnAnswer(const std::vector<ReportRefusal>& refusals, int64_t now_ms);
  void OnNoAnswer();  // Perhaps it arrived, perhaps not: the same again.

  // ---- for counting ----
  size_t replicas() const { return held_.size(); }
  size_t leaders() const;
  bool is_busy() const;  // It has something to report, or will have soon.
  uint64_t tasks_done() const { return tasks_done_; }
  uint64_t refused() const { return refused_; }  // Items of reports.

 private:
  enum class Role { kWaits, kLeads, kFollows };
  struct Held {
    Role role = Role::kWaits;
    int32_t bucket_epoch = 0;
    int32_t leader_epoch = 0;
    int32_t led = -1;              // Leader epoch of which kLeading was reported.
    int32_t in_sync = -1;          // Bucket epoch for which a report of who is in sync was taken.
    int32_t full = -1;             // Bucket epoch for which a full disk was reported.
    int64_t patient_until_ms = 0;  // Who is in sync and behind by then goes out.
    cluster::Replicas replicas;
  };
  struct Look {
    int64_t at_ms = 0;
    cluster::BucketKey key;
  };

  void Do(const cluster::Task& task, int64_t now_ms);
  void Lead(const cluster::BucketKey& key, Held& held, int64_t now_ms);
  void Stop(const cluster::BucketKey& key, int32_t bucket_epoch);
  void TakeNotice(int64_t now_ms);
  void LookLater(const cluster::BucketKey& key, Held& held, int64_t now_ms);
  void OnFailure(Noticed noticed, Held& held, int64_t now_ms);
  void FetchAgain(int64_t now_ms);
  void TakeDueLooks(int64_t now_ms);
  std::vector<cluster::ServerId> InSyncNow(const cluster::BucketKey& key, const Held& held,
                                           int64_t now_ms) const;
  std::optional<cluster::InSyncReport> InSyncNews(const cluster::BucketKey& key,
                                                  int64_t now_ms) const;
  void TakeSizes(int64_t now_ms, size_t items_max, ReplicaReport* report);
  void OnRefusal(const ReportRefusal& refusal, const ReplicaReport& report, int64_t now_ms);

  const cluster::ServerId id_;
  DataPlane& plane_;
  const TabletOptions options_;
  bool is_muted_ = false;
  absl::btree_map<cluster::BucketKey, Held> held_;
  absl::btree_map<cluster::BucketKey, cluster::Task> put_off_;  // Taken while muted.
  std::deque<Look> looks_;      // Leaderships to look at when their time has come, in order.
  std::deque<Look> retries_;    // Likewise, after refusals.
  std::deque<Look> refetches_;  // Followers to begin again, likewise.
  uint64_t tasks_done_ = 0;
  uint64_t refused_ = 0;

  // What is to be reported.
  absl::btree_set<cluster::BucketKey> in_sync_due_;
  absl::btree_set<cluster::BucketKey> sizes_due_;
  int64_t sizes_since_ms_ = 0;  // Since when one waits.
  absl::btree_map<cluster::BucketKey, cluster::DoneReport> done_due_;
  absl::btree_map<cluster::BucketKey, cluster::FailedReport> failed_due_;
  std::optional<ReplicaReport> under_way_;
};

}  // namespace pegel::tools

// What tablet servers are to do next, made from durable changes: for each one that listens, the
// tasks that it has not been given yet.
//
//   all tasks of a server as of some lsn (core/engine.h TasksAsked) → Begin ─┐
//   published changes → OnPublished ──────────────────────────────────────────┴→ Take
//
// Tasks say how a replica should be, so of two for one bucket only the newer waits: what waits for
// a server grows with its buckets, not with time. Whoever falls so far behind that even this is too
// much is let go, and begins again with all tasks.
//
// Pure. Owned by the line, shared with net/. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "core/change_feed.h"
#include "core/cluster/tasks.h"
#include "core/leases.h"
#include "core/world.h"

namespace pegel {

// All that a server should be doing as of `lsn`, which is durable.
struct TaskList {
  Lsn lsn;
  bool is_in_force = false;  // The registration that asked still was, at this lsn; else no tasks.
  std::vector<cluster::Task> tasks;
};

// Told of what there is to give. Must not publish from within.
class TaskListener {
 public:
  virtual void OnTasks() = 0;  // waiting() may have grown.

  // Nothing more comes for this registration. `is_in_force`: it was let go for being slow and may
  // begin again; else it is over.
  virtual void OnTasksEnd(const Registration& who, bool is_in_force) = 0;

 protected:
  ~TaskListener() = default;
};

class TaskFeed {
 public:
  // `world`: as recovered, so all durable.
  explicit TaskFeed(const World& world, size_t waiting_max = kWaitingMax);

  // From now on the registration gets tasks, first all of `list`. Takes the place of another one of
  // the same server. To be called before anything later than list.lsn is published.
  void Begin(const Registration& who, TaskList list);

  // Nothing happens when another registration of the server listens, or none.
  void End(const Registration& who);

  // Changes come in lsn order.
  void OnPublished(const std::vector<SharedChange>& changes);

  // Servers for which tasks wait.
  const std::set<int32_t>& waiting() const { return waiting_; }

  // The next tasks of a server, at most so many, by key; they wait no more.
  std::vector<cluster::Task> Take(int32_t server, size_t count_max);

  // At most one; null: nobody.
  void set_listener(TaskListener* listener) { listener_ = listener; }

 private:
  // More than any server holds replicas; some 20 MiB.
  static constexpr size_t kWaitingMax = 100'000;

  struct Line {
    Registration who;
    Lsn from;  // Changes up to here are in the list that it began with.
    size_t waiting_max = 0;
    absl::btree_map<cluster::BucketKey, cluster::Task> tasks;
  };
  struct Observer;
  struct Roles;

  void Add(cluster::Task task, Lsn lsn);
  void AddRoles(const cluster::BucketKey& key, const Roles& roles, Lsn lsn);
  void EndOf(int32_t server, uint64_t epoch_max, bool is_in_force);
  void OnChange(const ChangeSet& change);

  size_t waiting_max_;
  absl::btree_map<int32_t, std::string> addresses_;
  absl::btree_map<int32_t, Line> lines_;
  std::set<int32_t> waiting_;
  TaskListener* listener_ = nullptr;
};

}  // namespace pegel

// What a tablet server does with its tasks: copies replicas, leads, deletes, and has something to
// say of it. Sometimes it does nothing, and sometimes it cannot hold a replica.
//
// Owned by a tablet server, whichever way it talks to the server.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/cluster/tasks.h"
#include "core/command.h"
#include "tests/sim/host.h"
#include "tests/sim/stage.h"

namespace pegel::sim {

class Replicas {
 public:
  // What there is to say: a report, and the leader epochs in which it says that it leads.
  struct Words {
    ReplicaReport report;
    std::map<cluster::BucketKey, int32_t> leads;
    bool is_empty() const {
      return report.in_sync.empty() && report.done.empty() && report.failed.empty();
    }
  };

  Replicas(Stage& stage, Host& host, int id) : stage_(stage), host_(host), id_(id) {}

  // False: it does not work now.
  bool Works();
  // `epoch`: of its registration.
  Words Perform(uint64_t epoch, const std::vector<cluster::Task>& tasks);
  // Nothing of what was said was refused.
  void OnHeard(const Words& words);

 private:
  void Do(const cluster::Task& task, Words* words);
  void Lead(const cluster::Task& task, const cluster::Replicas& replicas, Words* words);
  bool KeepsUp(int server, const cluster::BucketKey& key) const;

  Stage& stage_;
  Host& host_;
  int id_;
  int64_t mute_until_ms_ = 0;
  std::map<cluster::BucketKey, int32_t> seen_;       // The newest bucket_epoch of a task.
  std::map<cluster::BucketKey, int32_t> confirmed_;  // The leader_epoch in which it was heard.
};

}  // namespace pegel::sim

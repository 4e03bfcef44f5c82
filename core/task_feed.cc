#include "core/task_feed.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pegel {

// Who does what for one bucket, as events tell it.
struct TaskFeed::Roles {
  cluster::ServerId leader = cluster::kNoServer;
  int32_t leader_epoch = 0;
  int32_t bucket_epoch = 0;
  cluster::Replicas replicas;
};

TaskFeed::TaskFeed(const World& world, size_t waiting_max) : waiting_max_(waiting_max) {
  for (const auto& [id, server] : world.cluster.servers) addresses_[id.value] = server.address;
}

void TaskFeed::Begin(const Registration& who, TaskList list) {
  if (!list.is_in_force) return;
  Line& line = lines_[who.server];
  line = Line{who, list.lsn, std::max(waiting_max_, 2 * list.tasks.size()), {}};
  for (cluster::Task& task : list.tasks) {
    cluster::BucketKey key = task.key;
    line.tasks.insert_or_assign(line.tasks.end(), key, std::move(task));
  }
  waiting_.erase(who.server);
  if (line.tasks.empty()) return;
  waiting_.insert(who.server);
  if (listener_ != nullptr) listener_->OnTasks();
}

void TaskFeed::End(const Registration& who) {
  auto line = lines_.find(who.server);
  if (line == lines_.end() || line->second.who != who) return;
  lines_.erase(line);
  waiting_.erase(who.server);
}

// Registrations of the server up to this epoch.
void TaskFeed::EndOf(int32_t server, uint64_t epoch_max, bool is_in_force) {
  auto line = lines_.find(server);
  if (line == lines_.end() || line->second.who.epoch > epoch_max) return;
  Registration who = line->second.who;
  lines_.erase(line);
  waiting_.erase(server);
  if (listener_ != nullptr) listener_->OnTasksEnd(who, is_in_force);
}

std::vector<cluster::Task> TaskFeed::Take(int32_t server, size_t count_max) {
  std::vector<cluster::Task> taken;
  auto found = lines_.find(server);
  if (found == lines_.end()) return taken;
  auto& tasks = found->second.tasks;
  auto end = tasks.begin();
  for (; end != tasks.end() && taken.size() < count_max; ++end) {
    taken.push_back(std::move(end->second));
  }
  tasks.erase(tasks.begin(), end);
  if (tasks.empty()) waiting_.erase(server);
  return taken;
}

// ---- events ----

// Most events are not about tasks.
struct TaskFeed::Observer {
  TaskFeed& self;
  Lsn lsn;

  void operator()(const ServerRegistered& event) const {
    self.EndOf(event.id.value, event.epoch.value - 1, /*is_in_force=*/false);
  }
  void operator()(const ServerDied& event) const {
    self.EndOf(event.id.value, event.epoch.value, /*is_in_force=*/false);
  }
  void operator()(const ServerUnregistered& event) const {
    self.EndOf(event.id.value, std::numeric_limits<uint64_t>::max(), /*is_in_force=*/false);
    self.addresses_.erase(event.id.value);
  }
  void operator()(const BucketsPlaced& event) const {
    cluster::BucketKey key{event.table, event.partition, 0};
    for (const std::vector<cluster::ServerId>& servers : event.replicas) {
      Roles roles{.leader = servers.front()};
      for (cluster::ServerId server : servers) roles.replicas.push_back({server, true});
      self.AddRoles(key, roles, lsn);
      ++key.bucket;
    }
  }
  void operator()(const BucketChanged& event) const {
    self.AddRoles(event.key, {event.leader, event.leader_epoch, event.bucket_epoch, event.replicas},
                  lsn);
  }
  void operator()(const ReplicasDropped& event) const {
    for (cluster::ServerId server : event.servers) {
      self.Add({event.key, event.bucket_epoch, 0, server, cluster::StopReplica{}}, lsn);
    }
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

void TaskFeed::OnPublished(const std::vector<SharedChange>& changes) {
  for (const SharedChange& change : changes) OnChange(*change);
  if (!waiting_.empty() && listener_ != nullptr) listener_->OnTasks();
}

// Addresses first: a server that comes back may lead by the same record.
void TaskFeed::OnChange(const ChangeSet& change) {
  for (const Event& event : change.events) {
    if (const auto* registered = std::get_if<ServerRegistered>(&event)) {
      addresses_[registered->id.value] = registered->address;
    }
  }
  if (lines_.empty()) return;
  for (const Event& event : change.events) std::visit(Observer{*this, change.moment.lsn}, event);
}

void TaskFeed::AddRoles(const cluster::BucketKey& key, const Roles& roles, Lsn lsn) {
  for (const cluster::Replica& replica : roles.replicas) {
    if (lines_.find(replica.server.value) == lines_.end()) continue;
    cluster::Task task{key, roles.bucket_epoch, roles.leader_epoch, replica.server, {}};
    if (replica.server == roles.leader) {
      task.what = cluster::BecomeLeader{roles.replicas};
    } else if (roles.leader == cluster::kNoServer) {
      task.what = cluster::AwaitLeader{roles.replicas};
    } else {
      task.what = cluster::FetchFrom{roles.leader, addresses_[roles.leader.value], roles.replicas};
    }
    Add(std::move(task), lsn);
  }
}

void TaskFeed::Add(cluster::Task task, Lsn lsn) {
  int32_t server = task.to.value;
  auto found = lines_.find(server);
  if (found == lines_.end() || lsn <= found->second.from) return;
  Line& line = found->second;
  cluster::BucketKey key = task.key;
  line.tasks.insert_or_assign(key, std::move(task));
  waiting_.insert(server);
  if (line.tasks.size() > line.waiting_max) EndOf(server, line.who.epoch, /*is_in_force=*/true);
}

}  // namespace pegel

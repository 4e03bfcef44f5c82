// What tablet servers are told to do: first everything, then what changes; and whoever did all that
// it was told does what the state says.
#include "core/task_feed.h"

#include <gtest/gtest.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "core/fold.h"
#include "tests/support/acl.h"
#include "tests/support/random.h"

namespace pegel {
namespace {

using cluster::BucketKey;
using cluster::ServerId;
using cluster::StopReplica;
using cluster::Task;
using testing::AuthorOf;
using testing::Random;

using Told = absl::btree_map<BucketKey, Task>;

// A world whose changes reach the feed at once, or when the test says so.
class Cluster {
 public:
  explicit Cluster(size_t waiting_max = 100'000) : feed_(World{}, waiting_max) {
    Do(testing::BootOf(false), AuthorOf("System:pegeld", ""));
  }

  bool Do(const Command& command, const Author& author = AuthorOf("User:a")) {
    Moment now{Next(world_.lsn), UnixNanos{static_cast<int64_t>(world_.lsn.value)}, author};
    Decision decision = Apply(world_, now, {}, command).decision;
    bool is_accepted = IsAccepted(decision.outcome);
    if (!decision.events.empty()) {
      waiting_.push_back(std::make_shared<ChangeSet>(ChangeSet{now, std::move(decision.events)}));
    }
    if (!is_held) Publish();
    return is_accepted;
  }

  void Publish() { feed_.OnPublished(std::exchange(waiting_, {})); }

  void Register(int32_t id) {
    EXPECT_TRUE(Do(RegisterServer{{id}, absl::StrCat("r", id % 3), Address(id)}));
  }
  // Begins to listen with all tasks as of now, as if all were durable.
  void Listen(int32_t id) {
    Publish();
    feed_.Begin(RegistrationOf(id), {world_.lsn, true, cluster::TasksOf(world_.cluster, {id})});
  }
  Registration RegistrationOf(int32_t id) const {
    return {id, world_.cluster.Find(ServerId{id})->epoch.value};
  }
  static std::string Address(int32_t id) { return absl::StrCat("host-", id, ":1"); }

  TaskFeed& feed() { return feed_; }
  const World& world() const { return world_; }
  bool is_held = false;  // Changes are decided, and not durable yet.

 private:
  World world_;
  TaskFeed feed_;
  std::vector<SharedChange> waiting_;
};

constexpr size_t kAll = 1'000'000;

CreateTable TableOf(const std::string& name, int32_t buckets, int32_t replication) {
  return {{"db", name}, buckets, replication, false};
}

class Listener final : public TaskListener {
 public:
  void OnTasks() override { ++calls; }
  void OnTasksEnd(const Registration& who, bool is_in_force) override {
    ended.emplace_back(who, is_in_force);
  }
  int calls = 0;
  std::vector<std::pair<Registration, bool>> ended;
};

TEST(TaskFeed, BeginsWithAllAndGoesOnWithWhatChanges) {
  Cluster cluster;
  for (int32_t id : {0, 1, 2}) cluster.Register(id);
  cluster.Do(TableOf("t", 3, 3));
  cluster.Listen(0);
  EXPECT_EQ(cluster.feed().Take(0, kAll), cluster::TasksOf(cluster.world().cluster, {0}));
  EXPECT_TRUE(cluster.feed().waiting().empty());

  cluster.Do(TableOf("u", 3, 3));
  std::vector<Task> next = cluster.feed().Take(0, kAll);
  EXPECT_EQ(next.size(), 3u) << "the new table only";
  EXPECT_TRUE(cluster.feed().Take(1, kAll).empty()) << "it does not listen";
}

TEST(TaskFeed, OfTwoTasksForABucketOnlyTheNewerWaits) {
  Cluster cluster;
  for (int32_t id : {0, 1, 2}) cluster.Register(id);
  cluster.Do(TableOf("t", 1, 3));
  cluster.Listen(0);
  cluster.Do(ServerLost{{1}, Lsn{cluster.RegistrationOf(1).epoch}});
  cluster.Do(ServerLost{{2}, Lsn{cluster.RegistrationOf(2).epoch}});
  std::vector<Task> tasks = cluster.feed().Take(0, kAll);
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_EQ(tasks, cluster::TasksOf(cluster.world().cluster, {0}));
}

TEST(TaskFeed, TakesAsManyAsAreWanted) {
  Cluster cluster;
  cluster.Register(0);
  cluster.Do(TableOf("t", 10, 1));
  cluster.Listen(0);
  EXPECT_EQ(cluster.feed().Take(0, 4).size(), 4u);
  EXPECT_EQ(cluster.feed().waiting().count(0), 1u);
  EXPECT_EQ(cluster.feed().Take(0, 4).size(), 4u);
  EXPECT_EQ(cluster.feed().Take(0, 4).size(), 2u);
  EXPECT_TRUE(cluster.feed().waiting().empty());
}

TEST(TaskFeed, WhoIsLostIsToldNothingMore) {
  Cluster cluster;
  for (int32_t id : {0, 1}) cluster.Register(id);
  cluster.Do(TableOf("t", 4, 2));
  cluster.Listen(0);
  Listener listener;
  cluster.feed().set_listener(&listener);
  Registration who = cluster.RegistrationOf(0);
  cluster.Do(ServerLost{{0}, Lsn{who.epoch}});
  ASSERT_EQ(listener.ended.size(), 1u);
  EXPECT_EQ(listener.ended[0].first, who);
  EXPECT_FALSE(listener.ended[0].second) << "it has to register anew";
  EXPECT_TRUE(cluster.feed().Take(0, kAll).empty());
  cluster.feed().set_listener(nullptr);
}

TEST(TaskFeed, WhoIsFarBehindIsLetGoAndMayBeginAgain) {
  Cluster cluster(/*waiting_max=*/5);
  for (int32_t id : {0, 1}) cluster.Register(id);
  cluster.Listen(0);
  Listener listener;
  cluster.feed().set_listener(&listener);
  cluster.Do(TableOf("t", 6, 2));
  ASSERT_EQ(listener.ended.size(), 1u);
  EXPECT_TRUE(listener.ended[0].second);
  cluster.Listen(0);
  EXPECT_EQ(cluster.feed().Take(0, kAll).size(), 6u);
  cluster.feed().set_listener(nullptr);
}

TEST(TaskFeed, AnEndOfAnOlderRegistrationEndsNothing) {
  Cluster cluster;
  cluster.Register(0);
  Registration old = cluster.RegistrationOf(0);
  cluster.Register(0);
  cluster.Do(TableOf("t", 1, 1));
  cluster.Listen(0);
  cluster.feed().End(old);
  EXPECT_EQ(cluster.feed().Take(0, kAll).size(), 1u);
}

// ---- the law ----

// What the servers of a random history were told, applied as a tablet server applies it.
class Law {
 public:
  explicit Law(uint64_t seed) : random_(seed) {
    for (int32_t id = 0; id < kServers; ++id) cluster_.Register(id);
  }

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      cluster_.is_held = random_.Below(4) == 0;
      Step();
      if (cluster_.is_held) continue;
      cluster_.Publish();
      TakeAll();
      Compare();
    }
  }
  int compared() const { return compared_; }

 private:
  static constexpr int32_t kServers = 5;

  void Step() {
    int32_t id = static_cast<int32_t>(random_.Below(kServers));
    const cluster::Server* server = cluster_.world().cluster.Find(ServerId{id});
    switch (random_.Below(8)) {
      case 0:
        if (server->is_live) cluster_.Do(ServerLost{{id}, server->epoch});
        return;
      case 1:
        cluster_.Register(id);
        return;
      case 2:
        cluster_.Do(TableOf(Name(), 1 + static_cast<int32_t>(random_.Below(4)),
                            1 + static_cast<int32_t>(random_.Below(3))));
        return;
      case 3:
        cluster_.Do(DropTable{{"db", Name()}});
        return;
      case 4:
      case 5:
        return ReportInSync(id);
      default:
        return Listen(id);
    }
  }

  std::string Name() { return absl::StrCat("t", random_.Below(3)); }

  void Listen(int32_t id) {
    if (!cluster_.world().cluster.IsLive(ServerId{id})) return;
    told_.erase(id);
    cluster_.Listen(id);
    told_.emplace(id, std::pair{cluster_.RegistrationOf(id), Told{}});
  }

  // A leader says that some or all of its replicas that are live are in sync.
  void ReportInSync(int32_t id) {
    const auto& state = cluster_.world().cluster;
    if (!state.IsLive(ServerId{id})) return;
    ReplicaReport report{.id = {id}, .epoch = state.Find(ServerId{id})->epoch};
    for (const BucketKey& key : state.HoldingsOf(ServerId{id}).buckets) {
      const cluster::Bucket& bucket = *state.Find(key);
      if (bucket.leader.value != id) continue;
      cluster::InSyncReport item{key, bucket.leader_epoch, bucket.bucket_epoch, {}};
      for (const cluster::Replica& replica : bucket.replicas) {
        bool is_in = replica.server.value == id || random_.Below(3) > 0;
        if (is_in && state.IsLive(replica.server)) item.in_sync.push_back(replica.server);
      }
      report.in_sync.push_back(std::move(item));
    }
    cluster_.Do(report);
  }

  // As a tablet server: a task with an older epoch than that of the one before is ignored.
  void TakeAll() {
    for (auto& [id, line] : told_) {
      for (Task& task : cluster_.feed().Take(id, 1 + random_.Below(50))) {
        auto known = line.second.find(task.key);
        bool is_stale =
            known != line.second.end() && task.bucket_epoch < known->second.bucket_epoch;
        if (!is_stale) line.second.insert_or_assign(task.key, std::move(task));
      }
    }
  }

  void Compare() {
    for (const auto& [id, line] : told_) {
      bool is_in_force = cluster_.world().cluster.IsLive(ServerId{id}) &&
                         cluster_.RegistrationOf(id) == line.first;
      if (!is_in_force || cluster_.feed().waiting().count(id) > 0) continue;
      std::vector<Task> told;
      for (const auto& [key, task] : line.second) told.push_back(task);
      ++compared_;
      ASSERT_EQ(told, cluster::TasksOf(cluster_.world().cluster, {id})) << "server " << id;
    }
  }

  Random random_;
  Cluster cluster_;
  std::map<int32_t, std::pair<Registration, Told>> told_;
  int compared_ = 0;
};

TEST(TaskFeed, WhoDidAllThatItWasToldDoesWhatTheStateSays) {
  const uint64_t seed = testing::SeedFromEnvironment();
  int compared = 0;
  for (uint64_t i = 0; i < 30 && !HasFailure(); ++i) {
    Law law(seed + i);
    law.Run(300);
    compared += law.compared();
  }
  EXPECT_FALSE(HasFailure()) << testing::Reproduce(seed, "core_test");
  EXPECT_GT(compared, 1000);
  std::cout << "task feed: histories=30 comparisons=" << compared << "\n";
}

}  // namespace
}  // namespace pegel

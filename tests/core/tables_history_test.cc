// Random lives of a small cluster: servers come, go and lie; tables come and go. After every
// command the invariants hold (cluster_fixture.h); at the end a second fold agrees.
//
// PEGEL_FULL=1: 300 lives of 1,000 commands; else 20 of 300.
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "core/cluster/tasks.h"
#include "tests/core/cluster_fixture.h"
#include "tests/support/random.h"

namespace pegel {
namespace {

using cluster::BucketKey;
using cluster::ServerId;
using cluster::TablePath;
using testing::Random;

constexpr int kServers = 5;

class Life : public testing::Cluster {
 public:
  explicit Life(uint64_t seed) : random_(seed) {}

  void Run(int commands) {
    for (int i = 0; i < commands && !::testing::Test::HasFailure(); ++i) {
      commands_.push_back(Next());
      Decision decision = Do(commands_.back());
      accepted += std::holds_alternative<Result>(decision.outcome);
      for (const Event& event : decision.events) changes += Changes(event);
      events += decision.events.size();
    }
  }

  // The digest of folding the same commands again.
  Hash256 Again() const {
    testing::Cluster other;
    for (const Command& command : commands_) other.Do(command);
    return Digest(other.world());
  }

  uint64_t accepted = 0, events = 0, changes = 0;

 private:
  static bool Changes(const Event& event) { return std::holds_alternative<BucketChanged>(event); }

  Command Next() {
    const ServerId id{static_cast<int32_t>(random_.Below(kServers))};
    const cluster::Server* server = world().cluster.Find(id);
    const Lsn epoch = server == nullptr || random_.OneIn(20) ? Lsn{1} : server->epoch;
    switch (random_.Below(16)) {
      case 0:
        return RegisterServer{id, absl::StrCat("r", id.value % 3), "h:1"};
      case 1:
        return ServerLost{id, epoch};
      case 2:
        if (random_.OneIn(2)) return UnregisterServer{id};
        return CreateTable{RandomPath(), RandomCount(4), RandomCount(3), random_.OneIn(2)};
      case 3:
        return random_.OneIn(3) ? Command(DropTable{RandomPath()})
                                : Command(DropPartition{RandomPath(), RandomName()});
      case 4:
        return AddPartition{RandomPath(), RandomName()};
      case 5:
        if (random_.OneIn(2)) return AddServerTag{{id}, cluster::ServerTag::kPermanentOffline};
        return RemoveServerTag{{id}, cluster::ServerTag::kPermanentOffline};
      default:
        return RandomReport(id, epoch);
    }
  }

  int32_t RandomCount(int most) { return 1 + static_cast<int32_t>(random_.Below(most)); }
  std::string RandomName() { return absl::StrCat("p", random_.Below(3)); }
  TablePath RandomPath() { return {"d", absl::StrCat("t", random_.Below(4))}; }

  // Mostly what an honest server would say of one of its tasks, sometimes a lie.
  ReplicaReport RandomReport(ServerId id, Lsn epoch) {
    ReplicaReport report{.id = id, .epoch = epoch};
    for (const cluster::Task& task : cluster::TasksOf(world().cluster, id)) {
      if (random_.OneIn(2)) AddTo(report, task);
    }
    return report;
  }

  void AddTo(ReplicaReport& report, const cluster::Task& task) {
    const int32_t bucket_epoch = task.bucket_epoch - (random_.OneIn(10) ? 1 : 0);
    if (std::holds_alternative<cluster::StopReplica>(task.what)) {
      report.done.push_back({task.key, bucket_epoch, cluster::DoneKind::kStopped});
      return;
    }
    if (random_.OneIn(12)) report.failed.push_back({task.key, bucket_epoch, "disk"});
    const auto* lead = std::get_if<cluster::BecomeLeader>(&task.what);
    if (lead == nullptr) return;
    report.done.push_back({task.key, bucket_epoch, cluster::DoneKind::kLeading});
    report.sizes.push_back({task.key, static_cast<int64_t>(random_.Below(100))});
    cluster::InSyncReport in_sync{task.key, task.leader_epoch, bucket_epoch, {}};
    for (const cluster::Replica& replica : lead->replicas) {
      bool is_in = replica.server == report.id || !random_.OneIn(4);
      if (is_in) in_sync.in_sync.push_back(replica.server);
    }
    report.in_sync.push_back(std::move(in_sync));
  }

  Random random_;
  std::vector<Command> commands_;
};

TEST(Tables, KeepTheirInvariantsThroughRandomLives) {
  const uint64_t seed = testing::SeedFromEnvironment();
  const int lives = testing::IsFullVolume() ? 300 : 20;
  const int commands = testing::IsFullVolume() ? 1'000 : 300;
  uint64_t accepted = 0, events = 0, changes = 0;
  for (int i = 0; i < lives && !HasFailure(); ++i) {
    SCOPED_TRACE(testing::Reproduce(seed + i, "cluster_test"));
    Life life(seed + i);
    life.Run(commands);
    EXPECT_EQ(Digest(life.world()), life.Again());
    accepted += life.accepted;
    events += life.events;
    changes += life.changes;
  }
  std::printf("tables: lives=%d commands=%d accepted=%lu events=%lu bucket_changes=%lu\n", lives,
              lives * commands, accepted, events, changes);
  EXPECT_GT(changes, static_cast<uint64_t>(lives) * 20);
}

}  // namespace
}  // namespace pegel

#include "tests/replay/golden_history.h"

#include "tests/core/moves_fixture.h"
#include "tests/support/history.h"

namespace pegel::testing {
namespace {

using cluster::ServerId;
using cluster::TablePath;
using Goals = std::vector<rebalance::Goal>;

const Goals kGoals = {rebalance::Goal::kRackAware, rebalance::Goal::kReplicaDistribution,
                      rebalance::Goal::kLeaderDistribution};

class Maker : public MovesWorld {
 public:
  void Run() {
    MakeCluster();
    Rebalance();
    Part();
    Do(BootOf(true), Itself());
    for (int i = 0; i < 140; ++i) AnyCall(i);
  }

 private:
  void MakeCluster() {
    for (int id = 0; id < 3; ++id) Register(id, absl::StrCat("r", id));
    CreateTable("t", 6, 2);
    Do(pegel::CreateTable{{"d", "t"}, 1, 1, false});  // There is one.
    Do(pegel::CreateTable{{"d", "p"}, 2, 2, true});
    for (const char* name : {"one", "two", "two"}) Do(AddPartition{{"d", "p"}, name});
    Serve();
    Do(DropPartition{{"d", "p"}, "one"});
    Do(DropPartition{{"d", "p"}, "none"});
    Sizes(0);
    for (int id = 3; id < 5; ++id) Register(id, "r3");
    Do(ListServers{});
    Do(ListTables{});
    Do(ListBuckets{TablePath{"d", "t"}, ServerId{1}, false, std::nullopt, 5});
    Do(ListBuckets{.limit = 0});
  }

  void Sizes(int id) {
    ReplicaReport report{.id = ServerId{id}, .epoch = server(id).epoch};
    for (const cluster::BucketKey& key : world().cluster.HoldingsOf(ServerId{id}).buckets) {
      report.sizes.push_back({key, 1'000 * (1 + key.bucket)});
    }
    Do(report);
  }

  // One that is paused and goes on, one that fails on a silent server and is cancelled.
  void Rebalance() {
    Do(PlanRebalance{kGoals});
    Plan();
    Set("max-moves", "2");
    Set("move-timeout", "5 s");
    Start(kGoals);
    Do(StartRebalance{kGoals});  // One is under way.
    Plan();
    Advance();
    Do(PauseRebalance{});
    Do(ListRebalance{std::nullopt, true});
    Do(ResumeRebalance{});
    Finish();
    Tag(1);
    Do(ListServerTags{});
    mute.insert(4);
    Start(kGoals);
    Plan();
    for (int i = 0; i < 12; ++i) {
      Advance();
      Serve();
      Wait(3 * kSecond);
    }
    Do(CancelRebalance{absl::StrCat("rebalance-", 3)});  // There is none of that name.
    Do(CancelRebalance{});
    mute.clear();
    Finish();
    Do(ListRebalances{});
  }

  void Part() {
    Untag(1);
    Lose(4);
    Advance();
    Serve();
    Do(UnregisterServer{ServerId{4}});
    Do(UnregisterServer{ServerId{0}});  // It is live.
    Do(DropTable{{"d", "p"}});
    Do(DropTable{{"d", "p"}});
    Serve();
  }

  // As any client: rights are missing, values are wrong, things are there already.
  void AnyCall(int i) {
    HistoryCall call = RandomCall(random_, static_cast<uint64_t>(i) + 1);
    Wait(i == 70 ? 3601 * kSecond : kSecond / 100);
    Do(call.command, std::holds_alternative<Boot>(call.command) ? Itself() : call.author);
  }

  Random random_{13};
};

}  // namespace

std::vector<Record> GoldenHistory() {
  Maker maker;
  maker.Run();
  std::vector<Record> records;
  World world;
  for (const auto& [moment, command] : maker.records()) {
    Record record{moment, {}, command, {}};
    const bool has_id = moment.author.principal.type == "User" && moment.lsn.value % 3 != 0;
    if (has_id) record.request_id = RequestId{moment.lsn.value % 2, moment.lsn.value};
    record.effect = Apply(world, moment, record.request_id, command).effect;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace pegel::testing

// What a rebalance costs the control plane: a cluster of 100 servers from whose half everything
// must go, with tablet servers that copy in no time and answer at once.
//
// Everything of the server that a move needs is in it but the disk and the network: the rules, the
// driver, records encoded and chained, the task feed. The servers' own part is not counted.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/fold.h"
#include "core/moves/driver.h"
#include "core/moves/proposal.h"
#include "core/moves/text.h"
#include "core/task_feed.h"
#include "log/record_codec.h"
#include "tests/bench/figure.h"
#include "tests/support/acl.h"

namespace pegel::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kServers = 100, kBucketsOfTable = 1'000, kFactor = 3;

class Stopwatch {
 public:
  template <typename Work>
  auto Around(const Work& work) {
    const auto begin = Clock::now();
    struct Add {
      ~Add() { sum += Clock::now() - begin; }
      Clock::duration& sum;
      const Clock::time_point begin;
    } add{sum_, begin};
    return work();
  }
  double seconds() const { return std::chrono::duration<double>(sum_).count(); }

 private:
  Clock::duration sum_{};
};

class Control {
 public:
  Control() : tasks_(World{}, /*waiting_max=*/10'000'000) { Do(BootOf(false)); }

  void Do(Command command) {
    const Moment now{Next(world_.lsn), UnixNanos{time_}, AuthorOf("System:pegeld", "")};
    loop_.Around([&] {
      Applied applied = Apply(world_, now, {}, command);
      if (const auto* error = std::get_if<Error>(&applied.decision.outcome)) {
        std::fprintf(stderr, "pegel_goals: %s\n", error->message.c_str());
        std::exit(1);
      }
      std::string bytes;
      log::EncodeRecord({now, {}, std::move(command), applied.effect}, chain_, &bytes);
      chain_ = log::ChainHash(bytes);
      bytes_ += static_cast<double>(bytes.size());
      if (applied.decision.events.empty()) return;
      auto change =
          std::make_shared<const ChangeSet>(ChangeSet{now, std::move(applied.decision.events)});
      driver_.OnChange(*change);
      tasks_.OnPublished({std::move(change)});
    });
  }

  void Register(int32_t id) {
    Do(RegisterServer{{id}, absl::StrCat("rack-", id % 5), "host:9123"});
    tasks_.Begin({id, world_.lsn.value}, TaskList{world_.lsn, true, {}});
  }

  void Plan() {
    auto wish = moves::Driver::WantsPlan(world_);
    if (!wish.has_value()) return;
    moves::QuestionBuilder builder(wish->rebalance, wish->revision, wish->options, wish->avoid);
    loop_.Around([&] {
      while (!builder.Step(world_, UnixNanos{time_}, 1'000)) {
      }
    });
    // The server has a thread for this.
    const moves::Proposal proposal = plan_.Around([&] { return moves::Propose(builder.Take()); });
    for (size_t i = 0; i < moves::CommandCount(proposal); ++i) Do(moves::CommandAt(proposal, i));
  }

  bool Advance() {
    if (!loop_.Around([&] { return driver_.IsDue(world_, UnixNanos{time_}); })) return false;
    ++advances_;
    Do(AdvanceMoves{});
    return true;
  }

  // Every server does what it was told; true: there was something.
  bool Serve() {
    const std::vector<int32_t> ids(tasks_.waiting().begin(), tasks_.waiting().end());
    for (int32_t id : ids) {
      std::vector<cluster::Task> tasks = loop_.Around([&] { return tasks_.Take(id, 1'000); });
      ReplicaReport report{.id = {id}, .epoch = world_.cluster.Find(cluster::ServerId{id})->epoch};
      for (const cluster::Task& task : tasks) Answer(task, &report);
      if (report.done.empty()) continue;
      ++reports_;
      Do(std::move(report));
    }
    return !ids.empty();
  }

  void Settle() {
    for (bool is_busy = true; is_busy;) {
      Plan();
      is_busy = Advance();
      is_busy |= Serve();
      time_ += 1'000'000;
    }
  }

  struct Cost {
    double records = 0, advances = 0, reports = 0, bytes = 0, loop_seconds = 0, plan_seconds = 0;
  };
  Cost cost() const {
    return {static_cast<double>(world_.lsn.value),
            advances_,
            reports_,
            bytes_,
            loop_.seconds(),
            plan_.seconds()};
  }
  const World& world() const { return world_; }

 private:
  static void Answer(const cluster::Task& task, ReplicaReport* report) {
    if (std::holds_alternative<cluster::StopReplica>(task.what)) {
      report->done.push_back({task.key, task.bucket_epoch, cluster::DoneKind::kStopped});
      return;
    }
    const auto* lead = std::get_if<cluster::BecomeLeader>(&task.what);
    if (lead == nullptr) return;
    report->done.push_back({task.key, task.bucket_epoch, cluster::DoneKind::kLeading});
    cluster::InSyncReport in_sync{task.key, task.leader_epoch, task.bucket_epoch, {}};
    for (const cluster::Replica& replica : lead->replicas)
      in_sync.in_sync.push_back(replica.server);
    report->in_sync.push_back(std::move(in_sync));
  }

  World world_;
  Hash256 chain_{};
  TaskFeed tasks_;
  moves::Driver driver_;
  int64_t time_ = 1'000'000'000;
  double bytes_ = 0, advances_ = 0, reports_ = 0;
  Stopwatch loop_, plan_;
};

}  // namespace

std::vector<Figure> MoveFigures(bool is_quick) {
  // Seven of ten buckets have a replica on the half of the servers that is emptied.
  const int buckets = is_quick ? 12'000 : 145'000;
  Control control;
  for (int id = 0; id < kServers; ++id) control.Register(id);
  for (int t = 0; t < buckets / kBucketsOfTable; ++t) {
    control.Do(CreateTable{{"db", absl::StrCat("t", t)}, kBucketsOfTable, kFactor, false});
  }
  control.Settle();
  std::vector<cluster::ServerId> half;
  for (int id = 0; id < kServers; id += 2) half.push_back({id});
  control.Do(AddServerTag{{half.begin(), half.end()}, cluster::ServerTag::kPermanentOffline});
  for (const char* limit : {"max-moves", "max-moves-per-server", "max-leader-moves"}) {
    control.Do(AlterConfigs{{{config::Op::kSet, absl::StrCat("pegel.rebalance.", limit), "1000"}}});
  }

  const Control::Cost before = control.cost();
  const auto begin = Clock::now();
  control.Do(StartRebalance{{rebalance::Goal::kReplicaDistribution}});
  const Lsn id = control.world().lsn;
  control.Settle();
  const double wall = std::chrono::duration<double>(Clock::now() - begin).count();
  const Control::Cost after = control.cost();

  const moves::Rebalance& ended = *control.world().moves.Find(id);
  const auto moves = static_cast<double>(ended.Count(moves::Status::kCompleted));
  size_t left = 0;
  for (cluster::ServerId server : half) {
    left += control.world().cluster.HoldingsOf(server).buckets.size();
  }
  std::printf(
      "moves: buckets=%d servers=%d moves=%.0f status=%s replicas_left=%zu records=%.0f (advances "
      "%.0f, reports %.0f) wall_s=%.2f loop_s=%.2f plan_s=%.2f\n",
      buckets, kServers, moves, std::string(moves::ToText(ended.status)).c_str(), left,
      after.records - before.records, after.advances - before.advances,
      after.reports - before.reports, wall, after.loop_seconds - before.loop_seconds,
      after.plan_seconds - before.plan_seconds);
  const std::string of = absl::StrCat("a move, of ", static_cast<int64_t>(moves), ": ");
  return {{of + "records", {}, (after.records - before.records) / moves, "records"},
          {of + "bytes of log", {}, (after.bytes - before.bytes) / moves, "B"},
          {of + "loop time", {}, (after.loop_seconds - before.loop_seconds) / moves * 1e6, "us"},
          {of + "moved a second, disk and network apart", {}, moves / wall, "moves/s"}};
}

}  // namespace pegel::testing

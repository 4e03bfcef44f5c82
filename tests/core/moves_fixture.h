// A cluster with rebalances, driven by commands alone: a planner that answers at once, servers that
// do what they are told when a test lets them, and a clock that only a test moves. All invariants
// are checked after each record.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "core/cluster/invariants.h"
#include "core/cluster/tasks.h"
#include "core/fold.h"
#include "core/moves/driver.h"
#include "core/moves/invariants.h"
#include "core/moves/proposal.h"
#include "core/moves/settings.h"
#include "core/moves/text.h"
#include "tests/support/acl.h"

namespace pegel::testing {

inline constexpr int64_t kSecond = 1'000'000'000;

class MovesWorld {
 public:
  explicit MovesWorld(bool authorizer_enabled = false) { Do(BootOf(authorizer_enabled), Itself()); }

  static Author Itself() { return AuthorOf("System:pegeld", ""); }

  Decision Do(const Command& command, const Author& author = AuthorOf("User:a")) {
    Moment now{Next(world_.lsn), UnixNanos{time_}, author};
    // What only moves may do is judged against the World before.
    bool is_of_moves = std::holds_alternative<AdvanceMoves>(command) ||
                       std::holds_alternative<CancelRebalance>(command);
    Decision decision = Decide(world_, now, command);
    if (is_of_moves) {
      EXPECT_EQ(moves::LostReplica(world_, decision.events), "") << "at lsn " << now.lsn.value;
    }
    moves::Usage before = world_.moves.usage;
    Decision applied = Apply(world_, now, {}, command).decision;
    records_.push_back({now, command});
    Check(before);
    return applied;
  }

  // The refusal as `code text`; empty: accepted.
  std::string Try(const Command& command, const Author& author = AuthorOf("User:a")) {
    Decision decision = Do(command, author);
    auto* error = std::get_if<Error>(&decision.outcome);
    return error == nullptr ? "" : absl::StrCat(static_cast<int>(error->code), " ", error->message);
  }
  void Must(const Command& command, const Author& author = AuthorOf("User:a")) {
    EXPECT_EQ(Try(command, author), "");
  }

  // ---- the cluster ----

  void Register(int32_t id, const std::string& rack = "") {
    Must(RegisterServer{{id}, rack, "h:9123"});
  }
  void Lose(int32_t id) { Must(ServerLost{{id}, server(id).epoch}); }
  void Tag(int32_t id, cluster::ServerTag tag = cluster::ServerTag::kPermanentOffline) {
    Must(AddServerTag{{cluster::ServerId{id}}, tag});
  }
  void Untag(int32_t id) { Must(RemoveServerTag{{cluster::ServerId{id}}, *server(id).tag}); }
  cluster::TableId CreateTable(const std::string& name, int32_t buckets, int32_t factor) {
    Must(pegel::CreateTable{{"d", name}, buckets, factor, false});
    return {static_cast<int64_t>(world_.lsn.value)};
  }
  void Set(const std::string& name, const std::string& value) {
    Must(AlterConfigs{{{config::Op::kSet, absl::StrCat("pegel.rebalance.", name), value}}});
  }

  const cluster::Server& server(int32_t id) const {
    return *world_.cluster.Find(cluster::ServerId{id});
  }
  const cluster::Bucket& bucket(const cluster::BucketKey& key) const {
    return *world_.cluster.Find(key);
  }
  size_t ReplicasOn(int32_t id) const {
    return world_.cluster.HoldingsOf(cluster::ServerId{id}).buckets.size();
  }
  int64_t LeadersOn(int32_t id) const {
    return world_.cluster.HoldingsOf(cluster::ServerId{id}).leaders;
  }
  // `leader:1,2,3` with `!` behind those that are not in sync.
  std::string Shown(const cluster::BucketKey& key) const {
    const cluster::Bucket& found = bucket(key);
    std::string text = absl::StrCat(found.leader.value, ":");
    for (const cluster::Replica& replica : found.replicas) {
      absl::StrAppend(&text, &replica == &found.replicas.front() ? "" : ",", replica.server.value,
                      replica.is_in_sync ? "" : "!");
    }
    return text;
  }

  // ---- the server's part ----

  void Wait(int64_t nanos) { time_ += nanos; }
  int64_t time() const { return time_; }

  // Plans what is wanted; false: nothing is.
  bool Plan() {
    auto wish = moves::Driver::WantsPlan(world_);
    if (!wish.has_value()) return false;
    moves::QuestionBuilder builder(wish->rebalance, wish->revision, wish->options, wish->avoid);
    while (!builder.Step(world_, UnixNanos{time_}, 3)) {
    }
    moves::Proposal proposal = moves::Propose(builder.Take());
    for (size_t i = 0; i < moves::CommandCount(proposal); ++i) {
      Must(moves::CommandAt(proposal, i), Itself());
    }
    return true;
  }
  // One AdvanceMoves, if there is work.
  bool Advance() {
    if (!moves::HasWork(world_, UnixNanos{time_})) return false;
    size_t events = Do(AdvanceMoves{}, Itself()).events.size();
    EXPECT_GT(events, 0u) << "there was work, and nothing was done";
    return events > 0;
  }
  void AdvanceAll() {
    for (int i = 0; Advance(); ++i) ASSERT_LT(i, 100'000) << "the moves go round in circles";
  }

  // ---- the tablet servers' part ----

  std::set<int32_t> mute;  // Live, and do nothing; what they follow does not come in sync.

  // Every server that is live and not mute does all that it should, and says so. False: there was
  // nothing to do.
  bool Serve() {
    bool did_something = false;
    for (const auto& [id, one] : world_.cluster.servers) {
      if (one.is_live && !mute.contains(id.value)) servers_.push_back(id);
    }
    for (cluster::ServerId id : servers_) did_something |= ServeOne(id);
    servers_.clear();
    return did_something;
  }
  bool ServeOne(cluster::ServerId id) {
    ReplicaReport report{.id = id, .epoch = server(id.value).epoch};
    for (const cluster::Task& task : cluster::TasksOf(world_.cluster, id)) Answer(task, &report);
    if (report.in_sync.empty() && report.done.empty()) return false;
    return !Do(report).events.empty();
  }
  // Until nobody has anything to do, as long as time need not pass.
  void Settle() {
    for (int i = 0;; ++i) {
      ASSERT_LT(i, 100'000) << "the cluster does not come to rest";
      bool planned = Plan();
      AdvanceAll();
      bool served = Serve();
      if (!served && !planned && !moves::Driver::WantsPlan(world_) &&
          !moves::HasWork(world_, UnixNanos{time_})) {
        return;
      }
    }
  }
  // The same, and time passes where it has to, until the rebalance ends or nothing is due any more.
  void Finish() {
    for (int i = 0; i < 1'000; ++i) {
      Settle();
      auto wake = moves::NextWakeAt(world_, UnixNanos{time_});
      if (world_.moves.current == Lsn{} && world_.moves.active.empty()) return;
      if (!wake.has_value()) return;
      time_ = wake->value;
    }
    ADD_FAILURE() << "the rebalance does not end";
  }

  // ---- rebalances ----

  Lsn Start(std::vector<rebalance::Goal> goals = {rebalance::Goal::kReplicaDistribution,
                                                  rebalance::Goal::kLeaderDistribution}) {
    Must(StartRebalance{std::move(goals)});
    return world_.lsn;
  }
  // Begins a rebalance with exactly these moves.
  Lsn StartWith(std::vector<moves::PlannedMove> planned) {
    Lsn id = Start();
    Must(PlanChunk{id, 1, 0, std::move(planned)}, Itself());
    Must(PlanReady{id, 1, 1, {}, std::nullopt}, Itself());
    return id;
  }
  const moves::Rebalance& rebalance(Lsn id) const { return *world_.moves.Find(id); }
  moves::MoveState state(Lsn id, const cluster::BucketKey& key) const {
    return rebalance(id).moves.find(key)->second.state;
  }
  // `ADDING REBALANCING`, with the reason behind it if there is one.
  std::string ShownMove(Lsn id, const cluster::BucketKey& key) const {
    moves::MoveState now = state(id, key);
    std::string reason(moves::ToText(now.reason));
    return absl::StrCat(moves::ToText(now.phase), " ", moves::ToText(now.status),
                        reason.empty() ? "" : " ", reason);
  }
  std::string StatusOf(Lsn id) const { return std::string(moves::ToText(rebalance(id).status)); }

  const World& world() const { return world_; }

  // The digest of folding the same records again.
  Hash256 Again() const {
    World again;
    for (const auto& [moment, command] : records_) Apply(again, moment, {}, command);
    return Digest(again);
  }
  size_t record_count() const { return records_.size(); }
  const std::vector<std::pair<Moment, Command>>& records() const { return records_; }

 protected:
  // What an honest server says to a task: replicas on servers that are live and do their work come
  // in sync at once.
  void Answer(const cluster::Task& task, ReplicaReport* report) const {
    if (std::holds_alternative<cluster::StopReplica>(task.what)) {
      report->done.push_back({task.key, task.bucket_epoch, cluster::DoneKind::kStopped});
      return;
    }
    const auto* lead = std::get_if<cluster::BecomeLeader>(&task.what);
    if (lead == nullptr) return;
    report->done.push_back({task.key, task.bucket_epoch, cluster::DoneKind::kLeading});
    cluster::InSyncReport in_sync{task.key, task.leader_epoch, task.bucket_epoch, {}};
    for (const cluster::Replica& replica : lead->replicas) {
      bool works = replica.server == report->id ||
                   (world_.cluster.IsLive(replica.server) && !mute.contains(replica.server.value));
      if (works || (replica.is_in_sync && world_.cluster.IsLive(replica.server))) {
        in_sync.in_sync.push_back(replica.server);
      }
    }
    report->in_sync.push_back(std::move(in_sync));
  }

 private:
  void Check(const moves::Usage& before) {
    std::string broken = cluster::BrokenInvariant(world_.cluster);
    EXPECT_EQ(broken, "") << "after lsn " << world_.lsn.value;
    broken = moves::BrokenInvariant(world_);
    EXPECT_EQ(broken, "") << "after lsn " << world_.lsn.value;
    // Nothing starts beyond the limits; lower limits only let nothing start.
    moves::Settings settings = moves::SettingsOf(world_.configs);
    const moves::Usage& now = world_.moves.usage;
    EXPECT_LE(now.moves, std::max(before.moves, settings.moves_max));
    EXPECT_LE(now.leader_moves, std::max(before.leader_moves, settings.leader_moves_max));
    for (const auto& [id, slots] : now.servers) {
      EXPECT_LE(slots.in, std::max<int64_t>(before.Of(id).in, settings.moves_per_server_max));
      EXPECT_LE(slots.out, std::max<int64_t>(before.Of(id).out, settings.moves_per_server_max));
    }
  }

  World world_;
  int64_t time_ = 1'000 * kSecond;
  std::vector<std::pair<Moment, Command>> records_;
  std::vector<cluster::ServerId> servers_;
};

}  // namespace pegel::testing

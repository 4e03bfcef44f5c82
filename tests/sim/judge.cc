#include "tests/sim/judge.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/canonical.h"
#include "core/cluster/invariants.h"
#include "core/config/draft.h"
#include "core/moves/invariants.h"
#include "procedures/rows.h"
#include "tests/sim/texts.h"

namespace pegel::sim {
namespace {

using Kind = model::Model::Kind;

constexpr int64_t kWindowNanos = 3'600'000'000'000;
constexpr int kRequestIdReused = 1005;

const Record* AppendedIn(const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const auto* append = std::get_if<Append>(&effect)) return &append->record;
  }
  return nullptr;
}

const char* Name(Kind kind) {
  switch (kind) {
    case Kind::kRecord:
      return "record";
    case Kind::kReading:
      return "reading";
    case Kind::kRepeated:
      return "repeated";
    case Kind::kRefused:
      return "refused";
  }
  return "?";
}

}  // namespace

// ---- the engine ----

// What the reference world has to be told is decided here once more, before the engine does, from
// the same World. That the engine comes to the same is seen when its changes are published.
void Judge::OnCall(CallToken token, model::Ask ask, const Command& command, const World& world) {
  bool is_step = std::holds_alternative<AdvanceMoves>(command) ||
                 std::holds_alternative<CancelRebalance>(command) ||
                 std::holds_alternative<PlanReady>(command);
  if (is_step || model::Hears(ask)) {
    Moment now{Next(world.lsn), std::max(world.time, stage_.Clock()), AuthorOf(ask)};
    Decision decision = Decide(world, now, command);
    for (const Event& event : decision.events) ask.heard.push_back(FactOf(event));
    if (const auto* error = std::get_if<Error>(&decision.outcome)) {
      ask.heard_code = static_cast<int>(error->code);
    }
    std::string lost = is_step ? moves::LostReplica(world, decision.events) : "";
    if (!lost.empty()) {
      stage_.Violate("invariant", absl::StrCat(lost, ", at lsn ", now.lsn.value));
    }
  }
  Arrive(token, ask);
}

void Judge::OnUnreadable(CallToken token, const model::Ask& ask, const Error& error) {
  stage_.Count("unreadable");
  Arrive(token, ask);
  OnReply(Reply{token, error, std::nullopt});
}

void Judge::Arrive(CallToken token, const model::Ask& ask) {
  model::Model::Verdict verdict = model_.Arrive(ask, stage_.Clock().value, log_.durable().value);
  stage_.trace.Note("call ", token, " ", ToText(ask), " #", ask.request, ": ", Name(verdict.kind),
                    " ", verdict.lsn, " code ", verdict.answer.code);
  stage_.Count(Name(verdict.kind));
  if (verdict.answer.code != 0) stage_.Count("rejected");
  pending_[token] = Pending{ask, std::move(verdict)};
}

void Judge::OnStepped(CallToken token, const std::vector<Effect>& effects, const World& world) {
  const Record* record = AppendedIn(effects);
  if (record != nullptr) CheckMoves(world);
  auto it = pending_.find(token);
  if (it == pending_.end()) return;  // Answered within the step; OnReply judges.
  const model::Model::Verdict& verdict = it->second.verdict;
  if ((record != nullptr) != (verdict.kind == Kind::kRecord)) {
    bool is_known = verdict.kind == Kind::kRepeated || verdict.answer.code == kRequestIdReused;
    const char* checker = is_known ? "exactly-once" : "model";
    return stage_.Violate(
        checker, absl::StrCat(ToText(it->second.ask), ": expected ", Name(verdict.kind), ", found ",
                              record == nullptr ? "no record" : "a record"));
  }
  if (record != nullptr && record->moment.lsn.value != verdict.lsn) {
    stage_.Violate("model",
                   absl::StrCat("lsn ", record->moment.lsn.value, ", expected ", verdict.lsn));
  }
}

void Judge::OnReply(const Reply& reply) {
  auto pending = pending_.extract(reply.token);
  if (pending.empty()) return stage_.Violate("model", "a call was answered twice");
  const auto& [ask, verdict] = pending.mapped();
  std::string difference = Difference(verdict.answer, reply.outcome);
  if (!difference.empty()) {
    bool is_known = verdict.kind == Kind::kRepeated || verdict.answer.code == kRequestIdReused;
    const char* checker = is_known ? "exactly-once" : "model";
    return stage_.Violate(checker, absl::StrCat(ToText(ask), ": ", difference));
  }
  if (reply.receipt.has_value() != (verdict.kind != Kind::kRefused)) {
    return stage_.Violate("receipt", absl::StrCat(ToText(ask), ": expected ", Name(verdict.kind)));
  }
  if (!reply.receipt) return;
  uint64_t lsn = reply.receipt->lsn.value;
  told_ = std::max(told_, lsn);
  if (lsn > log_.durable().value) {
    return stage_.Violate(
        "durable", absl::StrCat("a reply of lsn ", lsn, ", durable is ", log_.durable().value));
  }
  if (lsn != verdict.lsn || chains_[lsn] != reply.receipt->chain) {
    stage_.Violate("receipt", absl::StrCat(ToText(ask), ": a receipt of lsn ", lsn, ", expected ",
                                           verdict.lsn, " with its chain hash"));
  }
}

void Judge::OnStatus(const Status& status) {
  stage_.Count("statuses");
  if (status.lsn_durable > log_.durable() || status.lsn_applied > log_.durable()) {
    stage_.Violate("durable", absl::StrCat("a status of lsn ", status.lsn_applied.value,
                                           ", durable is ", log_.durable().value));
  }
  auto digest = digests_.find(status.lsn_applied.value);
  if (digest != digests_.end() && digest->second != status.digest) {
    stage_.Violate("recovery",
                   absl::StrCat("a status with another digest of lsn ", status.lsn_applied.value));
  }
}

void Judge::OnTasks(const TaskList& list) {
  stage_.Count("task_lists");
  if (list.lsn > log_.durable()) {
    stage_.Violate("durable", absl::StrCat("tasks of lsn ", list.lsn.value, ", durable is ",
                                           log_.durable().value));
  }
}

// A digest costs as much as all else at a group: a third of them is many over all lives.
void Judge::OnHandOver(const World& world) {
  if (world.lsn.value % 3 != 0) return;
  digests_[world.lsn.value] = Digest(world);
  CheckWorld(world);
}

void Judge::CheckWorld(const World& world) {
  auto expect = [&](bool is_true, const char* what) {
    if (!is_true) stage_.Violate("invariant", absl::StrCat(what, " at lsn ", world.lsn.value));
  };
  size_t entries = 0, bytes = 0, answers = 0;
  world.acls.ForEach([&](const acl::Entry&) { ++entries; });
  expect(entries == world.acls.size(), "ACL entries are counted wrong");
  for (const auto& [key, entry] : world.configs.dynamics) {
    bytes += config::EntryBytes(key, entry.value);
    expect(entry.changed <= world.lsn, "a config changed later than now");
    expect(world.configs.resets.count(key) == 0, "a config that is set counts as reset");
  }
  expect(bytes == world.configs.dynamic_bytes, "bytes of configs are counted wrong");
  for (const auto& [id, server] : world.cluster.servers) {
    expect(server.id == id, "a server stands under another id");
    expect(server.epoch > Lsn{} && server.epoch <= world.lsn, "an epoch is no lsn");
    expect(server.since <= world.time, "a server lives or is dead since later than now");
  }
  Lsn before;
  world.requests.ForEach([&](const RequestKey& key, const Answer& answer) {
    ++answers;
    expect(before < answer.lsn && answer.lsn <= world.lsn, "answers are not in order");
    expect(world.requests.Find(key) == &answer, "an answer is not found");
    before = answer.lsn;
  });
  expect(answers == world.requests.size(), "answers are counted wrong");
}

void Judge::CheckMoves(const World& world) {
  std::string broken = cluster::BrokenInvariant(world.cluster);
  if (broken.empty()) broken = moves::BrokenInvariant(world);
  if (broken.empty()) return;
  stage_.Violate("invariant", absl::StrCat(broken, ", behind lsn ", world.lsn.value));
}

void Judge::OnDurable(Lsn through, const std::vector<Hash256>& chains) {
  uint64_t lsn = through.value - chains.size();
  for (const Hash256& chain : chains) chains_[++lsn] = chain;
  stage_.trace.Note("durable ", through.value, " ", ToHex(chains.back()).substr(0, 8));
}

void Judge::CheckFacts(const std::string& checker, uint64_t lsn, const ChangeSet* change) {
  model::Facts found;
  if (change != nullptr) {
    for (const Event& event : change->events) found.insert(FactOf(event));
  }
  const model::Facts& expected = model_.FactsAt(lsn);
  if (found == expected) return;
  stage_.Violate(checker,
                 absl::StrCat("lsn ", lsn, ": expected facts [", absl::StrJoin(expected, "; "),
                              "], found [", absl::StrJoin(found, "; "), "]"));
}

void Judge::OnPublished(const Published& published) {
  if (published.through > log_.durable()) {
    stage_.Violate("durable", absl::StrCat("published lsn ", published.through.value));
  }
  size_t next = 0;
  for (uint64_t lsn = published_ + 1; lsn <= published.through.value; ++lsn) {
    bool is_here =
        next < published.changes.size() && published.changes[next]->moment.lsn.value == lsn;
    CheckFacts("model", lsn, is_here ? published.changes[next++].get() : nullptr);
  }
  if (next != published.changes.size()) stage_.Violate("watch", "a change out of its place");
  for (const SharedChange& change : published.changes) {
    for (const Event& event : change->events) CountMoves(event);
  }
  published_ = published.through.value;
}

void Judge::CountMoves(const Event& event) {
  if (std::holds_alternative<BucketsPlaced>(event)) return stage_.Count("tables");
  if (std::holds_alternative<RebalanceCreated>(event)) return stage_.Count("rebalances");
  if (std::holds_alternative<PlanAdopted>(event)) return stage_.Count("plans");
  if (std::holds_alternative<PlanWanted>(event)) return stage_.Count("plans_again");
  if (const auto* finished = std::get_if<RebalanceFinished>(&event)) {
    switch (finished->status) {
      case moves::Status::kCompleted:
        return stage_.Count("rebalances_completed");
      case moves::Status::kCanceled:
        return stage_.Count("rebalances_canceled");
      default:
        return stage_.Count("rebalances_failed");
    }
  }
  const auto* move = std::get_if<MoveChanged>(&event);
  if (move == nullptr) return;
  switch (move->state.phase) {
    case moves::Phase::kAdding:
      return stage_.Count("moves_adding");
    case moves::Phase::kRemoving:
      return stage_.Count("moves_removing");
    case moves::Phase::kRetrying:
    case moves::Phase::kHeld:
    case moves::Phase::kReplanned:
      return stage_.Count("moves_put_off");
    case moves::Phase::kDone:
      return stage_.Count("moves_done");
    default:
      return;
  }
}

void Judge::OnRecovered(const replay::Folded& folded) {
  pending_.clear();
  uint64_t head = folded.head.lsn.value;
  stage_.trace.Note("recovered to lsn ", head, " ", ToHex(folded.head.chain).substr(0, 8));
  if (head < told_ || head > model_.lsn()) {
    return stage_.Violate("recovery", absl::StrCat("ends at lsn ", head, ", told was ", told_,
                                                   ", decided was ", model_.lsn()));
  }
  Hash256 digest = Digest(folded.world);
  auto live = digests_.find(head);
  if (live != digests_.end()) stage_.Count("digests_compared");
  if (live != digests_.end() && live->second != digest) {
    stage_.Violate("recovery", absl::StrCat("another state at lsn ", head, " than the live one"));
  }
  auto chain = chains_.find(head);
  if (chain != chains_.end() && chain->second != folded.head.chain) {
    stage_.Violate("recovery", absl::StrCat("another chain at lsn ", head));
  }
  chains_[head] = folded.head.chain;
  for (const auto& [lsn, hash] : folded.answered_chains) chains_[lsn.value] = hash;
  digests_.erase(digests_.upper_bound(head), digests_.end());
  model_.CutBack(head);
  published_ = head;
}

// ---- clients ----

void Judge::OnReturn(const model::Ask& ask, uint64_t floor, const Reply& reply) {
  stage_.Count("returned");
  if (!reply.receipt) return;
  uint64_t lsn = reply.receipt->lsn.value;
  bool has_own_record = !model::IsRead(ask);
  if (lsn < floor || (has_own_record && lsn == floor)) {
    stage_.Violate("witness",
                   absl::StrCat(ToText(ask), " has lsn ", lsn,
                                ", and a call that returned before it began has ", floor));
  }
  returned_ = std::max(returned_, lsn);
  if (has_own_record) held_.push_back({ask, *reply.receipt});
}

void Judge::OnRemembered(Memories::Id id, const Reply& reply) {
  const auto* result = std::get_if<Result>(&reply.outcome);
  memories_.End(id, result != nullptr,
                result == nullptr ? std::vector<model::Row>() : procedures::ToTable(*result).rows);
}

// ---- watchers ----

void Judge::OnBatch(Lsn from, const std::vector<SharedChange>& changes, Lsn through) {
  stage_.Count("batches");
  if (through > log_.durable()) {
    return stage_.Violate("durable", absl::StrCat("a batch through lsn ", through.value,
                                                  ", durable is ", log_.durable().value));
  }
  size_t next = 0;
  for (uint64_t lsn = from.value; lsn <= through.value; ++lsn) {
    bool is_here = next < changes.size() && changes[next]->moment.lsn.value == lsn;
    CheckFacts("watch", lsn, is_here ? changes[next++].get() : nullptr);
    if (is_here) stage_.Count("changes_watched");
  }
  if (next != changes.size()) stage_.Violate("watch", "a change out of its place, or twice");
}

// ---- leases ----

void Judge::OnServing(const World& world, int64_t lease_ms) {
  lease_ms_ = lease_ms;
  lease_ends_.clear();
  for (const auto& [id, server] : world.cluster.servers) {
    if (server.is_live) OnLeaseOf({id.value, server.epoch.value});
  }
}

void Judge::OnRenewed(const Registration& who) {
  if (lease_ends_.count(who) > 0) return OnLeaseOf(who);
  stage_.Violate("lease", absl::StrCat("a heartbeat of server ", who.server, " epoch ", who.epoch,
                                       ", which holds no lease, was taken"));
}

void Judge::OnLeaseOf(const Registration& who) {
  std::erase_if(lease_ends_, [&](const auto& one) { return one.first.server == who.server; });
  lease_ends_[who] = stage_.now_ms() + lease_ms_;
}

// Nobody could renew while the process slept: every lease is longer by that.
void Judge::OnLook(int64_t late_ms, int64_t tick_ms) {
  if (late_ms <= tick_ms) return;
  for (auto& [who, end_ms] : lease_ends_) end_ms += late_ms;
}

void Judge::OnLooked() {
  for (const auto& [who, end_ms] : lease_ends_) {
    if (end_ms < stage_.now_ms()) {
      stage_.Violate("lease", absl::StrCat("server ", who.server, " is held for live ",
                                           stage_.now_ms() - end_ms, " ms after its lease"));
    }
  }
}

void Judge::OnExpired(const Registration& who) {
  stage_.Count("leases_expired");
  auto lease = lease_ends_.find(who);
  if (lease == lease_ends_.end() || stage_.now_ms() < lease->second) {
    return stage_.Violate("lease", absl::StrCat("server ", who.server, " epoch ", who.epoch,
                                                " is taken for dead before its lease ended"));
  }
  lease_ends_.erase(lease);
}

void Judge::OnPutBack(const Registration& who) { lease_ends_[who] = stage_.now_ms(); }

// ---- the end ----

// A life without a verdict is none that is right.
void Judge::CheckMemories() {
  Memories::Judged judged = memories_.Judge();
  stage_.counts["objects_judged"] += judged.objects;
  stage_.counts["operations_judged"] += judged.operations;
  if (judged.violation) stage_.Violate("linearizable", *judged.violation);
}

void Judge::OnEnd(const World& world) {
  CheckLeftovers(world);
  CheckMemories();
  CheckLog();
  auto folded = replay::FoldLog(log_, {}, {}, log_.anchor(),
                                [](const Record&, const Applied&, const Hash256&) {});
  if (!folded.ok()) return stage_.Violate("recovery", folded.status().ToString());
  if (Digest(folded->world) != Digest(world)) {
    stage_.Violate("recovery", "at the end the log folds to another state than the live one");
  }
  for (const Held& held : held_) {
    uint64_t lsn = held.receipt.lsn.value;
    if (lsn > model_.lsn() || model_.AskAt(lsn).request != held.ask.request ||
        model_.AskAt(lsn).texts != held.ask.texts) {
      stage_.Violate("receipt", absl::StrCat("the record of lsn ", lsn,
                                             " is not the call that "
                                             "holds its receipt"));
    }
  }
}

void Judge::CheckLeftovers(const World& world) {
  auto left = [&](std::string what) { stage_.Violate("leftover", std::move(what)); };
  if (world.moves.current != Lsn{}) left("a rebalance that has not ended");
  if (!world.moves.active.empty()) left("a move under way");
  if (world.moves.usage != moves::Usage{}) left("slots that are taken");
  for (const auto& [server, keys] : world.cluster.stops) {
    if (!world.cluster.IsLive(server) || keys.empty()) continue;
    left(absl::StrCat("live server ", server.value, " has not stopped ", keys.size(), " replicas"));
  }
  for (const auto& [id, table] : world.cluster.tables) {
    const auto factor = static_cast<size_t>(table.replication_factor);
    for (const auto& [partition_id, partition] : table.partitions) {
      for (const cluster::Bucket& bucket : partition.buckets) {
        if (bucket.replicas.size() == factor) continue;
        left(absl::StrCat("a bucket of table ", id.value, " has ", bucket.replicas.size(),
                          " replicas, expected ", factor));
      }
    }
  }
}

// The log as an auditor sees it: one record for a request id within its window, and the receipts.
void Judge::CheckLog() {
  std::map<std::pair<Principal, RequestId>, int64_t> seen;
  std::map<uint64_t, Hash256> chains;
  auto observe = [&](const Record& record, const Applied&, const Hash256& chain) {
    chains[record.moment.lsn.value] = chain;
    if (!record.request_id.is_set() || IsRead(record.command)) return;
    int64_t time = record.moment.time.value;
    auto [first, is_new] =
        seen.try_emplace({record.moment.author.principal, record.request_id}, time);
    if (!is_new && first->second >= time - kWindowNanos) {
      stage_.Violate("exactly-once", absl::StrCat("a second record of one request at lsn ",
                                                  record.moment.lsn.value));
    }
    first->second = time;
  };
  auto folded = replay::FoldLog(log_, observe);
  if (!folded.ok()) return stage_.Violate("recovery", folded.status().ToString());
  for (const Held& held : held_) {
    if (chains[held.receipt.lsn.value] != held.receipt.chain) {
      stage_.Violate("receipt", absl::StrCat("the log at lsn ", held.receipt.lsn.value,
                                             " has not the chain hash of the receipt"));
    }
  }
}

}  // namespace pegel::sim

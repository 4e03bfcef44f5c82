#include "core/engine.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "core/check.h"
#include "core/config/clear_secrets.h"
#include "core/config/grammar.h"

namespace pegel {
namespace {

Reply Refusal(CallToken token, ErrorCode code, std::string message) {
  return Reply{token, Error{code, std::move(message)}, std::nullopt};
}

// What has to be known of the cluster whatever the disk says, and what ends work that would go on
// to fill it. All of these are small.
struct MustNotWait {
  bool operator()(const RegisterServer&) const { return true; }
  bool operator()(const ServerLost&) const { return true; }
  bool operator()(const ReplicaReport&) const { return true; }
  bool operator()(const AdvanceMoves&) const { return true; }
  bool operator()(const CancelRebalance&) const { return true; }
  bool operator()(const PauseRebalance&) const { return true; }
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

Engine::Engine(World world, Hash256 chain, absl::btree_map<Lsn, Hash256> answered_chains,
               EngineOptions options)
    : world_(std::move(world)),
      options_(options),
      durable_(world_.lsn),
      chain_(chain),
      answered_chains_(std::move(answered_chains)) {}

std::vector<Effect> Engine::Step(Input input) {
  std::vector<Effect> effects;
  std::visit([&](auto& in) { On(in, effects); }, input);
  return effects;
}

void Engine::On(CallArrived& call, std::vector<Effect>& effects) {
  if (is_stopped_) return;
  if (const std::string* key = config::FindClearSecret(call.command)) {
    effects.push_back(
        Refusal(call.token, ErrorCode::kInvalidArgument,
                absl::StrCat("The value of '", config::Shown(*key),
                             "' is a secret that was not sealed. Nothing was logged.")));
    return;
  }
  if (AnsweredBefore(call, effects)) return;
  bool is_read = IsRead(call.command);
  Moment now{Next(world_.lsn), std::max(call.now, world_.time), std::move(call.author)};
  const std::string* why_not = WhyNotWritten(call.command);
  if (is_read && (!options_.log_reads || why_not != nullptr)) {
    Outcome outcome = Decide(world_, now, call.command).outcome;
    return WaitFor(world_.lsn, Waiter{call.token, std::move(outcome), world_.lsn}, effects);
  }
  if (why_not != nullptr) {
    effects.push_back(Refusal(call.token, ErrorCode::kWritesStopped, *why_not));
    return;
  }
  size_t bytes = BytesOf(call.command);
  if (waiting_.size() >= options_.line_records_max ||
      (!waiting_.empty() && waiting_bytes_ + bytes > options_.line_bytes_max)) {
    effects.push_back(Refusal(call.token, ErrorCode::kOverloaded,
                              absl::StrCat(waiting_.size(), " calls of ", waiting_bytes_,
                                           " bytes wait for the disk, which is the limit. Nothing "
                                           "was changed; retry after a moment.")));
    return;
  }
  Applied applied = Apply(world_, now, call.request_id, call.command);
  digest_.reset();
  Slot& slot = waiting_.emplace_back();
  slot.is_remembered = call.request_id.is_set() && IsRemembered(call.command);
  slot.bytes = bytes + BytesOf(applied.decision.outcome);
  waiting_bytes_ += slot.bytes;
  if (!applied.decision.events.empty()) {
    slot.change =
        std::make_shared<const ChangeSet>(ChangeSet{now, std::move(applied.decision.events)});
  }
  slot.waiters.push_back(Waiter{call.token, std::move(applied.decision.outcome), world_.lsn});
  effects.push_back(
      Append{Record{std::move(now), call.request_id, std::move(call.command), applied.effect}});
}

// True when the call is a retry: it is answered (now or when durable) from what the World
// remembers.
bool Engine::AnsweredBefore(CallArrived& call, std::vector<Effect>& effects) {
  if (!call.request_id.is_set() || !IsRemembered(call.command)) return false;
  const Answer* answer = world_.requests.Find(RequestKey{call.author.principal, call.request_id});
  if (answer == nullptr) return false;
  if (answer->fingerprint != Fingerprint(call.command)) {
    effects.push_back(Refusal(
        call.token, ErrorCode::kRequestIdReused,
        absl::StrCat("Request id ", ToHex(call.request_id), " was used at lsn ", answer->lsn.value,
                     " for another call. Use a new id for each call, and the same one only to send "
                     "the same call again.")));
  } else {
    WaitFor(answer->lsn, Waiter{call.token, answer->outcome, answer->lsn}, effects);
  }
  return true;
}

void Engine::On(StatusAsked& ask, std::vector<Effect>& effects) {
  if (is_stopped_) return;
  // Taken now, told when durable: by then the World is further, and nobody may hear of that.
  WaitFor(world_.lsn, Waiter{ask.token, StatusNow(), world_.lsn}, effects);
}

void Engine::On(TasksAsked& ask, std::vector<Effect>& effects) {
  if (is_stopped_) return;
  cluster::ServerId id{ask.who.server};
  const cluster::Server* server = world_.cluster.Find(id);
  TaskList list{.lsn = world_.lsn};
  list.is_in_force = server != nullptr && server->is_live && server->epoch.value == ask.who.epoch;
  if (list.is_in_force) list.tasks = cluster::TasksOf(world_.cluster, id);
  WaitFor(world_.lsn, Waiter{ask.token, std::move(list), world_.lsn}, effects);
}

void Engine::On(GroupDurable& group, std::vector<Effect>& effects) {
  PEGEL_CHECK(
      durable_.value + group.chains.size() == group.through.value && group.through <= world_.lsn,
      "durable ", durable_.value, " + ", group.chains.size(), " != ", group.through.value);
  Published published{group.through, {}};
  for (const Hash256& chain : group.chains) {
    durable_ = Next(durable_);
    chain_ = chain;
    Slot slot = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= slot.bytes;
    if (slot.is_remembered) answered_chains_.emplace(durable_, chain);
    for (Waiter& waiter : slot.waiters) Release(waiter, effects);
    if (slot.change != nullptr) published.changes.push_back(std::move(slot.change));
  }
  effects.push_back(std::move(published));
  ForgetChains();
}

// Only chains that a retry may ask for are kept.
void Engine::ForgetChains() {
  Lsn oldest = world_.requests.OldestLsn();
  auto end = oldest == Lsn{} ? answered_chains_.end() : answered_chains_.lower_bound(oldest);
  answered_chains_.erase(answered_chains_.begin(), end);
}

void Engine::On(AppendFailed& failure, std::vector<Effect>& effects) {
  is_stopped_ = true;
  waiting_.clear();  // Nobody may be told anything: what is on disk is found at the next boot.
  effects.push_back(Stop{std::move(failure.reason)});
}

void Engine::On(WritesStopped& stop, std::vector<Effect>&) {
  if (!writes_stopped_) writes_stopped_ = std::move(stop.reason);
}

void Engine::On(RoomIsLow& low, std::vector<Effect>&) { room_is_low_ = std::move(low); }

void Engine::On(RoomIsBack&, std::vector<Effect>&) { room_is_low_.reset(); }

// Null: it may be. A start's own record is always written: without it there is no history.
const std::string* Engine::WhyNotWritten(const Command& command) const {
  if (writes_stopped_.has_value()) return &*writes_stopped_;
  if (!room_is_low_.has_value() || std::holds_alternative<Boot>(command)) return nullptr;
  const bool may_pass = !room_is_low_->is_for_nothing && std::visit(MustNotWait{}, command);
  return may_pass ? nullptr : &room_is_low_->reason;
}

void Engine::WaitFor(Lsn lsn, Waiter waiter, std::vector<Effect>& effects) {
  if (lsn <= durable_) return Release(waiter, effects);
  waiting_[lsn.value - durable_.value - 1].waiters.push_back(std::move(waiter));
}

void Engine::Release(Waiter& waiter, std::vector<Effect>& effects) {
  if (auto* list = std::get_if<TaskList>(&waiter.answer)) {
    effects.push_back(TasksReply{waiter.token, std::move(*list)});
  } else if (auto* outcome = std::get_if<Outcome>(&waiter.answer)) {
    effects.push_back(Reply{waiter.token, std::move(*outcome),
                            Receipt{waiter.receipt_lsn, ChainOf(waiter.receipt_lsn)}});
  } else {
    auto& status = std::get<Status>(waiter.answer);
    status.lsn_durable = durable_;
    status.chain = chain_;
    effects.push_back(StatusReply{waiter.token, std::move(status)});
  }
}

Hash256 Engine::ChainOf(Lsn lsn) const {
  if (lsn == durable_) return chain_;
  auto it = answered_chains_.find(lsn);
  PEGEL_CHECK(it != answered_chains_.end(), "no chain hash for lsn ", lsn.value);
  return it->second;
}

const Hash256& Engine::digest() {
  if (!digest_.has_value()) digest_ = Digest(world_);
  return *digest_;
}

// All but what stands on the disk, which is told when it does.
Status Engine::StatusNow() {
  Status status;
  status.cluster_id = world_.cluster_id;
  status.behaviour = world_.behaviour;
  status.authorizer_enabled = world_.security.authorizer_enabled;
  status.lsn_applied = world_.lsn;
  status.digest = digest();
  status.acl_entries = world_.acls.size();
  status.static_configs = world_.configs.statics.size();
  status.dynamic_configs = world_.configs.dynamics.size();
  status.answered_requests = world_.requests.size();
  return status;
}

}  // namespace pegel

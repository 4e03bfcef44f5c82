#include "tests/sim/model/model.h"

#include <algorithm>

namespace pegel::model {
namespace {

constexpr int64_t kRememberedNanos = 3'600'000'000'000;  // admin.capnp: time bounded; an hour.
constexpr int kOverloaded = 1003, kRequestIdReused = 1005;

bool Matches(const std::string& pattern, const std::string& message) {
  if (pattern.empty() || pattern.back() != '*') return pattern == message;
  return message.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0;
}

Done ApplyBoot(State& state, const Ask& ask) {
  state.statics.clear();
  Done done;
  std::string fact = "booted";
  for (size_t i = 0; i + 1 < ask.texts.size(); i += 2) {
    state.statics[*ask.texts[i]] = *ask.texts[i + 1];
  }
  for (const auto& [key, value] : state.statics) fact += " " + key + "=" + value;
  done.facts.insert(fact);
  return done;
}

}  // namespace

bool Allows(const Answer& answer, const std::string& message) {
  return std::any_of(answer.messages.begin(), answer.messages.end(),
                     [&](const std::string& pattern) { return Matches(pattern, message); });
}

Answer Refusal(int code, std::vector<std::string> messages) {
  return Answer{code, std::move(messages), {}};
}

bool IsRead(const Ask& ask) {
  static const std::set<std::string> kReads = {"list_acl",       "get_cluster_configs",
                                               "list_servers",   "list_server_tags",
                                               "list_rebalance", "list_rebalances"};
  return kReads.count(ask.what) > 0;
}

Done Apply(State& state, const Ask& ask, uint64_t lsn) {
  if (ask.what == "boot") return ApplyBoot(state, ask);
  Done done;
  bool is_known = ApplyAcls(state, ask, &done) || ApplyConfigs(state, ask, &done) ||
                  ApplyServers(state, ask, lsn, &done) || ApplyMoves(state, ask, lsn, &done);
  if (!is_known) done.answer = Refusal(-1000, {"the model does not know " + ask.what});
  return done;
}

const uint64_t* Model::Find(const Ask& ask) const {
  if (ask.request == 0 || IsRead(ask)) return nullptr;
  auto it = now_.answered.find({ask.who, ask.request});
  return it == now_.answered.end() ? nullptr : &it->second;
}

void Model::Write(const Ask& ask, int64_t time) {
  Done done = Apply(now_.state, ask, lsn() + 1);
  journal_.push_back({ask, time, std::move(done.answer), std::move(done.facts)});
  Remember(&now_);
}

// The answer of the entry behind `at`, if it is one to remember; and forgets what is too old by
// then.
void Model::Remember(Standing* at) const {
  const Entry& entry = journal_[at->lsn++];
  if (entry.ask.request == 0 || IsRead(entry.ask)) return;
  at->answered[{entry.ask.who, entry.ask.request}] = at->lsn;
  at->ages.push_back(at->lsn);
  while (journal_[at->ages.front() - 1].time < entry.time - kRememberedNanos) {
    const Ask& oldest = journal_[at->ages.front() - 1].ask;
    at->answered.erase({oldest.who, oldest.request});
    at->ages.pop_front();
  }
}

Model::Verdict Model::Arrive(const Ask& ask, int64_t now, uint64_t durable) {
  if (auto refusal = Unreadable(ask)) return {Kind::kRefused, 0, *std::move(refusal), {}};
  if (const uint64_t* first = Find(ask)) {
    const Entry& entry = journal_[*first - 1];
    if (entry.ask.what == ask.what && entry.ask.texts == ask.texts) {
      return {Kind::kRepeated, *first, entry.answer, {}};
    }
    return {Kind::kRefused, 0, Refusal(kRequestIdReused, {"Request id *"}), {}};
  }
  if (IsRead(ask) && !options_.log_reads) {
    State state = now_.state;
    return {Kind::kReading, lsn(), Apply(state, ask, lsn() + 1).answer, {}};
  }
  if (lsn() - durable >= options_.line_max) {
    return {Kind::kRefused, 0, Refusal(kOverloaded, {"*"}), {}};
  }
  int64_t time = journal_.empty() ? now : std::max(now, journal_.back().time);
  Write(ask, time);
  return {Kind::kRecord, lsn(), journal_.back().answer, journal_.back().facts};
}

void Model::CutBack(uint64_t lsn) {
  journal_.resize(lsn);
  if (kept_.lsn > lsn) kept_ = Standing();
  while (kept_.lsn < lsn) {
    Apply(kept_.state, journal_[kept_.lsn].ask, kept_.lsn + 1);
    Remember(&kept_);
  }
  now_ = kept_;
}

}  // namespace pegel::model

// Tables and rebalances, as far as they can be judged without placing or planning anything.
//
// Who may ask, what is refused and why, which rebalance stands where: that is worked out here.
// Where replicas are, and which steps moves take, is hearsay (Ask::heard): it is kept, so that
// listings can be compared with it, and it is believed only of calls whose business it is and only
// where it fits what is known. What is not believed is not among the facts, and the checker says
// so.
#include <algorithm>
#include <sstream>

#include "tests/sim/model/model.h"

namespace pegel::model {
namespace {

constexpr int kInvalidArgument = 1001, kRebalanceFailure = 61, kNone = 62, kFinished = 1040;
constexpr int kNotExist = 58, kFenced = 1020, kLost = 1013;

std::string IdText(uint64_t id) { return "rebalance-" + std::to_string(id); }

bool IsOver(const Rebalance& rebalance) {
  return rebalance.status != "NOT_STARTED" && rebalance.status != "REBALANCING";
}

// The one that has not ended; null: none.
const std::pair<const uint64_t, Rebalance>* Running(const State& state) {
  for (const auto& entry : state.rebalances) {
    if (!IsOver(entry.second)) return &entry;
  }
  return nullptr;
}

// ---- what callers ask ----

void Start(State& state, const Ask& ask, uint64_t lsn, Done* done) {
  if (!MayOn(state, ask, "WRITE", "cluster", done)) return;
  if (const auto* running = Running(state)) {
    done->answer =
        Refusal(kRebalanceFailure,
                {"Rebalance task already exists, current rebalance id is '" +
                 IdText(running->first) + "'. Please wait for it to finish or cancel it first."});
    return;
  }
  Rebalance& rebalance = state.rebalances[lsn];
  rebalance.author = ask.who;
  for (char c : *ask.texts[0]) {
    if (c != ' ') rebalance.goals.push_back(c);
  }
  done->answer.rows.push_back({IdText(lsn)});
  done->facts.insert("rebalance " + std::to_string(lsn) + " is asked for");
}

// What cancel, pause and resume mean, if it has not ended; 0: refused.
uint64_t Meant(const State& state, const Ask& ask, Done* done) {
  if (state.rebalances.empty()) {
    done->answer = Refusal(kNone, {"*"});
    return 0;
  }
  uint64_t id = state.rebalances.rbegin()->first;
  if (!ask.texts.empty()) {
    auto named = std::find_if(state.rebalances.begin(), state.rebalances.end(),
                              [&](const auto& e) { return IdText(e.first) == *ask.texts[0]; });
    if (named == state.rebalances.end()) {
      done->answer = Refusal(kNone, {"Rebalance task id " + *ask.texts[0] + " to *"});
      return 0;
    }
    id = named->first;
  }
  const Rebalance& rebalance = state.rebalances.at(id);
  if (!IsOver(rebalance)) return id;
  done->answer =
      Refusal(kFinished, {"Rebalance " + IdText(id) + " is " + rebalance.status + " and cannot *"});
  return 0;
}

void Cancel(State& state, const Ask& ask, Done* done) {
  if (!MayOn(state, ask, "WRITE", "cluster", done)) return;
  uint64_t id = Meant(state, ask, done);
  if (id == 0) return;
  state.rebalances[id].status = "CANCELED";
  done->facts.insert("rebalance " + std::to_string(id) + " ends CANCELED");
}

void Pause(State& state, const Ask& ask, bool is_paused, Done* done) {
  if (!MayOn(state, ask, "WRITE", "cluster", done)) return;
  uint64_t id = Meant(state, ask, done);
  if (id == 0 || state.rebalances[id].is_paused == is_paused) return;
  state.rebalances[id].is_paused = is_paused;
  done->facts.insert("rebalance " + std::to_string(id) + (is_paused ? " pauses" : " goes on"));
}

Row RowOf(uint64_t id, const Rebalance& rebalance) {
  Row row(27, kAnything);
  row[0] = IdText(id);
  row[1] = rebalance.status;
  if (rebalance.status == "COMPLETED") row[2] = "100%";
  row[3] = rebalance.goals;
  row[4] = rebalance.author;
  row[8] = rebalance.is_paused ? "true" : "false";
  row[9] = std::to_string(rebalance.plan);
  return row;
}

void List(const State& state, const Ask& ask, Done* done) {
  if (!MayOn(state, ask, "DESCRIBE", "cluster", done)) return;
  if (ask.what == "list_rebalances") {
    for (auto it = state.rebalances.rbegin(); it != state.rebalances.rend(); ++it) {
      done->answer.rows.push_back(RowOf(it->first, it->second));
    }
    return;
  }
  for (auto it = state.rebalances.rbegin(); it != state.rebalances.rend(); ++it) {
    if (!ask.texts.empty() && IdText(it->first) != *ask.texts[0]) continue;
    Row row = RowOf(it->first, it->second);
    row.resize(3);
    row.push_back(kAnything);
    done->answer.rows.push_back(row);
    return;
  }
}

// ---- what only servers say ----

// The server itself brings plan R of a rebalance, which waits for it or does not.
bool Awaits(const State& state, const Ask& ask, Done* done) {
  auto it = state.rebalances.find(std::stoull(*ask.texts[0]));
  bool does = it != state.rebalances.end() && it->second.awaits_plan &&
              it->second.plan == std::stoi(*ask.texts[1]) && !IsOver(it->second);
  if (!does) done->answer = Refusal(kRebalanceFailure, {"*"});
  return does;
}

bool MayReport(const State& state, const Ask& ask, Done* done) {
  if (!MayOn(state, ask, "CLUSTER_ACTION", "cluster", done)) return false;
  auto it = state.servers.find(std::stoi(*ask.texts[0]));
  if (it == state.servers.end()) {
    done->answer = Refusal(kNotExist, {"*"});
  } else if (it->second.epoch != std::stoull(*ask.texts[1])) {
    done->answer = Refusal(kFenced, {"*"});
  } else if (!it->second.is_live) {
    done->answer = Refusal(kLost, {"*"});
  }
  return done->answer.code == 0;
}

// ---- hearsay ----

// `bucket 12/3 leader 1 replicas 0 1! epochs …`: who is named with `!` is behind.
bool HearBucket(State& state, std::istringstream& words) {
  std::string key, skip, word;
  Bucket bucket;
  words >> key >> skip >> bucket.leader >> skip;
  while (words >> word && word != "epochs") bucket.replicas[std::stoi(word)] = word.back() != '!';
  auto known = state.buckets.find(key);
  if (known == state.buckets.end()) return false;
  known->second = bucket;
  if (bucket.leader == -1) return true;
  auto leader = bucket.replicas.find(bucket.leader);
  auto server = state.servers.find(bucket.leader);
  return leader != bucket.replicas.end() && leader->second && server != state.servers.end() &&
         server->second.is_live;
}

// `placed 12 : 0 1 : 1 2`: the servers of each bucket, of which the first leads.
void HearPlaces(State& state, std::istringstream& words) {
  std::string table, word;
  words >> table;
  for (int number = -1; words >> word;) {
    if (word == ":") {
      ++number;
      continue;
    }
    Bucket& bucket = state.buckets[table + "/" + std::to_string(number)];
    if (bucket.replicas.empty()) bucket.leader = std::stoi(word);
    bucket.replicas[std::stoi(word)] = true;
  }
}

// `dropped 12`: a table with all its buckets.
void HearDrop(State& state, const std::string& table) {
  std::erase_if(state.buckets,
                [&](const auto& entry) { return entry.first.rfind(table + "/", 0) == 0; });
}

// A rebalance takes a plan, wants one, or ends.
bool HearRebalance(State& state, std::istringstream& words) {
  uint64_t id = 0;
  std::string verb, what;
  words >> id >> verb >> what;
  auto it = state.rebalances.find(id);
  if (it == state.rebalances.end() || IsOver(it->second)) return false;
  Rebalance& rebalance = it->second;
  if (verb == "ends") {
    // It completes with a plan, and fails with or without one; nobody cancels but its callers.
    bool may_end = what == "FAILED" || (what == "COMPLETED" && !rebalance.awaits_plan);
    rebalance.status = what;
    rebalance.awaits_plan = false;
    return may_end;
  }
  int plan = std::stoi(what);
  if (verb == "adopts") {
    if (!rebalance.awaits_plan || plan != rebalance.plan) return false;
    rebalance.status = "REBALANCING";
    rebalance.awaits_plan = false;
    return true;
  }
  if (verb != "wants" || rebalance.awaits_plan || plan != rebalance.plan + 1) return false;
  rebalance.plan = plan;
  rebalance.awaits_plan = true;
  return true;
}

// With which words the facts begin that are a call's business.
const std::set<std::string>& BusinessOf(const std::string& what) {
  static const std::map<std::string, std::set<std::string>> kBusiness = {
      {"", {}},
      {"register_server", {"bucket"}},
      {"server_lost", {"bucket"}},
      {"create_table", {"table", "placed"}},
      {"drop_table", {"dropped", "drop"}},
      {"replica_report", {"bucket", "bytes", "stopped", "move"}},
      {"plan_chunk", {"draft"}},
      {"plan_ready", {"rebalance"}},
      {"advance_moves", {"bucket", "drop", "move", "home", "rebalance"}}};
  auto it = kBusiness.find(what);
  return it == kBusiness.end() ? kBusiness.at("") : it->second;
}

}  // namespace

bool Hears(const Ask& ask) { return !BusinessOf(ask.what).empty(); }

void Hear(State& state, const Ask& ask, Done* done) {
  for (const std::string& fact : ask.heard) {
    std::istringstream words(fact);
    std::string word, table;
    words >> word;
    if (BusinessOf(ask.what).count(word) == 0) continue;
    if (word == "bucket") {
      if (!HearBucket(state, words)) continue;
    } else if (word == "placed") {
      HearPlaces(state, words);
    } else if (word == "dropped") {
      words >> table;
      HearDrop(state, table);
    } else if (word == "rebalance") {
      if (!HearRebalance(state, words)) continue;
    }
    done->facts.insert(fact);
  }
}

// Goals that cannot be read are refused before anything else is looked at.
std::optional<Answer> Unreadable(const Ask& ask) {
  if (ask.what != "rebalance") return std::nullopt;
  std::set<std::string> seen;
  std::string goal;
  std::istringstream pieces(*ask.texts[0] + ",");
  while (std::getline(pieces, goal, ',')) {
    goal.erase(0, goal.find_first_not_of(' '));
    bool is_known =
        goal == "RACK_AWARE" || goal == "REPLICA_DISTRIBUTION" || goal == "LEADER_DISTRIBUTION";
    if (!is_known || !seen.insert(goal).second) return Refusal(kInvalidArgument, {"*"});
  }
  return std::nullopt;
}

bool ApplyMoves(State& state, const Ask& ask, uint64_t lsn, Done* done) {
  if (ask.what == "rebalance") {
    Start(state, ask, lsn, done);
  } else if (ask.what == "cancel_rebalance") {
    Cancel(state, ask, done);
  } else if (ask.what == "pause_rebalance" || ask.what == "resume_rebalance") {
    Pause(state, ask, ask.what == "pause_rebalance", done);
  } else if (ask.what == "list_rebalance" || ask.what == "list_rebalances") {
    List(state, ask, done);
  } else if (ask.what == "plan_chunk" || ask.what == "plan_ready") {
    if (Awaits(state, ask, done)) Hear(state, ask, done);
  } else if (ask.what == "replica_report") {
    done->answer.is_heard = true;
    if (MayReport(state, ask, done)) Hear(state, ask, done);
  } else if (ask.what == "create_table" || ask.what == "drop_table") {
    // Which is not for this world to say.
    if (ask.heard_code != 0) done->answer = Refusal(ask.heard_code, {"*"});
    Hear(state, ask, done);
  } else if (ask.what == "advance_moves") {
    Hear(state, ask, done);
  } else {
    return false;
  }
  return true;
}

}  // namespace pegel::model

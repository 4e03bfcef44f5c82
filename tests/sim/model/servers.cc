// Tablet servers and tags as the rulings and procedures.md 5 say them.
#include <algorithm>

#include "tests/sim/model/model.h"

namespace pegel::model {
namespace {

constexpr int kNotExist = 58, kTagExists = 59, kTagNotExist = 60, kFenced = 1020, kIsLive = 1021,
              kHolds = 1022;

std::string Numbered(int id) { return std::to_string(id); }

void Register(State& state, const Ask& ask, uint64_t lsn, Done* done) {
  if (!MayOn(state, ask, "CLUSTER_ACTION", "cluster", done)) return;
  int id = std::stoi(*ask.texts[0]);
  Server& server = state.servers[id];
  server.rack = *ask.texts[1];
  server.address = *ask.texts[2];
  server.epoch = lsn;
  server.is_live = true;
  done->facts.insert("registered " + Numbered(id) + " rack=" + server.rack + " at " +
                     server.address + " epoch " + std::to_string(lsn));
  Hear(state, ask, done);
}

void Lose(State& state, const Ask& ask, Done* done) {
  bool is_itself = ask.who == "System:pegeld" && ask.host.empty();
  if (!is_itself && !MayOn(state, ask, "CLUSTER_ACTION", "cluster", done)) return;
  int id = std::stoi(*ask.texts[0]);
  uint64_t epoch = std::stoull(*ask.texts[1]);
  auto it = state.servers.find(id);
  if (it == state.servers.end()) {
    done->answer = Refusal(kNotExist, {"Server " + Numbered(id) + " not exists *"});
  } else if (it->second.epoch != epoch) {
    done->answer = Refusal(kFenced, {"Server " + Numbered(id) + " *"});
  } else if (it->second.is_live) {
    it->second.is_live = false;
    done->facts.insert("died " + Numbered(id) + " epoch " + std::to_string(epoch));
    Hear(state, ask, done);
  }
}

// Replicas, leaders, in sync.
std::vector<int> CountsOf(const State& state, int id) {
  std::vector<int> counts(3);
  for (const auto& [key, bucket] : state.buckets) {
    auto replica = bucket.replicas.find(id);
    if (replica == bucket.replicas.end()) continue;
    ++counts[0];
    counts[1] += bucket.leader == id;
    counts[2] += replica->second;
  }
  return counts;
}

void Unregister(State& state, const Ask& ask, Done* done) {
  if (!MayOn(state, ask, "ALTER", "cluster", done)) return;
  int id = std::stoi(*ask.texts[0]);
  auto it = state.servers.find(id);
  if (it == state.servers.end()) {
    done->answer = Refusal(kNotExist, {"Server " + Numbered(id) + " not exists *"});
  } else if (it->second.is_live) {
    done->answer = Refusal(kIsLive, {"Server " + Numbered(id) + " *"});
  } else if (int replicas = CountsOf(state, id)[0]; replicas > 0) {
    done->answer = Refusal(
        kHolds, {"Server " + Numbered(id) + " still holds " + Numbered(replicas) + " replicas*"});
  } else {
    state.servers.erase(it);
    done->facts.insert("unregistered " + Numbered(id));
  }
}

// The ids that a list such as `0, 1,rack:a` names, in its order, each once; false: a rack that no
// server has.
bool IdsOf(const State& state, const std::string& list, std::vector<int>* ids) {
  auto add = [&](int id) {
    if (std::find(ids->begin(), ids->end(), id) == ids->end()) ids->push_back(id);
  };
  for (size_t start = 0; start <= list.size();) {
    size_t end = std::min(list.find(',', start), list.size());
    std::string piece = list.substr(start, end - start);
    while (!piece.empty() && piece.front() == ' ') piece.erase(0, 1);
    start = end + 1;
    if (piece.rfind("rack:", 0) != 0) {
      add(std::stoi(piece));
      continue;
    }
    bool is_found = false;
    for (const auto& [id, server] : state.servers) {
      if (server.rack == piece.substr(5)) add(id), is_found = true;
    }
    if (!is_found) return false;
  }
  return true;
}

Text TagOf(const State& state, int id) {
  auto it = state.servers.find(id);
  return it == state.servers.end() ? Text() : it->second.tag;
}

void AddTag(State& state, const Ask& ask, Done* done) {
  if (!MayOn(state, ask, "ALTER", "cluster", done)) return;
  const std::string& tag = *ask.texts[1];
  std::vector<int> ids;
  bool is_named = IdsOf(state, *ask.texts[0], &ids);
  for (int id : ids) {
    Text held = TagOf(state, id);
    if (state.servers.count(id) == 0) {
      done->answer = Refusal(
          kNotExist, {"Server " + Numbered(id) + " not exists when trying to add server tag."});
    } else if (held && *held != tag) {
      done->answer = Refusal(kTagExists, {"Server tag " + *held + " already exists for server " +
                                          Numbered(id) + ". However you want to set it to " + tag +
                                          ", please remove the server tag first."});
    }
    if (done->answer.code != 0) return;
  }
  if (!is_named) {
    done->answer = Refusal(kNotExist, {"No server of rack *"});
    return;
  }
  for (int id : ids) {
    if (!TagOf(state, id)) done->facts.insert("tagged " + Numbered(id) + " " + tag);
    state.servers[id].tag = tag;
  }
}

void RemoveTag(State& state, const Ask& ask, Done* done) {
  if (!MayOn(state, ask, "ALTER", "cluster", done)) return;
  const std::string& tag = *ask.texts[1];
  std::vector<int> ids;
  bool is_named = IdsOf(state, *ask.texts[0], &ids);
  for (int id : ids) {
    Text held = TagOf(state, id);
    if (!held || *held == tag) continue;
    done->answer =
        Refusal(kTagNotExist, {"Server tag " + tag + " not exists for server " + Numbered(id) +
                               ", the current server tag of this server is " + *held + "."});
    return;
  }
  if (!is_named) {
    done->answer = Refusal(kNotExist, {"No server of rack *"});
    return;
  }
  for (int id : ids) {
    if (!TagOf(state, id)) continue;
    state.servers[id].tag.reset();
    done->facts.insert("untagged " + Numbered(id) + " " + tag);
  }
}

void List(const State& state, const Ask& ask, Done* done) {
  if (!MayOn(state, ask, "DESCRIBE", "cluster", done)) return;
  for (const auto& [id, server] : state.servers) {
    if (ask.what == "list_server_tags") {
      if (server.tag) done->answer.rows.push_back({Numbered(id), server.tag});
      continue;
    }
    Text rack = server.rack.empty() ? Text() : Text(server.rack);
    Row row{Numbered(id),   rack,
            server.address, server.is_live ? "true" : "false",
            server.tag,     std::to_string(server.epoch)};
    for (int count : CountsOf(state, id)) row.emplace_back(Numbered(count));
    done->answer.rows.push_back(row);
  }
}

}  // namespace

bool ApplyServers(State& state, const Ask& ask, uint64_t lsn, Done* done) {
  if (ask.what == "register_server") {
    Register(state, ask, lsn, done);
  } else if (ask.what == "server_lost") {
    Lose(state, ask, done);
  } else if (ask.what == "unregister_server") {
    Unregister(state, ask, done);
  } else if (ask.what == "add_server_tag") {
    AddTag(state, ask, done);
  } else if (ask.what == "remove_server_tag") {
    RemoveTag(state, ask, done);
  } else if (ask.what == "list_servers" || ask.what == "list_server_tags") {
    List(state, ask, done);
  } else {
    return false;
  }
  return true;
}

}  // namespace pegel::model

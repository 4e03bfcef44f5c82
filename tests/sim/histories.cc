#include "tests/sim/histories.h"

#include <utility>

namespace pegel::sim {
namespace {

using model::Ask;
using model::Text;
using testing::Random;

std::vector<Text> RandomRule(Random& random, bool may_be_any) {
  static const std::vector<std::string> kResources = {"cluster", "CLUSTER",     "d", "d.t",
                                                      "e",       "cluster.e.*", "*", "cluster.d"};
  static const std::vector<std::string> kPrincipals = {"User:a", "User:b", "User:*", "ALL"};
  static const std::vector<std::string> kOperations = {
      "ALL", "READ", "WRITE", "DESCRIBE", "ALTER", "describe", "DROP", "CLUSTER_ACTION"};
  static const std::vector<std::string> kHosts = {"*", "10.0.0.1", "10.0.0.0/8", "::1"};
  std::vector<Text> texts;
  texts.emplace_back(random.Of(kResources));
  texts.emplace_back(random.OneIn(4) ? "DENY" : "allow");
  texts.emplace_back(random.Of(kPrincipals));
  texts.emplace_back(random.Of(kOperations));
  if (random.OneIn(2)) texts.emplace_back(random.Of(kHosts));
  for (Text& text : texts) {
    if (may_be_any && random.OneIn(2)) text = "ANY";
  }
  return texts;
}

Ask RandomAclAsk(Random& random) {
  switch (random.Below(5)) {
    case 0:
      return {"", "", "drop_acl", RandomRule(random, true)};
    case 1:
      return {"", "", "list_acl", RandomRule(random, true)};
    default:
      return {"", "", "add_acl", RandomRule(random, false)};
  }
}

using Pair = std::pair<std::string, std::string>;

const std::vector<Pair>& Pairs() {
  static const std::vector<Pair> kPairs = {{"kv.snapshot.interval", "5 min"},
                                           {"kv.snapshot.interval", "7 s"},
                                           {"kv.snapshot.interval", "0 ms"},
                                           {"kv.snapshot.interval", "abc"},
                                           {"log.replica.min-in-sync-replicas-number", "2"},
                                           {"log.replica.min-in-sync-replicas-number", "0"},
                                           {"server.data-disk.write-limit-ratio", "0.9"},
                                           {"server.data-disk.write-limit-ratio", "0.5"},
                                           {"server.data-disk.write-recover-ratio", "0.4"},
                                           {"server.data-disk.write-recover-ratio", "0.86"},
                                           {"datalake.format", "paimon"},
                                           {"datalake.format", "iceberg"},
                                           {"datalake.format", "delta"},
                                           {"datalake.enabled", "true"},
                                           {"datalake.enabled", "maybe"},
                                           {"datalake.paimon.warehouse", "/w"},
                                           {"datalake.paimon.warehouse", "${env:W}"},
                                           {"datalake.iceberg.uri", "thrift"},
                                           {"remote.data.dirs", "/a"},
                                           {"remote.data.dirs", "/a,/b"},
                                           {"remote.data.dirs", "/c"},
                                           {"remote.data.dirs.weights", "1"},
                                           {"remote.data.dirs.weights", "1,2"},
                                           {"remote.data.dirs.weights", "-1,2"},
                                           {"remote.data.dirs.weights", "a"},
                                           {"remote.data.dirs.strategy", "WEIGHTED_ROUND_ROBIN"},
                                           {"remote.data.dirs.strategy", "ROUND_ROBIN"},
                                           {"zookeeper.address", "host:2181"},
                                           {"no.such.key", "x"}};
  return kPairs;
}

Ask RandomConfigAsk(Random& random) {
  static const std::vector<std::string> kOps = {"set",    "set",      "set", "reset",
                                                "append", "subtract", "get"};
  std::string op = random.Of(kOps);
  Ask ask{"", "", op + "_cluster_configs", {}};
  if (op == "get" && random.OneIn(2)) return ask;
  for (uint64_t n = 1 + random.Below(2); n > 0; --n) {
    const auto& [key, value] = random.Of(Pairs());
    ask.texts.emplace_back(key);
    if (op == "get" || op == "reset") continue;
    bool is_null = op == "set" && random.OneIn(8);
    ask.texts.push_back(is_null ? Text() : Text(value));
  }
  return ask;
}

Ask RandomServerAsk(Random& random) {
  // Mostly one server: when all are tagged nothing can be moved.
  static const std::vector<std::string> kLists = {"0", "1", "2", "3", "4",         "0",
                                                  "1", "2", "3", "9", "0, 1",      "rack:r0",
                                                  "1", "2", "0", "9", "2,rack:r1", "rack:none"};
  static const std::vector<std::string> kTags = {"PERMANENT_OFFLINE", "PERMANENT_OFFLINE",
                                                 "TEMPORARY_OFFLINE"};
  std::string list = random.Of(kLists);
  std::string tag = random.Of(kTags);
  switch (random.Below(8)) {
    case 0:
      return {"", "", "list_servers", {}};
    case 1:
      return {"", "", "list_server_tags", {}};
    case 2:
      return {"", "", "unregister_server", {std::to_string(random.Below(4))}};
    case 3:
    case 4:
    case 5:
      return {"", "", "remove_server_tag", {list, tag}};
    default:
      return {"", "", "add_server_tag", {list, tag}};
  }
}

Ask RandomMovesAsk(Random& random, uint64_t rebalance) {
  static const std::vector<std::string> kGoals = {"REPLICA_DISTRIBUTION",
                                                  "LEADER_DISTRIBUTION",
                                                  "REPLICA_DISTRIBUTION,LEADER_DISTRIBUTION",
                                                  "RACK_AWARE, REPLICA_DISTRIBUTION",
                                                  "REPLICA_DISTRIBUTION",
                                                  "LEADER_DISTRIBUTION, REPLICA_DISTRIBUTION",
                                                  "RACK_AWARE,RACK_AWARE",
                                                  "REPLICA_DISTRIBUTION,,",
                                                  "BEAUTY"};
  static const std::vector<std::string> kOnes = {"cancel_rebalance", "pause_rebalance",
                                                 "resume_rebalance", "resume_rebalance",
                                                 "list_rebalance",   "list_rebalance"};
  switch (random.Below(20)) {
    case 0:
    case 1:
      // By someone who may.
      return {"User:root",
              "",
              "create_table",
              {random.OneIn(2) ? "t" : "u", std::to_string(1 + random.Below(4)),
               std::to_string(1 + random.Below(3))}};
    case 2:
      return {"", "", "drop_table", {random.OneIn(2) ? "t" : "u"}};
    case 3:
      return {"", "", "list_rebalances", {}};
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9: {
      Ask ask{"", "", random.Of(kOnes), {}};
      if (random.OneIn(2)) return ask;
      uint64_t id = random.OneIn(4) ? random.Below(200) : rebalance;
      ask.texts.emplace_back("rebalance-" + std::to_string(id));
      return ask;
    }
    default:
      return {random.OneIn(2) ? "User:root" : "", "", "rebalance", {random.Of(kGoals)}};
  }
}

Ask RandomWhat(Random& random, uint64_t rebalance) {
  switch (random.Below(10)) {
    case 0:
    case 1:
      return RandomServerAsk(random);
    case 2:
    case 3:
    case 4:
      return RandomConfigAsk(random);
    case 5:
    case 6:
      return RandomMovesAsk(random, rebalance);
    default:
      return RandomAclAsk(random);
  }
}

}  // namespace

Ask RandomAsk(Random& random, uint64_t rebalance) {
  static const std::vector<std::string> kCallers = {"User:root", "User:root", "User:root", "User:a",
                                                    "User:b"};
  static const std::vector<std::string> kHosts = {"10.0.0.1", "11.0.0.1", "::1"};
  Ask ask = RandomWhat(random, rebalance);
  if (ask.who.empty()) ask.who = random.Of(kCallers);
  ask.host = random.Of(kHosts);
  return ask;
}

Ask RandomBoot(Random& random, bool authorizer_enabled) {
  Ask ask{"System:pegeld", "", "boot", {}};
  auto add = [&](const char* key, const char* value) {
    ask.texts.emplace_back(key);
    ask.texts.emplace_back(value);
  };
  add("authorizer.enabled", authorizer_enabled ? "true" : "false");
  if (random.OneIn(3)) add("kv.snapshot.interval", "9 min");
  if (random.OneIn(3)) add("log.replica.min-in-sync-replicas-number", "3");
  // So that moves are given up within a life.
  static const std::vector<const char*> kMany = {"1", "2", "10"};
  add("pegel.rebalance.dead-server-grace", random.OneIn(2) ? "3 s" : "1 h");
  add("pegel.rebalance.max-attempts", random.OneIn(2) ? "2" : "4");
  add("pegel.rebalance.max-leader-moves", random.Of(kMany));
  add("pegel.rebalance.max-moves", random.Of(kMany));
  add("pegel.rebalance.max-moves-per-server", random.Of(kMany));
  add("pegel.rebalance.move-timeout", random.OneIn(2) ? "2 s" : "10 s");
  if (random.OneIn(3)) add("pegel.rebalance.temporary-offline-mode", "LEADERS_ONLY");
  add("super.users", random.OneIn(2) ? "User:root" : "User:root;User:a");
  return ask;
}

}  // namespace pegel::sim

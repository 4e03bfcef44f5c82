#include "tools/planning/cluster_file.h"

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/read_file.h"

namespace pegel::tools {
namespace {

using cluster::ServerTag;

// What is wrong, thrown inside this file because YAML::Node throws too.
struct Wrong {
  int line = 0;
  std::string text;
};

[[noreturn]] void Fail(const YAML::Node& node, const std::string& text) {
  throw Wrong{node.Mark().line + 1, text};
}

std::string Found(const YAML::Node& node) {
  if (node.IsScalar()) {
    const std::string& text = node.Scalar();
    return absl::StrCat("'", text.substr(0, 40), text.size() > 40 ? "…'" : "'");
  }
  return node.IsSequence() ? "a list" : node.IsMap() ? "a map" : "nothing";
}

void CheckKeys(const YAML::Node& map, const char* what, std::initializer_list<const char*> known) {
  if (!map.IsMap())
    Fail(map, absl::StrCat("expected ", what, " as {key: value, …}, found ", Found(map)));
  std::vector<std::string> seen;
  for (const auto& entry : map) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    bool is_known = false;
    for (const char* name : known) is_known |= key == name;
    if (!is_known) {
      Fail(entry.first, absl::StrCat("key ", Found(entry.first), " of ", what,
                                     " is not known; expected ", absl::StrJoin(known, ", ")));
    }
    for (const std::string& before : seen) {
      if (before == key)
        Fail(entry.first, absl::StrCat("key '", key, "' of ", what, " is given twice"));
    }
    seen.push_back(key);
  }
}

// Inside quotes `1` would be a text to YAML; here it is the number, as everywhere in Pegel.
int64_t Number(const YAML::Node& node, const char* what, int64_t most) {
  int64_t number = 0;
  bool is_number = node.IsScalar() && absl::SimpleAtoi(node.Scalar(), &number);
  if (!is_number || number < 0 || number > most) {
    Fail(node, absl::StrCat(what, ": expected a number of 0 to ", most, ", found ", Found(node)));
  }
  return number;
}

int64_t NumberOf(const YAML::Node& map, const char* key, int64_t most) {
  const YAML::Node node = map[key];
  if (!node) Fail(map, absl::StrCat(key, " is missing"));
  return Number(node, key, most);
}

ServerTag TagOf(const YAML::Node& node, bool& has_tag) {
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  has_tag = !absl::EqualsIgnoreCase(text, "none");
  if (absl::EqualsIgnoreCase(text, "TEMPORARY_OFFLINE")) return ServerTag::kTemporaryOffline;
  if (has_tag && !absl::EqualsIgnoreCase(text, "PERMANENT_OFFLINE")) {
    Fail(node, absl::StrCat("tag: expected none, PERMANENT_OFFLINE or TEMPORARY_OFFLINE, found ",
                            Found(node)));
  }
  return ServerTag::kPermanentOffline;
}

constexpr int64_t kIdMax = std::numeric_limits<int32_t>::max();
constexpr int64_t kLongMax = std::numeric_limits<int64_t>::max();

rebalance::Server ServerOf(const YAML::Node& node) {
  CheckKeys(node, "a server", {"id", "rack", "tag", "live"});
  rebalance::Server server;
  server.id = {static_cast<int32_t>(NumberOf(node, "id", kIdMax))};
  if (const YAML::Node rack = node["rack"]) {
    if (!rack.IsScalar()) Fail(rack, absl::StrCat("rack: expected a name, found ", Found(rack)));
    server.rack = rack.Scalar();
  }
  if (const YAML::Node tag = node["tag"]) {
    bool has_tag = false;
    const ServerTag which = TagOf(tag, has_tag);
    if (has_tag) server.tag = which;
  }
  if (const YAML::Node live = node["live"]) {
    const std::string text = live.IsScalar() ? live.Scalar() : "";
    if (text != "true" && text != "false") {
      Fail(live, absl::StrCat("live: expected true or false, found ", Found(live)));
    }
    server.is_live = text == "true";
  }
  return server;
}

void AddBucket(const YAML::Node& node, rebalance::Cluster& cluster) {
  CheckKeys(node, "a bucket", {"table", "partition", "bucket", "leader", "replicas", "bytes"});
  rebalance::Bucket bucket;
  bucket.key.table = {NumberOf(node, "table", kLongMax)};
  bucket.key.partition = cluster::kNoPartition;
  if (node["partition"]) bucket.key.partition = {NumberOf(node, "partition", kLongMax)};
  bucket.key.bucket = static_cast<int32_t>(NumberOf(node, "bucket", kIdMax));
  if (node["bytes"]) bucket.bytes = NumberOf(node, "bytes", kLongMax / (1 << 24));
  const YAML::Node list = node["replicas"];
  if (!list || !list.IsSequence() || list.size() == 0 || list.size() > 1'000) {
    Fail(list ? list : node,
         absl::StrCat("replicas: expected a list of 1 to 1000 server ids, found ",
                      list ? Found(list) : "nothing"));
  }
  std::vector<rebalance::Replica> replicas;
  for (const YAML::Node& one : list) {
    replicas.push_back({{static_cast<int32_t>(Number(one, "replicas", kIdMax))}, true});
  }
  if (const YAML::Node leader = node["leader"]) {
    bucket.leader = {static_cast<int32_t>(Number(leader, "leader", kIdMax))};
    bool is_replica = false;
    for (const rebalance::Replica& replica : replicas)
      is_replica |= replica.server == bucket.leader;
    if (!is_replica) {
      Fail(leader, absl::StrCat("leader: expected one of the replicas, found ", Found(leader)));
    }
  }
  cluster.Add(bucket, replicas);
}

rebalance::Cluster Read(const YAML::Node& root) {
  CheckKeys(root, "the file", {"servers", "buckets"});
  rebalance::Cluster cluster;
  for (const char* key : {"servers", "buckets"}) {
    const YAML::Node list = root[key];
    if (!list) Fail(root, absl::StrCat("'", key, ":' is missing; write '", key, ": []' for none"));
    if (!list.IsSequence()) Fail(list, absl::StrCat(key, ": expected a list, found ", Found(list)));
  }
  for (const YAML::Node& node : root["servers"]) cluster.servers.push_back(ServerOf(node));
  for (const YAML::Node& node : root["buckets"]) AddBucket(node, cluster);
  return cluster;
}

}  // namespace

absl::StatusOr<rebalance::Cluster> ParseClusterFile(const std::string& name,
                                                    const std::string& text) {
  try {
    return Read(YAML::Load(text));
  } catch (const Wrong& wrong) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":", wrong.line, ": ", wrong.text));
  } catch (const YAML::Exception& exception) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ":", exception.mark.line + 1, ": not YAML: ", exception.msg));
  }
}

absl::StatusOr<rebalance::Cluster> ReadClusterFile(const std::string& file) {
  absl::StatusOr<std::string> text = ReadSmallFile(file, kClusterFileBytesMax);
  if (!text.ok()) return text.status();
  return ParseClusterFile(file, *text);
}

}  // namespace pegel::tools

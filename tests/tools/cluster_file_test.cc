#include "tools/planning/cluster_file.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tools/planning/offline_plan.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::json;

const std::string kExample = std::string(PEGEL_SOURCE_DIR) + "/docs/examples/cluster.yaml";

TEST(ClusterFile, ReadsWhatTheExampleSays) {
  absl::StatusOr<rebalance::Cluster> cluster = ReadClusterFile(kExample);
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  ASSERT_EQ(cluster->servers.size(), 4u);
  EXPECT_EQ(cluster->servers[1].tag, cluster::ServerTag::kPermanentOffline);
  EXPECT_EQ(cluster->servers[2].rack, "b");
  EXPECT_TRUE(cluster->servers[2].is_live);
  ASSERT_EQ(cluster->buckets.size(), 4u);
  EXPECT_EQ(cluster->buckets[0].key.partition, cluster::kNoPartition);
  EXPECT_EQ(cluster->buckets[3].key.partition.value, 7);
  EXPECT_EQ(cluster->buckets[3].bytes, 4000);
  EXPECT_EQ(cluster->ReplicasOf(cluster->buckets[2])[0].server.value, 1);
}

TEST(ClusterFile, EveryMistakeNamesItsLineWhatWasExpectedAndWhatWasFound) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"servers: []", "c:1: 'buckets:' is missing; write 'buckets: []' for none"},
      {"[]", "c:1: expected the file as {key: value, …}, found a list"},
      {"servers: 3\nbuckets: []", "c:1: servers: expected a list, found '3'"},
      {"servers: []\nbuckets: []\nracks: []",
       "c:3: key 'racks' of the file is not known; expected servers, buckets"},
      {"servers: [{rack: a}]\nbuckets: []", "c:1: id is missing"},
      {"servers:\n- {id: x}\nbuckets: []",
       "c:2: id: expected a number of 0 to 2147483647, found 'x'"},
      {"servers:\n- {id: -1}\nbuckets: []",
       "c:2: id: expected a number of 0 to 2147483647, found '-1'"},
      {"servers:\n- {id: 1, id: 2}\nbuckets: []", "c:2: key 'id' of a server is given twice"},
      {"servers:\n- {id: 1, tags: x}\nbuckets: []",
       "c:2: key 'tags' of a server is not known; expected id, rack, tag, live"},
      {"servers:\n- {id: 1, tag: OFFLINE}\nbuckets: []",
       "c:2: tag: expected none, PERMANENT_OFFLINE or TEMPORARY_OFFLINE, found 'OFFLINE'"},
      {"servers:\n- {id: 1, live: perhaps}\nbuckets: []",
       "c:2: live: expected true or false, found 'perhaps'"},
      {"servers: []\nbuckets:\n- {table: 1, bucket: 0, replicas: []}",
       "c:3: replicas: expected a list of 1 to 1000 server ids, found a list"},
      {"servers: []\nbuckets:\n- {table: 1, bucket: 0}",
       "c:3: replicas: expected a list of 1 to 1000 server ids, found nothing"},
      {"servers: []\nbuckets:\n- {table: 1, bucket: 0, leader: 2, replicas: [1]}",
       "c:3: leader: expected one of the replicas, found '2'"},
      {"servers: []\nbuckets:\n- 7", "c:3: expected a bucket as {key: value, …}, found '7'"},
      {"servers: [", "c:1: not YAML: end of sequence flow not found"}};
  for (const auto& [text, expected] : cases) {
    absl::StatusOr<rebalance::Cluster> cluster = ParseClusterFile("c", text);
    ASSERT_FALSE(cluster.ok()) << text;
    EXPECT_EQ(cluster.status().message(), expected) << text;
  }
}

OfflinePlanRequest Asked(const std::string& goals) {
  OfflinePlanRequest request;
  request.file = kExample;
  request.goals = goals;
  request.format = Format::kJson;
  return request;
}

TEST(OfflinePlan, AnswersInOneLineOfJson) {
  PlanningResult result = PlanOffline(Asked("RACK_AWARE,REPLICA_DISTRIBUTION"));
  EXPECT_TRUE(result.is_planned);
  Json json = Json::parse(result.printed.out);
  ASSERT_EQ(json["plan"].size(), 3u);
  EXPECT_EQ(json["plan"][1].dump(),
            R"({"bucket_id":2,"new_leader":3,"new_replicas":[3,2],"origin_replicas":[1,0],)"
            R"("original_leader":1,"table_id":1})");
  EXPECT_EQ(json["plan"][2]["partition_id"], 7);
  EXPECT_EQ(json["summary"]["moves"], 4);
  EXPECT_EQ(json["summary"]["lower_bound"], 4);
  EXPECT_EQ(json["summary"]["optimal"], true);
  EXPECT_EQ(json["summary"]["leader_changes"], 1);
  EXPECT_EQ(json["summary"]["bytes"], 11'000);
  EXPECT_EQ(json["summary"]["after"]["servers"][1]["replicas"], 0);
}

TEST(OfflinePlan, RefusesWithCodeNameAndMessage) {
  PlanningResult result = PlanOffline(Asked("BALANCE"));
  EXPECT_FALSE(result.is_planned);
  EXPECT_EQ(Json::parse(result.printed.out)["error"]["message"],
            "No enum constant org.apache.fluss.cluster.rebalance.GoalType.BALANCE; expected "
            "RACK_AWARE, REPLICA_DISTRIBUTION or LEADER_DISTRIBUTION");
  OfflinePlanRequest missing = Asked("RACK_AWARE");
  missing.file = "no-such-file.yaml";
  EXPECT_EQ(PlanOffline(missing).printed.out, R"({"error":{"code":1001,"name":"INVALID_ARGUMENT",)"
                                              R"("message":"no-such-file.yaml: no such file"}})"
                                              "\n");
}

TEST(OfflinePlan, ATableShowsLoadsBeforeAndAfterAsBars) {
  OfflinePlanRequest request = Asked("RACK_AWARE,REPLICA_DISTRIBUTION");
  request.format = Format::kTable;
  const std::string text = PlanOffline(request).printed.out;
  EXPECT_NE(text.find("replica moves    4 (the fewest that there can be)"), std::string::npos);
  EXPECT_NE(text.find("1 (b) drains            2 ############                  0\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("1/-/2                     1 -> 3        1,0 -> 3,2"), std::string::npos);
}

}  // namespace
}  // namespace pegel::tools

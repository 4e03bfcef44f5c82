// pegel-bench as its users meet it: what its figures contain, and how it ends.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::json;

class Bench : public ::testing::Test {
 protected:
  Finished Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {PEGEL_BENCH, "--server", server_.address()});
    arguments.insert(arguments.end(), {"--seconds", "0.3", "--warmup", "0.1", "--json", "-"});
    return RunProgram(arguments);
  }
  Json Measure(const std::vector<std::string>& arguments) {
    Finished finished = Run(arguments);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    Json json = Json::parse(finished.out);
    EXPECT_EQ(json["refused"], 0);
    return json;
  }
  uint64_t LsnApplied() {
    Finished finished =
        RunProgram({PEGEL, "status", "--format", "json", "--server", server_.address()});
    return Json::parse(finished.out)["lsn_applied"];
  }

  TemporaryDirectory directory_;
  ServerProcess server_{PEGELD, directory_.path() + "/data"};
};

TEST_F(Bench, AClosedLoopCountsWhatBecameRecords) {
  Json json = Measure({"--mix", "add_acl", "--outstanding", "16"});
  const Json& kind = json["kinds"].at(0);
  EXPECT_EQ(kind["kind"], "add_acl");
  EXPECT_GT(kind["count"], 10);
  EXPECT_LE(kind["count"], LsnApplied());
  EXPECT_LE(kind["p50_us"], kind["p90_us"]);
  EXPECT_LE(kind["p90_us"], kind["p99_us"]);
  EXPECT_LE(kind["p99_us"], kind["max_us"]);
}

// Else a second run would measure calls that change nothing.
TEST_F(Bench, ASecondRunFindsNothingOfTheFirst) {
  for (int i = 0; i < 2; ++i) Measure({"--mix", "add_acl", "--outstanding", "16"});
}

TEST_F(Bench, AnOpenLoopHoldsItsRate) {
  Json json = Measure({"--mix", "status", "--rate", "400", "--outstanding", "64"});
  EXPECT_EQ(json["rate"], 400.0);
  EXPECT_EQ(json["kinds"].at(0)["count"],
            120);  // 0.3 seconds: what was due, neither more nor less.
}

TEST_F(Bench, ABatchCountsItsStatements) {
  Json json = Measure({"--mix", "call", "--batch", "8", "--outstanding", "4"});
  EXPECT_EQ(json["kinds"].at(0)["count"].get<int>() % 8, 0);
}

TEST_F(Bench, AMixHasAllOfItsKinds) {
  Json json = Measure({"--mix", "add_acl,call,set_config,list_acl,status,ping", "--connections",
                       "3", "--outstanding", "12"});
  EXPECT_EQ(json["kinds"].size(), 6u);
}

TEST_F(Bench, SaysWhatIsWrongWithItsOptions) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--mix", "drop"},
      {"--batch", "8"},
      {"--batch", "64", "--mix", "call", "--outstanding", "64"},
      {"--outstanding", "8", "--connections", "9"},
      {"--seconds", "0"}};
  for (std::vector<std::string> arguments : wrong) {
    arguments.insert(arguments.begin(), {PEGEL_BENCH, "--server", server_.address()});
    Finished finished = RunProgram(arguments);
    EXPECT_EQ(finished.exit_code, 2) << arguments[3] << finished.out;
    EXPECT_NE(finished.err.find(arguments[3]), std::string::npos) << finished.err;
  }
}

TEST_F(Bench, WithoutAServerItSaysSo) {
  Finished finished = RunProgram({PEGEL_BENCH, "--server", "127.0.0.1:1", "--seconds", "1"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("127.0.0.1:1"), std::string::npos) << finished.err;
}

}  // namespace
}  // namespace pegel::testing

// Scenarios: what is written is what is read, and a mistake says its line.
#include "tools/fleet/scenario.h"

#include <gtest/gtest.h>

namespace pegel::tools {
namespace {

Scenario Read(const std::string& text) {
  absl::StatusOr<Scenario> scenario = ParseScenario("s.yaml", text);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return scenario.ok() ? *std::move(scenario) : Scenario{};
}

template <typename Action>
Action ActionOf(const std::string& step) {
  Scenario scenario = Read("steps:\n  - " + step);
  auto* action =
      scenario.steps.size() == 1 ? std::get_if<Action>(&scenario.steps[0].action) : nullptr;
  if (action == nullptr) ADD_FAILURE() << "another step: " << step;
  return action == nullptr ? Action{} : *action;
}

TEST(Scenario, OptionsAndStepsInTheirOrder) {
  Scenario scenario = Read(R"(servers: 6
bytes-per-bucket: 64 mb
steps:
  - kill: 1
  - at: 2 s
    start: [1, 2]
  - after: 500 ms
    may-fail: true
    drop-table: db.t
)");
  EXPECT_EQ(scenario.settings, (std::vector<std::pair<std::string, std::string>>{
                                   {"servers", "6"}, {"bytes-per-bucket", "64 mb"}}));
  ASSERT_EQ(scenario.steps.size(), 3u);
  EXPECT_EQ(scenario.steps[0].line, 4);
  EXPECT_FALSE(scenario.steps[0].at || scenario.steps[0].after || scenario.steps[0].may_fail);
  EXPECT_EQ(scenario.steps[1].at, absl::Seconds(2));
  EXPECT_EQ(scenario.steps[2].after, absl::Milliseconds(500));
  EXPECT_TRUE(scenario.steps[2].may_fail);
}

TEST(Scenario, EveryStep) {
  EXPECT_EQ(ActionOf<ChangeLives>("kill: [1, 2]"), (ChangeLives{{1, 2}, Crew::Life::kKilled}));
  EXPECT_EQ(ActionOf<ChangeLives>("stop: 1"), (ChangeLives{{1}, Crew::Life::kStopped}));
  EXPECT_EQ(ActionOf<ChangeLives>("start: 1"), (ChangeLives{{1}, Crew::Life::kUp}));
  EXPECT_EQ(ActionOf<ChangeMutes>("mute: 1"), (ChangeMutes{{1}, true}));
  EXPECT_EQ(ActionOf<ChangeMutes>("unmute: 1"), (ChangeMutes{{1}, false}));
  EXPECT_EQ(ActionOf<CreateTable>("create-table: {table: a.b}"),
            (CreateTable{{"a", "b"}, 1, 3, false}));
  EXPECT_EQ(ActionOf<CreateTable>(
                "create-table: {table: a.b, buckets: 4, replication: 2, partitioned: true}"),
            (CreateTable{{"a", "b"}, 4, 2, true}));
  EXPECT_EQ(ActionOf<DropTable>("drop-table: a.b"), (DropTable{{"a", "b"}}));
  EXPECT_EQ(ActionOf<AddPartition>("add-partition: {table: a.b, partition: '2026'}"),
            (AddPartition{{"a", "b"}, "2026"}));
  EXPECT_EQ(ActionOf<DropPartition>("drop-partition: {table: a.b, partition: x}"),
            (DropPartition{{"a", "b"}, "x"}));
  EXPECT_EQ(ActionOf<UnregisterServer>("unregister: 3"), (UnregisterServer{{3}}));
  EXPECT_EQ(ActionOf<RunSql>("sql: SHOW PROCEDURES"), (RunSql{"SHOW PROCEDURES"}));
  ActionOf<AwaitSettled>("wait: settled");
  ActionOf<EndFleet>("end: fleet");
}

TEST(Scenario, MistakesSayTheirLine) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"steps: 3", "s.yaml:1: steps: expected a list"},
      {"a: [1]", "s.yaml:1: a: expected one value"},
      {"scenario: x", "s.yaml:1: a scenario cannot name another"},
      {"steps:\n  - explode: 1", "s.yaml:2: expected kill, stop"},
      {"steps:\n  - at: 1 s", "s.yaml:2: a step needs an action"},
      {"steps:\n  - kill: 1\n    start: 2",
       "s.yaml:3: a step does one thing: found kill and 'start'"},
      {"steps:\n  - kill: x", "s.yaml:2: kill: expected a whole number, found 'x'"},
      {"steps:\n  - {at: 1 s, after: 1 s, kill: 1}", "s.yaml:2: a step has `at` or `after`"},
      {"steps:\n  - {at: soon, kill: 1}", "s.yaml:2: at: "},
      {"steps:\n  - wait: long", "s.yaml:2: wait: expected settled, found 'long'"},
      {"steps:\n  - drop-table: t", "s.yaml:2: drop-table: expected database.table, found 't'"},
      {"steps:\n  - create-table: {buckets: 3}", "s.yaml:2: create-table: table is missing"},
      {"steps:\n  - create-table: {table: a.b, bucket: 3}",
       "s.yaml:2: create-table: 'bucket' is not a part of it"},
      {"steps:\n  - create-table: a.b", "s.yaml:2: create-table: expected {table: …}"},
      {"a: 'b", "s.yaml:"},
  };
  for (const auto& [text, expected] : mistakes) {
    absl::StatusOr<Scenario> scenario = ParseScenario("s.yaml", text);
    ASSERT_FALSE(scenario.ok()) << text;
    EXPECT_EQ(std::string(scenario.status().message()).rfind(expected, 0), 0u)
        << scenario.status().message() << "\nexpected " << expected;
  }
}

TEST(Scenario, AFileThatIsNotThereIsNamed) {
  EXPECT_NE(ReadScenario("/no/such.yaml").status().message().find("/no/such.yaml"),
            std::string::npos);
}

}  // namespace
}  // namespace pegel::tools

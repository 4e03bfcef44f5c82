// The examples of the document that Pegel implements, word for word, comments and USE lines
// included.
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/fold.h"
#include "core/limits.h"
#include "procedures/catalogue.h"
#include "procedures/rows.h"
#include "tests/procedures/support.h"
#include "tests/support/acl.h"

namespace pegel::procedures {
namespace {

using testing::EntryOf;
using testing::FilterOf;

constexpr char kAddExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Grant read permission to user Alice from any host
CALL sys.add_acl(
resource => 'CLUSTER',
permission => 'ALLOW',
principal => 'User:Alice',
operation => 'READ',
host => '*'
);
-- Grant write permission to user Bob from a specific host
CALL sys.add_acl(
resource => 'my_database.my_table',
permission => 'ALLOW',
principal => 'User:Bob',
operation => 'WRITE',
host => '192.168.1.100'
);
)sql";

constexpr char kDropExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Remove a specific ACL entry
CALL sys.drop_acl(
resource => 'CLUSTER',
permission => 'ALLOW',
principal => 'User:Alice',
operation => 'READ',
host => '*'
);
-- Remove all ACL entries for a specific user
CALL sys.drop_acl(
resource => 'ANY',
permission => 'ANY',
principal => 'User:Alice',
operation => 'ANY',
host => 'ANY'
);
)sql";

constexpr char kListExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- List all ACL entries
CALL sys.list_acl(resource => 'ANY');
-- List all ACL entries for a specific user
CALL sys.list_acl(
resource => 'ANY',
principal => 'User:Alice'
);
-- List all read permissions
CALL sys.list_acl(
resource => 'ANY',
operation => 'READ'
);
)sql";

constexpr char kGetConfigsExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Get a specific configuration
CALL sys.get_cluster_configs(
config_keys => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec'
);
-- Get multiple configuration
CALL sys.get_cluster_configs(
config_keys => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec', 'datalake.format'
);
-- Get all cluster configurations
CALL sys.get_cluster_configs();
)sql";

constexpr char kSetConfigsExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Set RocksDB rate limiter
CALL sys.set_cluster_configs(
config_pairs => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec', '200MB'
);
-- Set RocksDB rate limiter and datalake format
CALL sys.set_cluster_configs(
config_pairs => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec', '200MB', 'datalake.format','paimon'
);
)sql";

constexpr char kResetConfigsExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Reset a specific configuration
CALL sys.reset_cluster_configs(
config_keys => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec'
);
-- Reset RocksDB rate limiter and datalake format
CALL sys.reset_cluster_configs(
config_keys => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec', 'datalake.format'
);
)sql";

constexpr char kAddTagExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Add PERMANENT_OFFLINE tag to a single TabletServer
CALL sys.add_server_tag('0', 'PERMANENT_OFFLINE');
-- Add TEMPORARY_OFFLINE tag to multiple TabletServers
CALL sys.add_server_tag('1,2,3', 'TEMPORARY_OFFLINE');
)sql";

constexpr char kRemoveTagExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Remove PERMANENT_OFFLINE tag from a single TabletServer
CALL sys.remove_server_tag('0', 'PERMANENT_OFFLINE');
-- Remove TEMPORARY_OFFLINE tag from multiple TabletServers
CALL sys.remove_server_tag('1,2,3', 'TEMPORARY_OFFLINE');
)sql";

// Of procedures that later versions bring: the grammar reads them already.
constexpr char kRebalanceExamples[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Trigger rebalance with rack-aware goal (recommended for multi-rack deployments)
CALL sys.rebalance('RACK_AWARE,REPLICA_DISTRIBUTION');
-- Trigger rebalance with replica distribution goal only
CALL sys.rebalance('REPLICA_DISTRIBUTION');
-- Trigger rebalance with multiple goals in priority order
CALL sys.rebalance('RACK_AWARE,REPLICA_DISTRIBUTION,LEADER_DISTRIBUTION');
-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- List the most recent rebalance progress
CALL sys.list_rebalance();
-- List a specific rebalance progress by ID
CALL sys.list_rebalance('rebalance-12345');
-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Cancel the most recent rebalance operation
CALL sys.cancel_rebalance();
-- Cancel a specific rebalance operation by ID
CALL sys.cancel_rebalance('rebalance-12345');
)sql";

std::vector<Statement> StatementsOf(absl::string_view script) {
  bool is_open = true;
  std::vector<Statement> statements;
  for (const ScriptPiece& piece : SplitScript(script, &is_open)) {
    auto read = ParseStatement(piece.text, piece.start);
    if (auto* error = std::get_if<Error>(&read)) {
      ADD_FAILURE() << error->message;
    } else {
      statements.push_back(std::get<Statement>(std::move(read)));
    }
  }
  EXPECT_FALSE(is_open);
  return statements;
}

// The commands of an example; its first statement must be its USE.
std::vector<Command> CommandsOf(absl::string_view example) {
  std::vector<Statement> statements = StatementsOf(example);
  std::vector<Command> commands;
  EXPECT_EQ(statements.at(0), Statement(UseStatement{"fluss_catalog"}));
  for (size_t i = 1; i < statements.size(); ++i) {
    auto command = MakeCommand(std::get<CallStatement>(statements[i]));
    if (auto* error = std::get_if<Error>(&command)) {
      ADD_FAILURE() << error->message;
    } else {
      commands.push_back(std::get<Command>(std::move(command)));
    }
  }
  return commands;
}

TEST(SeedExamples, AddAcl) {
  EXPECT_EQ(CommandsOf(kAddExample),
            (std::vector<Command>{AddAcl{EntryOf("ALLOW", "User:Alice", "READ", "cluster", "*")},
                                  AddAcl{EntryOf("ALLOW", "User:Bob", "WRITE",
                                                 "my_database.my_table", "192.168.1.100")}}));
}

TEST(SeedExamples, DropAcl) {
  acl::Filter alice{.principal = Principal{"User", "Alice"}};
  EXPECT_EQ(CommandsOf(kDropExample),
            (std::vector<Command>{
                DropAcl{FilterOf(EntryOf("ALLOW", "User:Alice", "READ", "cluster", "*"))},
                DropAcl{alice}}));
}

TEST(SeedExamples, ListAcl) {
  acl::Filter alice{.principal = Principal{"User", "Alice"}};
  acl::Filter read{.operation = acl::Operation::kRead};
  EXPECT_EQ(CommandsOf(kListExample),
            (std::vector<Command>{ListAcl{}, ListAcl{alice}, ListAcl{read}}));
}

constexpr char kLimiter[] = "kv.rocksdb.shared-rate-limiter.bytes-per-sec";

Command Set(std::vector<std::pair<std::string, std::string>> pairs) {
  AlterConfigs alter;
  for (auto& [key, value] : pairs) alter.changes.push_back({config::Op::kSet, key, value});
  return alter;
}

Command Reset(const std::vector<std::string>& keys) {
  AlterConfigs alter;
  for (const std::string& key : keys) {
    alter.changes.push_back({config::Op::kDelete, key, std::nullopt});
  }
  return alter;
}

TEST(SeedExamples, GetClusterConfigs) {
  EXPECT_EQ(CommandsOf(kGetConfigsExample),
            (std::vector<Command>{GetConfigs{{kLimiter}}, GetConfigs{{kLimiter, "datalake.format"}},
                                  GetConfigs{}}));
}

TEST(SeedExamples, SetClusterConfigs) {
  EXPECT_EQ(CommandsOf(kSetConfigsExample),
            (std::vector<Command>{Set({{kLimiter, "200MB"}}),
                                  Set({{kLimiter, "200MB"}, {"datalake.format", "paimon"}})}));
}

TEST(SeedExamples, ResetClusterConfigs) {
  EXPECT_EQ(CommandsOf(kResetConfigsExample),
            (std::vector<Command>{Reset({kLimiter}), Reset({kLimiter, "datalake.format"})}));
}

// The fold without a server around it.
class Cluster {
 public:
  explicit Cluster(std::map<std::string, config::Value> server_yaml) {
    Apply(Boot{"c", kBehaviourNewest, std::move(server_yaml)});
  }

  // The rows that the calls of an example give, one after the other.
  std::vector<Table> Run(absl::string_view example) {
    std::vector<Table> tables;
    for (const Command& command : CommandsOf(example)) {
      Outcome outcome = Apply(command);
      if (auto* error = std::get_if<Error>(&outcome)) ADD_FAILURE() << error->message;
      auto* alter = std::get_if<AlterConfigs>(&command);
      tables.push_back(alter != nullptr ? ToTable(*alter) : ToTable(std::get<Result>(outcome)));
    }
    return tables;
  }

 private:
  Outcome Apply(const Command& command) {
    Moment now{Next(world_.lsn), UnixNanos{}, testing::AuthorOf("User:ANONYMOUS")};
    return pegel::Apply(world_, now, RequestId{}, command).decision.outcome;
  }

  World world_;
};

Table ConfigTable(std::vector<Row> rows) {
  return {{"config_key", "config_value", "config_source"}, std::move(rows)};
}

// Word for word through the real rules: what is set nowhere is a default, what server.yaml says is
// static, what is set is dynamic, and a reset takes it back.
TEST(SeedExamples, ConfigsGoThroughTheFold) {
  Cluster cluster({{"authorizer.enabled", "false"}, {"datalake.format", "iceberg"}});
  const Row authorizer{"authorizer.enabled", "false", "STATIC_CONFIG"};
  const Row lake_static{"datalake.format", "iceberg", "STATIC_CONFIG"};
  const Row limiter_default{kLimiter, "9223372036854775807 bytes", "DEFAULT_CONFIG"};
  const std::vector<Table> at_first{ConfigTable({limiter_default}),
                                    ConfigTable({lake_static, limiter_default}),
                                    ConfigTable({authorizer, lake_static})};
  EXPECT_EQ(cluster.Run(kGetConfigsExample), at_first);

  const Row set_limiter{
      absl::StrCat("Successfully set to '200MB' configuration '", kLimiter, "'. ")};
  EXPECT_EQ(
      cluster.Run(kSetConfigsExample),
      (std::vector<Table>{
          {{"result"}, {set_limiter}},
          {{"result"},
           {set_limiter, {"Successfully set to 'paimon' configuration 'datalake.format'. "}}}}));

  const Row lake{"datalake.format", "paimon", "DYNAMIC_CONFIG"};
  const Row limiter{kLimiter, "200MB", "DYNAMIC_CONFIG"};
  EXPECT_EQ(cluster.Run(kGetConfigsExample),
            (std::vector<Table>{ConfigTable({limiter}), ConfigTable({lake, limiter}),
                                ConfigTable({authorizer, lake, limiter})}));

  const Row reset_limiter{
      absl::StrCat("Successfully deleted (reset to default) configuration '", kLimiter, "'. ")};
  EXPECT_EQ(
      cluster.Run(kResetConfigsExample),
      (std::vector<Table>{
          {{"result"}, {reset_limiter}},
          {{"result"},
           {reset_limiter,
            {"Successfully deleted (reset to default) configuration 'datalake.format'. "}}}}));
  EXPECT_EQ(cluster.Run(kGetConfigsExample), at_first);
}

template <typename Tagging>
std::vector<Command> TagCommands() {
  using cluster::ServerId;
  return {Tagging{{ServerId{0}}, cluster::ServerTag::kPermanentOffline},
          Tagging{{ServerId{1}, ServerId{2}, ServerId{3}}, cluster::ServerTag::kTemporaryOffline}};
}

TEST(SeedExamples, AddServerTag) {
  EXPECT_EQ(CommandsOf(kAddTagExample), TagCommands<AddServerTag>());
}

TEST(SeedExamples, RemoveServerTag) {
  EXPECT_EQ(CommandsOf(kRemoveTagExample), TagCommands<RemoveServerTag>());
}

TEST(SeedExamples, ShowProcedures) {
  EXPECT_EQ(StatementsOf("SHOW PROCEDURES;"), (std::vector<Statement>{ShowProceduresStatement{}}));
}

// With the catalog in front, as in every "Syntax" paragraph.
TEST(SeedExamples, TheCatalogNameMayStandInFront) {
  std::string example = kAddExample;
  for (size_t at = 0; (at = example.find("CALL sys", at)) != std::string::npos; at += 8) {
    example.replace(at, 8, "CALL fluss_catalog.sys");
  }
  EXPECT_EQ(CommandsOf(example), CommandsOf(kAddExample));
}

TEST(SeedExamples, Rebalance) {
  std::vector<Command> commands;
  for (const Statement& statement : StatementsOf(kRebalanceExamples)) {
    if (std::holds_alternative<UseStatement>(statement)) continue;
    auto command = MakeCommand(std::get<CallStatement>(statement));
    ASSERT_TRUE(std::holds_alternative<Command>(command)) << std::get<Error>(command).message;
    commands.push_back(std::get<Command>(std::move(command)));
  }
  using rebalance::Goal;
  const std::string id = "rebalance-12345";
  EXPECT_EQ(
      commands,
      (std::vector<Command>{
          StartRebalance{{Goal::kRackAware, Goal::kReplicaDistribution}},
          StartRebalance{{Goal::kReplicaDistribution}},
          StartRebalance{{Goal::kRackAware, Goal::kReplicaDistribution, Goal::kLeaderDistribution}},
          ListRebalance{}, ListRebalance{.id = id}, CancelRebalance{}, CancelRebalance{id}}));
}

}  // namespace
}  // namespace pegel::procedures

#include "tools/shell/cluster_line.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace pegel::tools {
namespace {

constexpr char kServersExamples[] = R"help(Examples:
  pegel cluster servers
  pegel cluster servers --format json | jq -r '.rows[] | @tsv'

The same as `pegel sql -e "CALL sys.list_servers()"`. Needs DESCRIBE on the cluster.
Exit: 0 the server answered, 1 it refused, 2 usage, 3 no connection.)help";

constexpr char kUnregisterExamples[] = R"help(Examples:
  pegel cluster unregister 3

Makes Pegel forget a dead tablet server that will not come back, and its tag. A live one is
refused: stop it first. One that holds replicas too: move them away first. Needs ALTER on the
cluster.
Exit: 0 forgotten, 1 refused, 2 usage, 3 no connection.)help";

constexpr char kCreateTableExamples[] = R"help(Examples:
  pegel cluster create-table my_db.orders --buckets 12
  pegel cluster create-table my_db.events --buckets 4 --replication 2 --partitioned

The buckets are placed on live servers without a tag, over as many racks as there are. A
partitioned table gets buckets with each partition: `pegel cluster add-partition`. Needs CREATE
on the database.
Exit: 0 created, 1 refused, 2 usage, 3 no connection.)help";

constexpr char kDropTableExamples[] = R"help(Examples:
  pegel cluster drop-table my_db.orders

Drops it with all its partitions and buckets; the tablet servers delete their replicas, those
that are dead when they are back. Needs DELETE on the table.
Exit: 0 dropped, 1 refused, 2 usage, 3 no connection.)help";

constexpr char kPartitionExamples[] = R"help(Examples:
  pegel cluster add-partition my_db.events 2026
  pegel cluster drop-partition my_db.events '2026$de'

A partition is named by the values of its keys, with $ between them. Needs WRITE on the table.
Exit: 0 done, 1 refused, 2 usage, 3 no connection.)help";

constexpr char kTablesExamples[] = R"help(Examples:
  pegel cluster tables
  pegel cluster tables --format json | jq -r '.rows[][1]'

Needs DESCRIBE on the cluster.
Exit: 0 the server answered, 1 it refused, 2 usage, 3 no connection.)help";

constexpr char kBucketsExamples[] = R"help(Examples:
  pegel cluster buckets my_db.orders
  pegel cluster buckets --leaderless
  pegel cluster buckets --on 3 --limit 0 --format json | jq '.rows | length'

One line for each bucket: who leads it (empty: nobody), its replicas in order of preference, and
which of them are in sync. Needs DESCRIBE on the cluster.
Exit: 0 the server answered, 1 it refused, 2 usage, 3 no connection.)help";

}  // namespace

void ClusterLine::AddTo(CLI::App& app) {
  CLI::App* cluster = app.add_subcommand("cluster", "Tablet servers, tables and their buckets");
  cluster->require_subcommand(1);
  AddServers(cluster);
  AddUnregister(cluster);
  AddCreateTable(cluster);
  AddDropTable(cluster);
  AddPartitions(cluster);
  AddTables(cluster);
  AddBuckets(cluster);
}

void ClusterLine::AddCommon(CLI::App* command, bool is_change) {
  AddFormat(command, &flags_, {"table", "json"});
  AddServer(command, &flags_);
  if (is_change) AddRetry(command, &flags_);
}

void ClusterLine::AddServers(CLI::App* cluster) {
  servers_ = cluster->add_subcommand("servers", "Lists the tablet servers");
  AddCommon(servers_, /*is_change=*/false);
  servers_->footer(kServersExamples);
}

void ClusterLine::AddUnregister(CLI::App* cluster) {
  unregister_ = cluster->add_subcommand("unregister", "Forgets a dead tablet server for good");
  unregister_->add_option("id", tablet_server_, "Its id")
      ->required()
      ->check(CLI::NonNegativeNumber)
      ->type_name("ID");
  AddCommon(unregister_, /*is_change=*/true);
  unregister_->footer(kUnregisterExamples);
}

void ClusterLine::AddTableName(CLI::App* command) {
  command
      ->add_option_function<std::string>(
          "table",
          [this](const std::string& text) {
            std::vector<std::string> pieces = absl::StrSplit(text, '.');
            if (pieces.size() != 2) {
              throw CLI::ValidationError("table", "expected DATABASE.TABLE, found " + text);
            }
            path_ = {pieces[0], pieces[1]};
          },
          "Database and name")
      ->required()
      ->type_name("DATABASE.TABLE");
}

void ClusterLine::AddCreateTable(CLI::App* cluster) {
  create_table_ = cluster->add_subcommand("create-table", "Makes a table and places its buckets");
  AddTableName(create_table_);
  create_table_->add_option("--buckets", buckets_, "Of the table, or of each partition")
      ->type_name("N")
      ->capture_default_str();
  create_table_->add_option("--replication", replication_, "Replicas of each bucket")
      ->type_name("N")
      ->capture_default_str();
  create_table_->add_flag("--partitioned", is_partitioned_, "Its buckets come with partitions");
  AddCommon(create_table_, /*is_change=*/true);
  create_table_->footer(kCreateTableExamples);
}

void ClusterLine::AddDropTable(CLI::App* cluster) {
  drop_table_ = cluster->add_subcommand("drop-table", "Drops a table with all that it has");
  AddTableName(drop_table_);
  AddCommon(drop_table_, /*is_change=*/true);
  drop_table_->footer(kDropTableExamples);
}

void ClusterLine::AddPartitions(CLI::App* cluster) {
  add_partition_ = cluster->add_subcommand("add-partition", "Adds a partition to a table");
  drop_partition_ = cluster->add_subcommand("drop-partition", "Drops one partition");
  for (CLI::App* command : {add_partition_, drop_partition_}) {
    AddTableName(command);
    command->add_option("partition", partition_, "The values of its keys, $ between them")
        ->required()
        ->type_name("NAME");
    AddCommon(command, /*is_change=*/true);
    command->footer(kPartitionExamples);
  }
}

void ClusterLine::AddTables(CLI::App* cluster) {
  tables_ = cluster->add_subcommand("tables", "Lists the tables");
  AddCommon(tables_, /*is_change=*/false);
  tables_->footer(kTablesExamples);
}

void ClusterLine::AddBuckets(CLI::App* cluster) {
  list_buckets_ = cluster->add_subcommand("buckets", "Lists buckets, their leaders and replicas");
  AddTableName(list_buckets_);
  CLI::Option* table = list_buckets_->get_option("table");
  table->required(false)->description("Only of this table");
  list_buckets_->add_option("--on", tablet_server_, "Only those with a replica on this server")
      ->check(CLI::NonNegativeNumber)
      ->type_name("ID");
  list_buckets_->add_flag("--leaderless", only_leaderless_, "Only those that nobody leads");
  list_buckets_->add_option("--limit", limit_, "At most so many; 0: all")
      ->type_name("N")
      ->capture_default_str();
  AddCommon(list_buckets_, /*is_change=*/false);
  list_buckets_->footer(kBucketsExamples);
}

PegelRequest ClusterLine::TableChange(net::TableChange change) const {
  return TableChangeRequest{flags_.server, std::move(change), flags_.AsFormat(),
                            flags_.retry_seconds};
}

// A call like any other, so that people and scripts see one form.
PegelRequest ClusterLine::ListServersRequest() const {
  SqlRequest request;
  request.server = flags_.server;
  request.format = flags_.AsFormat();
  request.is_quiet = true;
  request.inputs = {{Input::Kind::kStatements, "CALL sys.list_servers()"}};
  return request;
}

PegelRequest ClusterLine::ListBucketsRequest() const {
  ListBuckets list;
  if (!path_.table.empty()) list.path = path_;
  if (tablet_server_ >= 0) list.server = cluster::ServerId{tablet_server_};
  list.only_leaderless = only_leaderless_;
  return BucketsRequest{flags_.server, list, limit_, flags_.AsFormat()};
}

std::optional<PegelRequest> ClusterLine::Request() const {
  if (servers_->parsed()) return ListServersRequest();
  if (unregister_->parsed()) {
    return UnregisterRequest{flags_.server, tablet_server_, flags_.AsFormat(),
                             flags_.retry_seconds};
  }
  if (create_table_->parsed()) {
    return TableChange(CreateTable{path_, buckets_, replication_, is_partitioned_});
  }
  if (drop_table_->parsed()) return TableChange(DropTable{path_});
  if (add_partition_->parsed()) return TableChange(AddPartition{path_, partition_});
  if (drop_partition_->parsed()) return TableChange(DropPartition{path_, partition_});
  if (tables_->parsed()) return TablesRequest{flags_.server, flags_.AsFormat()};
  if (list_buckets_->parsed()) return ListBucketsRequest();
  return std::nullopt;
}

}  // namespace pegel::tools

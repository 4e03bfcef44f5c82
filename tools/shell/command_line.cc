#include "tools/shell/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <utility>

namespace pegel::tools {
namespace {

constexpr char kExamples[] = R"help(Examples:
  pegel sql -e "SHOW PROCEDURES"     what can be called
  pegel sql                          a shell
  pegel status                       is the server up, is authorization on
  pegel watch --only configs         what changes, as it changes
  pegel config rollout KEY           which servers have the last change of KEY
  pegel config effective             what it runs with, and where each value came from
  pegel cluster servers              the tablet servers, and which of them are dead
  pegel keygen pegel.key             a key file, without which secrets cannot be set

`pegel sql --help` tells more, and so for each command.)help";

constexpr char kSqlExamples[] =
    R"help(Without -e and -f: a shell on a terminal, else statements from standard input.
Statements end with ';'. What follows a rejected statement is not run.

Examples:
  pegel sql
  pegel sql -e "SHOW PROCEDURES"
  pegel sql -e "CALL sys.add_acl('my_db.my_table', 'ALLOW', 'User:Bob', 'WRITE')"
  pegel sql -e "CALL sys.list_acl(resource => 'ANY')" --format json
  pegel sql -f grants.sql --keep-going
  pegel sql -e "USE fluss_catalog" -f - < grants.sql

A lost connection is tried again for --retry seconds. A call is carried out once, even
when it had to be sent twice.

Exit: 0 all accepted, 1 one was rejected, 2 usage or a file cannot be read,
      3 no connection.
JSON: one object per statement and line, {"statement","lsn","columns","rows"} or
      {"statement","lsn","error":{"code","name","message"}}.
Tables and CSV go to standard output, their errors to standard error.
Environment: PEGEL_SERVER; PEGEL_HISTORY, the file of the shell's history (empty: none).)help";

constexpr char kStatusExamples[] = R"help(Examples:
  pegel status
  pegel status --format json | jq -r .digest

Exit: 0 the server answered, 2 usage, 3 no connection.)help";

constexpr char kWatchExamples[] =
    R"help(Prints every durable change from --from on, in the order of the log, then waits for more.
A lost connection is made again and nothing is missed or shown twice. What was printed is
acknowledged: `pegel config rollout` shows how far each subscriber is.

Examples:
  pegel watch                                 all history, then what happens
  pegel watch --from 120                      from lsn 120 on
  pegel watch --only configs --prefix log.    configs whose key begins with `log.`
  pegel watch --format json | jq -c .events
  pegel watch --from 1 --count 10             ten changes, then the end

--only configs shows the static configs of a server start too: they are configs in force.
Secrets are shown as ******; with --format json as they stand in the log, sealed.

Exit: 0 ended by --count, SIGINT or SIGTERM, 1 the server refused or ended it, 2 usage,
      3 no connection at the start.
JSON: one object per changed record and line, {"lsn","time","principal","host","events":[…]}.)help";

constexpr char kRolloutExamples[] =
    R"help(A subscriber has the last change of KEY when it acknowledged the lsn of that change.
Subscribers whose filter leaves KEY out are not listed; those that left are, for a while.

Examples:
  pegel config rollout kv.rocksdb.shared-rate-limiter.bytes-per-sec
  pegel config rollout KEY --format json | jq '.subscribers[] | select(.has_it|not)'

Exit: 0 every connected subscriber has it, and there is one, 1 not so, or KEY was never changed,
      or the server refused, 2 usage, 3 no connection.)help";

constexpr char kEffectiveExamples[] = R"help(Examples:
  pegel config effective
  pegel config effective --format json | jq -r '.settings[] | select(.source != "default").key'

Shows what the server was started with; secrets are masked. Configs that were set while it
ran: CALL sys.get_cluster_configs(). Needs DESCRIBE on the cluster.
Exit: 0 the server answered, 1 it refused, 2 usage, 3 no connection.)help";

constexpr char kKeygenExamples[] = R"help(Examples:
  pegel keygen /etc/pegel/pegel.key            then in server.yaml:
                                                 pegel.secrets.key-file: /etc/pegel/pegel.key
  pegel keygen --rotate /etc/pegel/pegel.key   then: pegel secrets reseal

Run it as the user that runs pegeld: the file is for its owner only. Keep a copy of it, apart
from the copies of the log.
Exit: 0 done, 1 not done, and nothing was changed, 2 usage.)help";

constexpr char kResealExamples[] = R"help(Examples:
  pegel keygen --rotate /etc/pegel/pegel.key && pegel secrets reseal

The server reads its key file again and seals every secret it holds under the first key of it.
Needs ALTER on the cluster. When it is done, seals in force need the older keys no more.
Exit: 0 done, 1 refused, 2 usage, 3 no connection.)help";

constexpr char kServersExamples[] = R"help(Examples:
  pegel cluster servers
  pegel cluster servers --format json | jq -r '.rows[] | @tsv'

The same as `pegel sql -e "CALL sys.list_servers()"`. Needs DESCRIBE on the cluster.
Exit: 0 the server answered, 1 it refused, 2 usage, 3 no connection.)help";

constexpr char kUnregisterExamples[] = R"help(Examples:
  pegel cluster unregister 3

Makes Pegel forget a dead tablet server that will not come back, and its tag. A live one is
refused: stop it first. Needs ALTER on the cluster.
Exit: 0 forgotten, 1 refused, 2 usage, 3 no connection.)help";

constexpr char kPlanExamples[] = R"help(Examples:
  pegel rebalance plan --offline cluster.yaml --goals RACK_AWARE,REPLICA_DISTRIBUTION
  pegel rebalance plan --offline cluster.yaml --goals REPLICA_DISTRIBUTION --format json | jq .summary.moves

Plans a rebalance of the cluster that a file describes: what would happen if servers came, left or
were tagged. Asks no server and changes nothing. docs/planning.md describes the file.
JSON: one line, {"plan":[…],"summary":{…}} or {"error":{"code","name","message"}}.
Exit: 0 planned, 1 the file is wrong or the goals cannot be reached, 2 usage.)help";

std::string DefaultServer() {
  const char* server = std::getenv("PEGEL_SERVER");
  return server == nullptr || *server == '\0' ? "127.0.0.1:7345" : server;
}

Format FormatOf(const std::string& name) {
  return name == "json" ? Format::kJson : name == "csv" ? Format::kCsv : Format::kTable;
}

// What CLI11 fills in.
struct Flags {
  std::string server = DefaultServer();
  std::string format = "table";
  std::vector<std::string> statements;
  std::vector<std::string> files;
  SqlRequest sql;
  WatchCommand watch;
  std::string only;
  RolloutCommand rollout;
  KeygenRequest keygen;
  int32_t tablet_server = 0;
  OfflinePlanRequest offline;
};

void AddServer(CLI::App* app, Flags* flags) {
  app->add_option("--server", flags->server, "Address of the server, else PEGEL_SERVER")
      ->type_name("HOST:PORT")
      ->capture_default_str();
}

void AddRetry(CLI::App* app, Flags* flags) {
  app->add_option("--retry", flags->sql.retry_seconds, "How long a lost connection is tried again")
      ->type_name("SECONDS")
      ->capture_default_str();
}

void AddFormat(CLI::App* app, Flags* flags, const std::vector<std::string>& names) {
  app->add_option("--format", flags->format, "How to print")
      ->check(CLI::IsMember(names))
      ->type_name("FORMAT")
      ->capture_default_str();
}

CLI::App* AddSql(CLI::App& app, Flags* flags) {
  CLI::App* sql = app.add_subcommand("sql", "Runs statements, or a shell to type them in");
  sql->add_option("-e,--execute", flags->statements, "Statements to run; may be repeated")
      ->type_name("STMT")
      ->allow_extra_args(false);
  sql->add_option("-f,--file", flags->files,
                  "File of statements, - for standard input; may be repeated and mixed with -e, "
                  "all run in their order")
      ->type_name("FILE")
      ->allow_extra_args(false);
  AddFormat(sql, flags, {"table", "json", "csv"});
  sql->add_flag("--keep-going", flags->sql.keep_going, "Goes on after a rejected statement");
  sql->add_flag("--quiet", flags->sql.is_quiet, "Leaves out the row counts of tables");
  AddServer(sql, flags);
  AddRetry(sql, flags);
  sql->footer(kSqlExamples);
  return sql;
}

CLI::App* AddStatus(CLI::App& app, Flags* flags) {
  CLI::App* status = app.add_subcommand("status", "Asks the server how it is");
  AddFormat(status, flags, {"table", "json"});
  AddServer(status, flags);
  status->footer(kStatusExamples);
  return status;
}

CLI::App* AddWatch(CLI::App& app, Flags* flags) {
  CLI::App* watch = app.add_subcommand("watch", "Prints changes as they become durable");
  WatchCommand& command = flags->watch;
  watch->add_option("--from", command.from, "First lsn to show")
      ->type_name("LSN")
      ->capture_default_str();
  watch
      ->add_option("--name", command.name,
                   "How rollouts call this subscriber; a second one under a name ends the first "
                   "(default: pegel-watch with host and process id)")
      ->type_name("NAME");
  watch->add_option("--only", flags->only, "Only these changes")
      ->check(CLI::IsMember({"configs", "acls"}))
      ->type_name("configs|acls");
  watch
      ->add_option("--prefix", command.filter.key_prefixes,
                   "Only configs whose key begins so; may be repeated, implies --only configs")
      ->check([flags](const std::string&) {
        return std::string(flags->only == "acls" ? "--prefix is about configs, not ACLs" : "");
      })
      ->type_name("PREFIX")
      ->allow_extra_args(false);
  watch->add_option("--count", command.count, "Ends after so many changes")->type_name("N");
  AddFormat(watch, flags, {"table", "json"});
  AddServer(watch, flags);
  watch->footer(kWatchExamples);
  return watch;
}

CLI::App* AddConfig(CLI::App& app) {
  CLI::App* config =
      app.add_subcommand("config", "What the server runs with, and which servers have it");
  config->require_subcommand(1);
  return config;
}

CLI::App* AddRollout(CLI::App* config, Flags* flags) {
  CLI::App* rollout =
      config->add_subcommand("rollout", "Shows which subscribers have the last change of a key");
  rollout->add_option("KEY", flags->rollout.key, "The config's key")->required();
  AddFormat(rollout, flags, {"table", "json"});
  AddServer(rollout, flags);
  rollout->footer(kRolloutExamples);
  return rollout;
}

WatchCommand WatchOf(Flags flags) {
  WatchCommand command = std::move(flags.watch);
  command.server = flags.server;
  command.format = FormatOf(flags.format);
  if (flags.only.empty() && !command.filter.key_prefixes.empty()) flags.only = "configs";
  command.filter.acls = flags.only == "acls";
  command.filter.configs = command.filter.boots = flags.only == "configs";
  return command;
}

RolloutCommand RolloutOf(const Flags& flags) {
  return RolloutCommand{flags.server, flags.rollout.key, FormatOf(flags.format)};
}

CLI::App* AddEffective(CLI::App* config, Flags* flags) {
  CLI::App* effective =
      config->add_subcommand("effective", "Every setting and static config with its source");
  AddFormat(effective, flags, {"table", "json"});
  AddServer(effective, flags);
  effective->footer(kEffectiveExamples);
  return effective;
}

CLI::App* AddKeygen(CLI::App& app, Flags* flags) {
  CLI::App* keygen = app.add_subcommand("keygen", "Makes the key file that seals secrets");
  keygen->add_option("file", flags->keygen.file, "The file; must not exist yet")
      ->required()
      ->type_name("FILE");
  keygen->add_flag("--rotate", flags->keygen.is_rotation,
                   "Adds a new key to an existing file, in front of the others");
  keygen->footer(kKeygenExamples);
  return keygen;
}

CLI::App* AddReseal(CLI::App& app, Flags* flags) {
  CLI::App* secrets = app.add_subcommand("secrets", "The secrets that the server holds");
  secrets->require_subcommand(1);
  CLI::App* reseal =
      secrets->add_subcommand("reseal", "Seals them all under the newest key of the key file");
  AddServer(reseal, flags);
  AddRetry(reseal, flags);
  reseal->footer(kResealExamples);
  return reseal;
}

CLI::App* AddServers(CLI::App* cluster, Flags* flags) {
  CLI::App* servers = cluster->add_subcommand("servers", "Lists the tablet servers");
  AddFormat(servers, flags, {"table", "json"});
  AddServer(servers, flags);
  servers->footer(kServersExamples);
  return servers;
}

CLI::App* AddUnregister(CLI::App* cluster, Flags* flags) {
  CLI::App* unregister =
      cluster->add_subcommand("unregister", "Forgets a dead tablet server for good");
  unregister->add_option("id", flags->tablet_server, "Its id")
      ->required()
      ->check(CLI::NonNegativeNumber)
      ->type_name("ID");
  AddServer(unregister, flags);
  AddRetry(unregister, flags);
  unregister->footer(kUnregisterExamples);
  return unregister;
}

CLI::App* AddPlan(CLI::App* rebalance, Flags* flags) {
  CLI::App* plan = rebalance->add_subcommand("plan", "Plans one and changes nothing");
  OfflinePlanRequest& request = flags->offline;
  plan->add_option("--offline", request.file, "The cluster, as a YAML file")
      ->required()
      ->type_name("FILE");
  plan->add_option("--goals", request.goals,
                   "RACK_AWARE, REPLICA_DISTRIBUTION, LEADER_DISTRIBUTION; the first weighs most")
      ->required()
      ->type_name("GOAL,…");
  plan->add_option("--tolerance-permille", request.tolerance_permille,
                   "How far from the average a server may stay, in thousandths")
      ->check(CLI::Range(0, 1'000))
      ->type_name("N")
      ->capture_default_str();
  plan->add_flag("--drain-only", request.is_drain_only,
                 "Moves only what must leave its server or its rack");
  plan->add_flag("--drain-dead", request.drains_dead,
                 "Moves everything off servers that are not live; else it stays and is counted");
  plan->add_option("--temporary-offline", request.temporary_offline,
                   "What leaves servers with this tag")
      ->check(CLI::IsMember({"DRAIN", "LEADERS_ONLY", "IGNORE"}))
      ->type_name("MODE")
      ->capture_default_str();
  plan->add_option("--moves", request.moves_max, "How many moves a table lists")
      ->type_name("N")
      ->capture_default_str();
  AddFormat(plan, flags, {"table", "json"});
  plan->footer(kPlanExamples);
  return plan;
}

OfflinePlanRequest OfflinePlanOf(Flags flags) {
  flags.offline.format = FormatOf(flags.format);
  return std::move(flags.offline);
}

// A call like any other, so that people and scripts see one form.
SqlRequest ListServersOf(const Flags& flags) {
  SqlRequest request;
  request.server = flags.server;
  request.format = FormatOf(flags.format);
  request.is_quiet = true;
  request.inputs = {{Input::Kind::kStatements, "CALL sys.list_servers()"}};
  return request;
}

// CLI11 gives the values of each option in order, and the options in order.
std::vector<Input> InputsInOrder(const CLI::App& sql, const Flags& flags) {
  std::vector<Input> inputs;
  size_t statement = 0, file = 0;
  for (const CLI::Option* option : sql.parse_order()) {
    if (option->check_name("--execute")) {
      inputs.push_back({Input::Kind::kStatements, flags.statements.at(statement++)});
    } else if (option->check_name("--file")) {
      inputs.push_back({Input::Kind::kFile, flags.files.at(file++)});
    }
  }
  return inputs;
}

SqlRequest SqlRequestOf(const CLI::App& sql, Flags flags) {
  SqlRequest request = std::move(flags.sql);
  request.server = flags.server;
  request.format = FormatOf(flags.format);
  request.inputs = InputsInOrder(sql, flags);
  return request;
}

}  // namespace

PegelRequest ReadCommandLine(int argc, const char* const* argv, const std::string& version) {
  CLI::App app("The client of Pegel, the control plane of Apache Fluss.", "pegel");
  app.set_version_flag("--version", "pegel " + version);
  app.require_subcommand(1);
  app.footer(kExamples);
  Flags flags;
  CLI::App* sql = AddSql(app, &flags);
  CLI::App* status = AddStatus(app, &flags);
  CLI::App* watch = AddWatch(app, &flags);
  CLI::App* config = AddConfig(app);
  CLI::App* rollout = AddRollout(config, &flags);
  CLI::App* effective = AddEffective(config, &flags);
  CLI::App* keygen = AddKeygen(app, &flags);
  CLI::App* reseal = AddReseal(app, &flags);
  CLI::App* cluster = app.add_subcommand("cluster", "The tablet servers of the cluster");
  cluster->require_subcommand(1);
  CLI::App* servers = AddServers(cluster, &flags);
  CLI::App* unregister = AddUnregister(cluster, &flags);
  CLI::App* rebalance = app.add_subcommand("rebalance", "Moves of buckets between servers");
  rebalance->require_subcommand(1);
  CLI::App* plan = AddPlan(rebalance, &flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (argc == 1) std::cerr << app.help();  // Says more than what exactly is missing.
    bool is_help = (argc == 1 ? error.get_exit_code() : app.exit(error)) == 0;
    return Leave{is_help ? kExitAccepted : kExitUsage};
  }
  if (status->parsed()) return StatusRequest{flags.server, FormatOf(flags.format)};
  if (watch->parsed()) return WatchOf(flags);
  if (rollout->parsed()) return RolloutOf(flags);
  if (effective->parsed()) return SettingsRequest{flags.server, FormatOf(flags.format)};
  if (keygen->parsed()) return std::move(flags.keygen);
  if (reseal->parsed()) return ResealRequest{flags.server, flags.sql.retry_seconds};
  if (servers->parsed()) return ListServersOf(flags);
  if (plan->parsed()) return OfflinePlanOf(std::move(flags));
  if (unregister->parsed()) {
    return UnregisterRequest{flags.server, flags.tablet_server, flags.sql.retry_seconds};
  }
  return SqlRequestOf(*sql, std::move(flags));
}

}  // namespace pegel::tools

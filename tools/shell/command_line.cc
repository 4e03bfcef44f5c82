#include "tools/shell/command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "tools/shell/cluster_line.h"
#include "tools/shell/common_flags.h"
#include "tools/shell/rebalance_line.h"

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
  pegel cluster buckets DB.TABLE     who leads its buckets, and who keeps up
  pegel rebalance plan --help        what would move, from a file
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

constexpr char kSnapshotExamples[] = R"help(Examples:
  pegel snapshot
  pegel snapshot --format json | jq .lsn

The server writes its state as of now to disk, reads it back, and answers. The next start
begins from it. Snapshots are taken by themselves too (pegel.snapshot.interval-records,
pegel.snapshot.interval); calls go on meanwhile. Needs ALTER on the cluster.
Exit: 0 it is on disk, 1 refused or failed, 2 usage, 3 no connection.)help";

constexpr char kBackupExamples[] = R"help(Examples:
  pegel backup create --to /backup/pegel-today          while the server runs
  pegel backup verify /backup/pegel-today               every hash, from the first record on
  pegel backup restore /backup/pegel-today --to ./data
  pegel backup restore /backup/pegel-today --to ./then --lsn 1200

A backup is one directory that holds the log and is good for every lsn in it.)help";

constexpr char kBackupCreateExamples[] = R"help(Examples:
  pegel backup create --to /backup/pegel-today
  pegel backup create --data-dir /var/lib/pegel --to /backup/pegel-today --format json

Reads the data directory on this machine, as its owner; a running server goes on and need not
run. Without --data-dir the server at --server is asked for its directory. What is in the
backup was acknowledged. It is read back before this ends.
Exit: 0 the backup is whole, 1 it is not, 2 usage, 3 no connection.)help";

constexpr char kBackupVerifyExamples[] = R"help(Examples:
  pegel backup verify /backup/pegel-today
  pegel backup verify /backup/pegel-today --format json | jq -r .digest

Folds all of it and checks every hash and snapshot; `digest` is what `pegel status` showed at
that lsn. Changes nothing.
Exit: 0 good, 1 not whole or damaged, 2 usage.)help";

constexpr char kBackupRestoreExamples[] = R"help(Examples:
  pegel backup restore /backup/pegel-today --to /var/lib/pegel
  pegel backup restore /backup/pegel-today --to ./then --lsn 1200    as it was at lsn 1200

The directory must not exist; nothing is ever overwritten. It gets its name only when a start
from it was tried and came to the state of the backup. Secrets need the key file of then.
Exit: 0 restored, 1 not, 2 usage.)help";

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

// What CLI11 fills in.
struct Flags : CommonFlags {
  std::vector<std::string> statements;
  std::vector<std::string> files;
  SqlRequest sql;
  WatchCommand watch;
  std::string only;
  RolloutCommand rollout;
  BackupRequest backup;
  KeygenRequest keygen;
};

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
  sql->add_option("--receipts", flags->sql.receipts,
                  "Appends the receipt of each statement, for `pegel-replay verify`")
      ->type_name("FILE");
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

CLI::App* AddSnapshot(CLI::App& app, Flags* flags) {
  CLI::App* snapshot = app.add_subcommand("snapshot", "Makes the server take a snapshot now");
  AddFormat(snapshot, flags, {"table", "json"});
  AddServer(snapshot, flags);
  snapshot->footer(kSnapshotExamples);
  return snapshot;
}

CLI::App* AddBackupCreate(CLI::App* backup, Flags* flags) {
  CLI::App* create = backup->add_subcommand("create", "Copies the log, while the server runs");
  create->add_option("--to", flags->backup.backup, "Directory of the backup; must not exist yet")
      ->required()
      ->type_name("DIR");
  create
      ->add_option("--data-dir", flags->backup.data_dir,
                   "The server's data directory; without it the server is asked")
      ->type_name("DIR");
  AddFormat(create, flags, {"table", "json"});
  AddServer(create, flags);
  create->footer(kBackupCreateExamples);
  return create;
}

CLI::App* AddBackupVerify(CLI::App* backup, Flags* flags) {
  CLI::App* verify = backup->add_subcommand("verify", "Proves that a backup is good");
  verify->add_option("backup", flags->backup.backup, "Directory of the backup")
      ->required()
      ->type_name("DIR");
  AddFormat(verify, flags, {"table", "json"});
  verify->footer(kBackupVerifyExamples);
  return verify;
}

CLI::App* AddBackupRestore(CLI::App* backup, Flags* flags) {
  CLI::App* restore = backup->add_subcommand("restore", "Makes a data directory of a backup");
  restore->add_option("backup", flags->backup.backup, "Directory of the backup")
      ->required()
      ->type_name("DIR");
  restore->add_option("--to", flags->backup.data_dir, "The new data directory; must not exist yet")
      ->required()
      ->type_name("DATA-DIR");
  restore->add_option("--lsn", flags->backup.through, "The last record to restore (default: all)")
      ->check(CLI::PositiveNumber)
      ->type_name("LSN");
  AddFormat(restore, flags, {"table", "json"});
  restore->footer(kBackupRestoreExamples);
  return restore;
}

BackupRequest BackupOf(Flags flags, BackupRequest::What what) {
  flags.backup.what = what;
  flags.backup.server = flags.server;
  flags.backup.format = flags.AsFormat();
  return std::move(flags.backup);
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
      ->check(CLI::IsMember({"configs", "acls", "servers", "tables", "rebalances"}))
      ->type_name("configs|acls|servers|tables|rebalances");
  watch
      ->add_option("--prefix", command.filter.key_prefixes,
                   "Only configs whose key begins so; may be repeated, implies --only configs")
      ->check([flags](const std::string&) {
        if (flags->only.empty() || flags->only == "configs") return std::string();
        return absl::StrCat("--prefix is about configs, not ",
                            flags->only == "acls" ? "ACLs" : flags->only);
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
  command.format = flags.AsFormat();
  if (flags.only.empty() && !command.filter.key_prefixes.empty()) flags.only = "configs";
  command.filter.acls = flags.only == "acls";
  command.filter.configs = command.filter.boots = flags.only == "configs";
  command.filter.servers = flags.only == "servers";
  command.filter.tables = flags.only == "tables";
  command.filter.rebalances = flags.only == "rebalances";
  return command;
}

RolloutCommand RolloutOf(const Flags& flags) {
  return RolloutCommand{flags.server, flags.rollout.key, flags.AsFormat()};
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
  request.format = flags.AsFormat();
  request.retry_seconds = flags.retry_seconds;
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
  CLI::App* snapshot = AddSnapshot(app, &flags);
  CLI::App* backup = app.add_subcommand("backup", "Backups: create, verify, restore");
  backup->require_subcommand(1);
  backup->footer(kBackupExamples);
  CLI::App* create = AddBackupCreate(backup, &flags);
  CLI::App* verify = AddBackupVerify(backup, &flags);
  CLI::App* restore = AddBackupRestore(backup, &flags);
  CLI::App* config = AddConfig(app);
  CLI::App* rollout = AddRollout(config, &flags);
  CLI::App* effective = AddEffective(config, &flags);
  CLI::App* keygen = AddKeygen(app, &flags);
  CLI::App* reseal = AddReseal(app, &flags);
  ClusterLine cluster;
  cluster.AddTo(app);
  RebalanceLine rebalance;
  rebalance.AddTo(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (argc == 1) std::cerr << app.help();  // Says more than what exactly is missing.
    bool is_help = (argc == 1 ? error.get_exit_code() : app.exit(error)) == 0;
    return Leave{is_help ? kExitAccepted : kExitUsage};
  }
  if (status->parsed()) return StatusRequest{flags.server, flags.AsFormat()};
  if (watch->parsed()) return WatchOf(flags);
  if (snapshot->parsed()) return SnapshotRequest{flags.server, flags.AsFormat()};
  if (create->parsed()) return BackupOf(std::move(flags), BackupRequest::What::kCreate);
  if (verify->parsed()) return BackupOf(std::move(flags), BackupRequest::What::kVerify);
  if (restore->parsed()) return BackupOf(std::move(flags), BackupRequest::What::kRestore);
  if (rollout->parsed()) return RolloutOf(flags);
  if (effective->parsed()) return SettingsRequest{flags.server, flags.AsFormat()};
  if (keygen->parsed()) return std::move(flags.keygen);
  if (reseal->parsed()) return ResealRequest{flags.server, flags.retry_seconds};
  if (auto request = cluster.Request()) return *std::move(request);
  if (auto request = rebalance.Request()) return *std::move(request);
  return SqlRequestOf(*sql, std::move(flags));
}

}  // namespace pegel::tools

#include "tools/shell/rebalance_line.h"

#include "absl/strings/str_cat.h"
#include "procedures/call_text.h"

namespace pegel::tools {
namespace {

constexpr char kPlanExamples[] = R"help(Examples:
  pegel rebalance plan --goals RACK_AWARE,REPLICA_DISTRIBUTION
  pegel rebalance plan --offline cluster.yaml --goals RACK_AWARE,REPLICA_DISTRIBUTION
  pegel rebalance plan --offline cluster.yaml --goals REPLICA_DISTRIBUTION --format json | jq .summary.moves

What `pegel rebalance run` with these goals would do now, by sys.plan_rebalance. Changes nothing;
needs DESCRIBE on the cluster. Tolerance and modes are those of the configs pegel.rebalance.*.

With --offline, of the cluster that a file describes: what would happen if servers came, left or
were tagged. No server is asked. docs/planning.md describes the file.
JSON of --offline: one line, {"plan":[…],"summary":{…}} or {"error":{"code","name","message"}}.
Exit: 0 planned, 1 the file is wrong or the goals cannot be reached, 2 usage, 3 no connection.)help";

constexpr char kRunExamples[] = R"help(Examples:
  pegel rebalance run --goals RACK_AWARE,REPLICA_DISTRIBUTION,LEADER_DISTRIBUTION
  pegel rebalance run --goals REPLICA_DISTRIBUTION && pegel rebalance watch

Starts one and prints its id. The same as CALL sys.rebalance(…): it goes on by itself, through
restarts of the server. One at a time. Needs WRITE on the cluster.
Exit: 0 started, 1 refused, 2 usage, 3 no connection.)help";

constexpr char kListExamples[] = R"help(Examples:
  pegel rebalance list
  pegel rebalance show rebalance-17 --format json
  pegel rebalance moves

`list` shows the rebalances that are remembered, newest first; `show` one of them (without an id the
newest) with the JSON of its buckets; `moves` its moves that are under way. The same as CALL
sys.list_rebalances(), CALL sys.list_rebalance(…) and CALL sys.list_active_moves(…). Needs DESCRIBE on
the cluster.
Exit: 0 the server answered, 1 it refused, 2 usage, 3 no connection.)help";

constexpr char kChangeExamples[] = R"help(Examples:
  pegel rebalance pause
  pegel rebalance resume
  pegel rebalance cancel rebalance-17

Without an id the newest. `pause` lets moves under way finish and starts no more. `cancel` ends it
for good: what is done stays, and moves under way are taken back, or brought to their end where they
are past that. Needs WRITE on the cluster.
Exit: 0 done, 1 refused, 2 usage, 3 no connection.)help";

constexpr char kWatchExamples[] = R"help(Examples:
  pegel rebalance watch
  pegel rebalance watch rebalance-17 --every 5 | tee rebalance.log

Shows how far one is until it ends: on a terminal a line with the first moves that are under way below it,
drawn over itself; elsewhere a line for each change. Each look is a call of sys.list_rebalances, and on
a terminal of sys.list_active_moves, so it leaves records.
Needs DESCRIBE on the cluster.
Exit: 0 it is COMPLETED or the watcher was interrupted, 1 it ended otherwise or is not there,
2 usage, 3 no connection.)help";

}  // namespace

void RebalanceLine::AddTo(CLI::App& app) {
  CLI::App* rebalance = app.add_subcommand("rebalance", "Moves of buckets between servers");
  rebalance->require_subcommand(1);
  run_ = AddCall(rebalance, "run", "Plans one and carries it out", kRunExamples);
  AddGoals(run_);
  AddPlan(rebalance);
  list_ =
      AddCall(rebalance, "list", "Lists those that are remembered, newest first", kListExamples);
  show_ = AddForOne(rebalance, "show", "Shows one, bucket by bucket", kListExamples);
  moves_ = AddForOne(rebalance, "moves", "Lists the moves that are under way", kListExamples);
  AddWatch(rebalance);
  pause_ = AddForOne(rebalance, "pause", "Starts no more moves until resumed", kChangeExamples);
  resume_ = AddForOne(rebalance, "resume", "Lets a paused one go on", kChangeExamples);
  cancel_ = AddForOne(rebalance, "cancel", "Ends one; what is done stays", kChangeExamples);
}

void RebalanceLine::AddGoals(CLI::App* command) {
  command
      ->add_option("--goals", offline_.goals,
                   "RACK_AWARE, REPLICA_DISTRIBUTION, LEADER_DISTRIBUTION; the first weighs most")
      ->required()
      ->type_name("GOAL,…");
}

CLI::App* RebalanceLine::AddCall(CLI::App* rebalance, const char* name, const char* what,
                                 const char* examples) {
  CLI::App* command = rebalance->add_subcommand(name, what);
  AddFormat(command, &flags_, {"table", "json", "csv"});
  AddServer(command, &flags_);
  AddRetry(command, &flags_);
  command->footer(examples);
  return command;
}

CLI::App* RebalanceLine::AddForOne(CLI::App* rebalance, const char* name, const char* what,
                                   const char* examples) {
  CLI::App* command = AddCall(rebalance, name, what, examples);
  AddId(command);
  return command;
}

void RebalanceLine::AddId(CLI::App* command) {
  command->add_option("id", id_, "Such as rebalance-17; the newest when left out")->type_name("ID");
}

void RebalanceLine::AddWatch(CLI::App* rebalance) {
  watch_ = rebalance->add_subcommand("watch", "Shows how far one is until it ends");
  AddId(watch_);
  watch_->add_option("--every", seconds_between_, "How often it is looked at")
      ->check(CLI::Range(0.1, 3600.0))
      ->type_name("SECONDS")
      ->capture_default_str();
  AddServer(watch_, &flags_);
  AddRetry(watch_, &flags_);
  watch_->footer(kWatchExamples);
}

void RebalanceLine::AddPlan(CLI::App* rebalance) {
  plan_ = rebalance->add_subcommand("plan", "Plans one and changes nothing");
  CLI::Option* file = plan_
                          ->add_option("--offline", offline_.file,
                                       "A cluster in a YAML file instead of the server's")
                          ->type_name("FILE");
  AddGoals(plan_);
  plan_
      ->add_option("--tolerance-permille", offline_.tolerance_permille,
                   "How far from the average a server may stay, in thousandths")
      ->check(CLI::Range(0, 1'000))
      ->needs(file)
      ->type_name("N")
      ->capture_default_str();
  plan_
      ->add_flag("--drain-only", offline_.is_drain_only,
                 "Moves only what must leave its server or its rack")
      ->needs(file);
  plan_
      ->add_flag("--drain-dead", offline_.drains_dead,
                 "Moves everything off servers that are not live; else it stays and is counted")
      ->needs(file);
  plan_
      ->add_option("--temporary-offline", offline_.temporary_offline,
                   "What leaves servers with this tag")
      ->check(CLI::IsMember({"DRAIN", "LEADERS_ONLY", "IGNORE"}))
      ->needs(file)
      ->type_name("MODE")
      ->capture_default_str();
  plan_->add_option("--moves", offline_.moves_max, "How many moves a table lists")
      ->needs(file)
      ->type_name("N")
      ->capture_default_str();
  AddFormat(plan_, &flags_, {"table", "json"});
  AddServer(plan_, &flags_);
  plan_->footer(kPlanExamples);
}

PegelRequest RebalanceLine::Call(const std::string& procedure, const std::string& argument) const {
  return SqlRequest{.server = flags_.server,
                    .inputs = {{Input::Kind::kStatements,
                                absl::StrCat("CALL sys.", procedure, "(", argument, ")")}},
                    .format = flags_.AsFormat(),
                    .retry_seconds = flags_.retry_seconds};
}

std::optional<PegelRequest> RebalanceLine::Request() const {
  const std::string id = id_.empty() ? "" : procedures::InQuotes(id_);
  if (run_->parsed()) return Call("rebalance", procedures::InQuotes(offline_.goals));
  if (list_->parsed()) return Call("list_rebalances", "");
  if (show_->parsed()) return Call("list_rebalance", id);
  if (moves_->parsed()) return Call("list_active_moves", id);
  if (pause_->parsed()) return Call("pause_rebalance", id);
  if (resume_->parsed()) return Call("resume_rebalance", id);
  if (cancel_->parsed()) return Call("cancel_rebalance", id);
  if (watch_->parsed()) {
    return RebalanceWatchRequest{flags_.server, id_, seconds_between_, flags_.retry_seconds};
  }
  if (!plan_->parsed()) return std::nullopt;
  if (offline_.file.empty()) return Call("plan_rebalance", procedures::InQuotes(offline_.goals));
  OfflinePlanRequest request = offline_;
  request.format = flags_.AsFormat();
  return request;
}

}  // namespace pegel::tools

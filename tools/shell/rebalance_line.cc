#include "tools/shell/rebalance_line.h"

namespace pegel::tools {
namespace {

constexpr char kPlanExamples[] = R"help(Examples:
  pegel rebalance plan --offline cluster.yaml --goals RACK_AWARE,REPLICA_DISTRIBUTION
  pegel rebalance plan --offline cluster.yaml --goals REPLICA_DISTRIBUTION --format json | jq .summary.moves

Plans a rebalance of the cluster that a file describes: what would happen if servers came, left or
were tagged. Asks no server and changes nothing. docs/planning.md describes the file.
JSON: one line, {"plan":[…],"summary":{…}} or {"error":{"code","name","message"}}.
Exit: 0 planned, 1 the file is wrong or the goals cannot be reached, 2 usage.)help";

}  // namespace

void RebalanceLine::AddTo(CLI::App& app) {
  CLI::App* rebalance = app.add_subcommand("rebalance", "Moves of buckets between servers");
  rebalance->require_subcommand(1);
  AddPlan(rebalance);
}

void RebalanceLine::AddPlan(CLI::App* rebalance) {
  plan_ = rebalance->add_subcommand("plan", "Plans one and changes nothing");
  plan_->add_option("--offline", offline_.file, "The cluster, as a YAML file")
      ->required()
      ->type_name("FILE");
  plan_
      ->add_option("--goals", offline_.goals,
                   "RACK_AWARE, REPLICA_DISTRIBUTION, LEADER_DISTRIBUTION; the first weighs most")
      ->required()
      ->type_name("GOAL,…");
  plan_
      ->add_option("--tolerance-permille", offline_.tolerance_permille,
                   "How far from the average a server may stay, in thousandths")
      ->check(CLI::Range(0, 1'000))
      ->type_name("N")
      ->capture_default_str();
  plan_->add_flag("--drain-only", offline_.is_drain_only,
                  "Moves only what must leave its server or its rack");
  plan_->add_flag("--drain-dead", offline_.drains_dead,
                  "Moves everything off servers that are not live; else it stays and is counted");
  plan_
      ->add_option("--temporary-offline", offline_.temporary_offline,
                   "What leaves servers with this tag")
      ->check(CLI::IsMember({"DRAIN", "LEADERS_ONLY", "IGNORE"}))
      ->type_name("MODE")
      ->capture_default_str();
  plan_->add_option("--moves", offline_.moves_max, "How many moves a table lists")
      ->type_name("N")
      ->capture_default_str();
  AddFormat(plan_, &flags_, {"table", "json"});
  plan_->footer(kPlanExamples);
}

std::optional<PegelRequest> RebalanceLine::Request() const {
  if (!plan_->parsed()) return std::nullopt;
  OfflinePlanRequest request = offline_;
  request.format = flags_.AsFormat();
  return request;
}

}  // namespace pegel::tools

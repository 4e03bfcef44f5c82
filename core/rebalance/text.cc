#include "core/rebalance/text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/check.h"

namespace pegel::rebalance {
namespace {

constexpr Goal kGoals[] = {Goal::kReplicaDistribution, Goal::kLeaderDistribution, Goal::kRackAware};

// Fluss's advice, after either of its two sentences.
constexpr char kHowTo[] =
    ". You can specify one goal as 'REPLICA_DISTRIBUTION' or specify multi goals as "
    "'REPLICA_DISTRIBUTION,LEADER_DISTRIBUTION' (split by ',')";

absl::StatusOr<Goal> ParseGoal(absl::string_view piece) {
  if (piece.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a goal between commas is empty; expected one of RACK_AWARE, "
                     "REPLICA_DISTRIBUTION, LEADER_DISTRIBUTION"));
  }
  for (Goal goal : kGoals) {
    if (absl::EqualsIgnoreCase(piece, ToText(goal))) return goal;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "No enum constant org.apache.fluss.cluster.rebalance.GoalType.", absl::AsciiStrToUpper(piece),
      "; expected RACK_AWARE, REPLICA_DISTRIBUTION or LEADER_DISTRIBUTION"));
}

bool IsOnlyCommas(absl::string_view text) {
  for (char c : text) {
    if (c != ',') return false;
  }
  return true;
}

}  // namespace

absl::string_view ToText(Goal goal) {
  switch (goal) {
    case Goal::kReplicaDistribution:
      return "REPLICA_DISTRIBUTION";
    case Goal::kLeaderDistribution:
      return "LEADER_DISTRIBUTION";
    case Goal::kRackAware:
      return "RACK_AWARE";
  }
  PEGEL_CHECK(false, "no such goal: ", static_cast<int>(goal));
}

absl::StatusOr<std::vector<Goal>> ParseGoals(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("priority goals cannot be null or empty", kHowTo));
  }
  if (IsOnlyCommas(text)) {
    return absl::InvalidArgumentError(absl::StrCat("priority goals cannot be empty", kHowTo));
  }
  std::vector<Goal> goals;
  for (absl::string_view piece : absl::StrSplit(text, ',')) {
    absl::StatusOr<Goal> goal = ParseGoal(absl::StripAsciiWhitespace(piece));
    if (!goal.ok()) return goal.status();
    for (Goal before : goals) {
      if (before != *goal) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("goal ", ToText(*goal), " is given twice; name each goal once"));
    }
    goals.push_back(*goal);
  }
  return goals;
}

std::string ToText(const std::vector<Goal>& goals) {
  return absl::StrJoin(goals, ",",
                       [](std::string* out, Goal goal) { absl::StrAppend(out, ToText(goal)); });
}

absl::string_view ToText(TemporaryOffline mode) {
  switch (mode) {
    case TemporaryOffline::kDrain:
      return "DRAIN";
    case TemporaryOffline::kLeadersOnly:
      return "LEADERS_ONLY";
    case TemporaryOffline::kIgnore:
      return "IGNORE";
  }
  PEGEL_CHECK(false, "no such mode: ", static_cast<int>(mode));
}

absl::StatusOr<TemporaryOffline> ParseTemporaryOffline(absl::string_view text) {
  for (TemporaryOffline mode :
       {TemporaryOffline::kDrain, TemporaryOffline::kLeadersOnly, TemporaryOffline::kIgnore}) {
    if (absl::EqualsIgnoreCase(text, ToText(mode))) return mode;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected one of [DRAIN, LEADERS_ONLY, IGNORE], found '", text, "'"));
}

}  // namespace pegel::rebalance

#include "core/moves/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "core/check.h"

namespace pegel::moves {
namespace {

constexpr absl::string_view kIdPrefix = "rebalance-";

}  // namespace

std::string IdText(Lsn id) { return absl::StrCat(kIdPrefix, id.value); }

std::optional<Lsn> ParseId(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kIdPrefix) || text.empty() || text.front() == '0') {
    return std::nullopt;
  }
  for (char c : text) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
  }
  Lsn id;
  if (!absl::SimpleAtoi(text, &id.value)) return std::nullopt;
  return id;
}

absl::string_view ToText(Status status) {
  switch (status) {
    case Status::kNotStarted:
      return "NOT_STARTED";
    case Status::kRebalancing:
      return "REBALANCING";
    case Status::kFailed:
      return "FAILED";
    case Status::kCompleted:
      return "COMPLETED";
    case Status::kCanceled:
      return "CANCELED";
    case Status::kTimeout:
      return "TIMEOUT";
  }
  PEGEL_CHECK(false, "no such status: ", static_cast<int>(status));
}

absl::string_view ToText(Phase phase) {
  switch (phase) {
    case Phase::kQueued:
      return "QUEUED";
    case Phase::kRetrying:
      return "RETRYING";
    case Phase::kHeld:
      return "HELD";
    case Phase::kReplanned:
      return "REPLANNED";
    case Phase::kAdding:
      return "ADDING";
    case Phase::kSwitching:
      return "SWITCHING";
    case Phase::kRemoving:
      return "REMOVING";
    case Phase::kDone:
      return "DONE";
  }
  PEGEL_CHECK(false, "no such phase: ", static_cast<int>(phase));
}

absl::string_view ToText(Urgency urgency) {
  switch (urgency) {
    case Urgency::kRepair:
      return "REPAIR";
    case Urgency::kDrain:
      return "DRAIN";
    case Urgency::kRack:
      return "RACK";
    case Urgency::kBalance:
      return "BALANCE";
    case Urgency::kLeader:
      return "LEADER";
  }
  PEGEL_CHECK(false, "no such urgency: ", static_cast<int>(urgency));
}

absl::string_view ToText(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "";
    case Reason::kDropped:
      return "DROPPED";
    case Reason::kInPlace:
      return "IN_PLACE";
    case Reason::kNotNeeded:
      return "NOT_NEEDED";
    case Reason::kStale:
      return "STALE";
    case Reason::kTargetLost:
      return "TARGET_LOST";
    case Reason::kTargetTagged:
      return "TARGET_TAGGED";
    case Reason::kTargetFailed:
      return "TARGET_FAILED";
    case Reason::kStalled:
      return "STALLED";
    case Reason::kNoLeader:
      return "BLOCKED";
    case Reason::kServerDead:
      return "SERVER_DEAD";
    case Reason::kBusy:
      return "BUSY";
    case Reason::kSilent:
      return "SILENT";
    case Reason::kCanceled:
      return "CANCELED";
    case Reason::kGaveUp:
      return "GAVE_UP";
  }
  PEGEL_CHECK(false, "no such reason: ", static_cast<int>(reason));
}

std::string ReasonText(Reason reason, ServerId about) {
  switch (reason) {
    case Reason::kNone:
      return "";
    case Reason::kDropped:
      return "the bucket was dropped";
    case Reason::kInPlace:
      return "the bucket was already as planned";
    case Reason::kNotNeeded:
      return "a later plan leaves the bucket where it is";
    case Reason::kStale:
      return "its replicas are not those that the plan saw";
    case Reason::kTargetLost:
      return absl::StrCat("server ", about.value, ", which was to get it, is dead");
    case Reason::kTargetTagged:
      return absl::StrCat("server ", about.value, ", which was to get it, was tagged");
    case Reason::kTargetFailed:
      return absl::StrCat("server ", about.value, ", which was to get it, says that it cannot");
    case Reason::kStalled:
      return absl::StrCat("nothing happened for pegel.rebalance.move-timeout; server ", about.value,
                          " is not done");
    case Reason::kNoLeader:
      return "no replica in sync is live";
    case Reason::kServerDead:
      return absl::StrCat("server ", about.value, ", which keeps its replica, is dead");
    case Reason::kBusy:
      return "a move of an earlier rebalance still settles";
    case Reason::kSilent:
      return absl::StrCat("server ", about.value, " has not confirmed that it deleted its replica");
    case Reason::kCanceled:
      return "the rebalance was canceled";
    case Reason::kGaveUp:
      return "there is no further plan for it";
  }
  PEGEL_CHECK(false, "no such reason: ", static_cast<int>(reason));
}

std::string ProgressText(const std::array<int64_t, kStatuses>& by_status, Status status) {
  int64_t total = 0;
  for (int64_t count : by_status) total += count;
  if (total == 0) return status == Status::kCompleted ? "100%" : "0%";
  const int64_t done = by_status[static_cast<size_t>(Status::kCompleted)] +
                       by_status[static_cast<size_t>(Status::kFailed)];
  const int64_t scaled = done * 10'000;
  int64_t hundredths = scaled / total;
  const int64_t twice = 2 * (scaled % total);
  if (twice > total || (twice == total && hundredths % 2 != 0)) ++hundredths;
  if (done < total) hundredths = std::min<int64_t>(hundredths, 9'999);
  const int64_t fraction = hundredths % 100;
  std::string text = absl::StrCat(hundredths / 100);
  if (fraction != 0) absl::StrAppend(&text, ".", fraction < 10 ? "0" : "", fraction);
  if (fraction != 0 && fraction % 10 == 0) text.pop_back();
  return text + "%";
}

std::string ToText(const Servers& servers) {
  return absl::StrJoin(
      servers, ",", [](std::string* out, ServerId server) { absl::StrAppend(out, server.value); });
}

}  // namespace pegel::moves

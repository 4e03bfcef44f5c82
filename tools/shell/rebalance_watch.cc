#include "tools/shell/rebalance_watch.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/shell/format.h"
#include "tools/shell/printable.h"
#include "tools/shell/progress.h"

namespace pegel::tools {
namespace {

constexpr size_t kMovesShown = 8;
constexpr char kWipeBelow[] = "\x1b[J";

// `950 B`, `1.2 GiB`.
std::string Bytes(int64_t bytes) {
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  int unit = 0;
  int64_t tenths = bytes * 10 / 1024;
  for (; tenths >= 10'240 && unit < 4; ++unit) tenths /= 1024;
  return absl::StrCat(tenths / 10, ".", tenths % 10, " ", kUnits[unit]);
}

// By column; NULL is empty.
std::map<std::string, std::string> CellsOf(const procedures::Table& table,
                                           const procedures::Row& row) {
  std::map<std::string, std::string> cells;
  for (size_t i = 0; i < row.size() && i < table.columns.size(); ++i) {
    cells[table.columns[i]] = row[i].value_or("");
  }
  return cells;
}

}  // namespace

std::optional<RebalanceSight> FindRebalance(const procedures::Table& table, const std::string& id) {
  for (const procedures::Row& row : table.rows) {
    std::map<std::string, std::string> cells = CellsOf(table, row);
    if (!id.empty() && cells["rebalance_id"] != id) continue;
    auto number = [&](const char* column) {
      int64_t value = 0;
      return absl::SimpleAtoi(cells[column], &value) ? value : 0;
    };
    RebalanceSight sight{.id = cells["rebalance_id"],
                         .status = cells["status"],
                         .progress = cells["progress"],
                         .reason = cells["reason"],
                         .is_paused = cells["paused"] == "true",
                         .buckets = number("buckets"),
                         .completed = number("completed"),
                         .failed = number("failed"),
                         .canceled = number("canceled"),
                         .timeout = number("timeout"),
                         .adding = number("adding"),
                         .switching = number("switching"),
                         .removing = number("removing"),
                         .bytes_left = number("bytes_left")};
    if (sight.id.empty() || sight.status.empty()) return std::nullopt;
    return sight;
  }
  return std::nullopt;
}

std::string SightLine(const RebalanceSight& now, const RebalanceSight& first,
                      absl::Duration since) {
  const int64_t ended = now.completed + now.failed + now.canceled;
  std::string line = absl::StrCat(
      now.id, "  ", Bar(static_cast<uint64_t>(ended), static_cast<uint64_t>(now.buckets)), "  ",
      now.progress, "   ", now.status);
  if (now.status == "NOT_STARTED") return absl::StrCat(line, ": waits for its plan");
  absl::StrAppend(&line, now.is_paused ? " (paused)" : "", ": ", ended, " of ", now.buckets,
                  " buckets, ", Bytes(now.bytes_left), " left");
  const int64_t millis = std::max<int64_t>(absl::ToInt64Milliseconds(since), 1);
  const int64_t done = now.completed - first.completed;
  if (!now.IsFinished() && done > 0) {
    absl::StrAppendFormat(&line, ", %d.%d/s", done * 1000 / millis, done * 10'000 / millis % 10);
    absl::StrAppend(&line, ", ", (now.buckets - ended) * millis / done / 1000, " s to go");
  }
  if (!now.IsFinished()) {
    absl::StrAppend(&line, "; adding ", now.adding, ", switching ", now.switching, ", removing ",
                    now.removing);
  }
  if (now.timeout > 0) absl::StrAppend(&line, ", timeout ", now.timeout);
  if (now.failed > 0) absl::StrAppend(&line, ", failed ", now.failed);
  return line;
}

absl::StatusOr<RebalanceSight> RebalanceWatch::Look() {
  absl::StatusOr<net::CallReply> reply = ports_.look();
  if (!reply.ok()) return reply.status();
  if (reply->error) return absl::FailedPreconditionError(ErrorLine(*reply->error));
  if (auto sight = FindRebalance(reply->table, id_)) return *std::move(sight);
  return absl::NotFoundError(
      id_.empty() ? "there is no rebalance; `pegel rebalance run` starts one"
                  : absl::StrCat("there is no rebalance '", Printable(id_),
                                 "'; `pegel rebalance list` shows those that are remembered"));
}

std::vector<std::string> MoveLines(const procedures::Table& table, size_t count_max) {
  std::vector<std::string> lines;
  for (const procedures::Row& row : table.rows) {
    if (lines.size() == count_max) {
      lines.push_back(absl::StrCat("… and ", table.rows.size() - count_max, " more"));
      break;
    }
    std::map<std::string, std::string> cells = CellsOf(table, row);
    std::string line = absl::StrCat(cells["bucket"], "  ", cells["origin_replicas"], " → ",
                                    cells["new_replicas"], "  ", cells["phase"]);
    if (!cells["reason"].empty()) absl::StrAppend(&line, ": ", cells["reason"]);
    lines.push_back(std::move(line));
  }
  return lines;
}

// Ends where it begins, so that the next line is drawn over the one above.
std::string RebalanceWatch::MovesBelow(const std::string& id) {
  absl::StatusOr<net::CallReply> reply = ports_.look_at_moves(id);
  if (!reply.ok() || reply->error) return kWipeBelow;  // The next look tells what is wrong.
  std::string text = kWipeBelow;
  const std::vector<std::string> lines = MoveLines(reply->table, kMovesShown);
  for (const std::string& line : lines) absl::StrAppend(&text, "\n  ", Printable(line));
  if (!lines.empty()) absl::StrAppend(&text, "\x1b[", lines.size(), "A");
  return text;
}

void RebalanceWatch::Show(const RebalanceSight& sight) {
  if (!first_.has_value()) first_ = sight;
  if (!ports_.is_terminal && shown_ == sight) return;
  shown_ = sight;
  const std::string line = Printable(SightLine(sight, *first_, ports_.now() - begin_));
  if (!ports_.is_terminal) return ports_.print(absl::StrCat(line, "\n"));
  std::string below = sight.IsFinished() ? absl::StrCat(kWipeBelow, "\n") : MovesBelow(sight.id);
  ports_.print(absl::StrCat(kWipe, line, below));
}

absl::StatusOr<std::optional<RebalanceSight>> RebalanceWatch::Run() {
  begin_ = ports_.now();
  while (!ports_.is_asked_to_end()) {
    absl::StatusOr<RebalanceSight> sight = Look();
    if (!sight.ok()) return sight.status();
    id_ = sight->id;  // The newest one, also when another begins meanwhile.
    Show(*sight);
    if (sight->IsFinished()) return std::optional<RebalanceSight>(*std::move(sight));
    ports_.sleep(between_);
  }
  if (ports_.is_terminal) ports_.print(absl::StrCat(kWipeBelow, "\n"));
  return std::optional<RebalanceSight>();
}

}  // namespace pegel::tools

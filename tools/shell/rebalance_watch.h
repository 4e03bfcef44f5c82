// `pegel rebalance watch`: one rebalance, looked at until it ends.
//
// On a terminal one line, and below it the first moves that are under way, are drawn over
// themselves; elsewhere, a line whenever something has changed. Each look is a call of
// sys.list_rebalances (and of sys.list_active_moves), so a lost connection is made again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "net/client.h"

namespace pegel::tools {

// One row of sys.list_rebalances, as far as it is shown.
struct RebalanceSight {
  std::string id, status, progress, reason;
  bool is_paused = false;
  int64_t buckets = 0, completed = 0, failed = 0, canceled = 0, timeout = 0;
  int64_t adding = 0, switching = 0, removing = 0;
  int64_t bytes_left = 0;
  bool operator==(const RebalanceSight&) const = default;

  bool IsFinished() const { return status != "NOT_STARTED" && status != "REBALANCING"; }
};

// The one with this id (empty: the newest). None: it is not there, or the table is not one of
// rebalances.
std::optional<RebalanceSight> FindRebalance(const procedures::Table& table, const std::string& id);

// `rebalance-17  [####----]  50%   REBALANCING: 5 of 10 buckets, 4.0 MiB left, 2.0/s, …`. `since`
// and `first`: when watching began and what was seen then, for the rates.
std::string SightLine(const RebalanceSight& now, const RebalanceSight& first, absl::Duration since);

// `6:3  1,2,3 → 4,2,3  ADDING`, of each row of sys.list_active_moves, at most so many; one more
// line when there are more.
std::vector<std::string> MoveLines(const procedures::Table& table, size_t count_max);

class RebalanceWatch {
 public:
  struct Ports {
    std::function<absl::StatusOr<net::CallReply>()> look;
    // Of this rebalance; called on a terminal only.
    std::function<absl::StatusOr<net::CallReply>(const std::string& id)> look_at_moves;
    std::function<absl::Time()> now;
    std::function<void(absl::Duration)> sleep;
    std::function<bool()> is_asked_to_end;
    std::function<void(const std::string&)> print;  // To standard output.
    bool is_terminal = false;
  };
  RebalanceWatch(Ports ports, std::string id, absl::Duration between)
      : ports_(std::move(ports)), id_(std::move(id)), between_(between) {}

  // How it ended; none: the watcher was asked to end before. Errors: no connection, or what the
  // server refused, kNotFound when there is no such rebalance.
  absl::StatusOr<std::optional<RebalanceSight>> Run();

 private:
  absl::StatusOr<RebalanceSight> Look();
  void Show(const RebalanceSight& sight);
  std::string MovesBelow(const std::string& id);

  Ports ports_;
  std::string id_;
  const absl::Duration between_;
  absl::Time begin_;
  std::optional<RebalanceSight> first_, shown_;
};

}  // namespace pegel::tools

// `pegel watch`: prints changes as they come, acknowledges what it printed, and survives the loss
// of its connection without a gap or a repetition.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "net/client.h"
#include "tools/shell/command_line.h"
#include "tools/shell/format.h"

namespace pegel::tools {

// The world outside, as in session.h.
struct WatchPorts {
  std::function<absl::StatusOr<std::unique_ptr<net::Client>>()> connect;
  std::function<void(absl::Duration)> sleep;
  std::function<bool()> is_asked_to_end;  // By a signal.
  std::function<void(const Printed&)> print;
};

class WatchRunner {
 public:
  WatchRunner(WatchPorts ports, const WatchCommand& command)
      : ports_(std::move(ports)), command_(command), next_(Lsn{command.from}) {}

  // Until it is asked to end or has shown enough: OK. Else why it cannot go on: no server at the
  // start, or the server refused or ended it for good.
  absl::Status Run();

  bool has_connected() const { return has_connected_; }

 private:
  absl::Status Follow();
  void Show(const net::ChangeBatch& batch);
  void Rest(const absl::Status& why, absl::Duration pause);
  bool is_over() const;

  WatchPorts ports_;
  WatchCommand command_;
  Lsn next_;  // Everything before it was printed, or is not selected.
  uint64_t shown_ = 0;
  bool has_connected_ = false;
  bool has_progress_ = false;  // Since the last rest.
};

}  // namespace pegel::tools

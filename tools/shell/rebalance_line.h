// The command line of `pegel rebalance …`.
#pragma once

#include <optional>

#include "tools/shell/command_line.h"
#include "tools/shell/common_flags.h"

namespace pegel::tools {

class RebalanceLine {
 public:
  // Adds `rebalance` and all below it. Must outlive the parsing.
  void AddTo(CLI::App& app);

  // None: another command was parsed.
  std::optional<PegelRequest> Request() const;

 private:
  void AddPlan(CLI::App* rebalance);

  CommonFlags flags_;
  OfflinePlanRequest offline_;
  CLI::App* plan_ = nullptr;
};

}  // namespace pegel::tools

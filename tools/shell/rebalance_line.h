// The command line of `pegel rebalance …`.
#pragma once

#include <optional>
#include <string>

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
  void AddGoals(CLI::App* command);
  void AddId(CLI::App* command);
  void AddPlan(CLI::App* rebalance);
  void AddWatch(CLI::App* rebalance);
  // A command that is a call of a procedure, and one that speaks of one rebalance.
  CLI::App* AddCall(CLI::App* rebalance, const char* name, const char* what, const char* examples);
  CLI::App* AddForOne(CLI::App* rebalance, const char* name, const char* what,
                      const char* examples);
  PegelRequest Call(const std::string& procedure, const std::string& argument) const;

  CommonFlags flags_;
  OfflinePlanRequest offline_;  // Its goals are everybody's.
  std::string id_;
  double seconds_between_ = 1;
  CLI::App* run_ = nullptr;
  CLI::App* plan_ = nullptr;
  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* moves_ = nullptr;
  CLI::App* watch_ = nullptr;
  CLI::App* pause_ = nullptr;
  CLI::App* resume_ = nullptr;
  CLI::App* cancel_ = nullptr;
};

}  // namespace pegel::tools

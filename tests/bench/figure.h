// What a benchmark measured, against its goal.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pegel::testing {

struct Figure {
  std::string name;
  std::optional<double> goal;  // Unset: good to know, and there is no goal.
  double figure = 0;
  std::string unit;
  bool is_at_most = false;  // The goal; else at least.
  bool is_met() const { return !goal || (is_at_most ? figure <= *goal : figure >= *goal); }
};

// Each prints what it saw besides. Quick: fewer repetitions and sizes.
std::vector<Figure> AuditFigures(bool is_quick);
std::vector<Figure> BootFigures(bool is_quick);
std::vector<Figure> DecideFigures(bool is_quick);
std::vector<Figure> GrowthFigures(bool is_quick);
std::vector<Figure> IdleFigures(bool is_quick);
std::vector<Figure> LineFigures(bool is_quick);
std::vector<Figure> LogFigures(bool is_quick);
std::vector<Figure> MemoryFigures(bool is_quick);
std::vector<Figure> MoveFigures(bool is_quick);
std::vector<Figure> PlannerFigures(bool is_quick);
std::vector<Figure> ReplayFigures(bool is_quick);
std::vector<Figure> RuleFigures(bool is_quick);
std::vector<Figure> StoppedWatcherFigures(bool is_quick);
std::vector<Figure> TableFigures(bool is_quick);

}  // namespace pegel::testing

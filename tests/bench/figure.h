// What a benchmark measured, against its goal.
#pragma once

#include <string>
#include <vector>

namespace pegel::testing {

struct Figure {
  std::string name;
  double goal = 0;
  double figure = 0;
  std::string unit;
  bool is_at_most = false;  // The goal; else at least.
  bool is_met() const { return is_at_most ? figure <= goal : figure >= goal; }
};

// Each prints what it saw besides. Quick: fewer repetitions and sizes.
std::vector<Figure> BootFigures(bool is_quick);
std::vector<Figure> LineFigures(bool is_quick);
std::vector<Figure> PlannerFigures(bool is_quick);
std::vector<Figure> ReplayFigures(bool is_quick);
std::vector<Figure> StoppedWatcherFigures(bool is_quick);
std::vector<Figure> TableFigures(bool is_quick);

}  // namespace pegel::testing

// Measures goals that tests cannot claim, on a real pegeld: tools/bench builds and runs this.
//
//   pegel_bench [--quick] [--json FILE]
//
// Each benchmark gives figures and says whether they meet their goals.
#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/figure.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::ordered_json;

// ---- the program ----

Json ToJson(const Figure& figure) {
  return Json{{"name", figure.name},
              {"goal", figure.goal},
              {"figure", figure.figure},
              {"unit", figure.unit},
              {"met", figure.is_met()}};
}

int Main(const std::vector<std::string>& arguments) {
  bool is_quick = false;
  std::string json_file;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--quick") {
      is_quick = true;
    } else if (arguments[i] == "--json" && i + 1 < arguments.size()) {
      json_file = arguments[++i];
    } else {
      std::fprintf(stderr, "usage: pegel_bench [--quick] [--json FILE]\n");
      return 2;
    }
  }
  const std::vector<std::function<std::vector<Figure>(bool)>> benchmarks = {
      TableFigures, PlannerFigures, StoppedWatcherFigures, BootFigures, LineFigures, ReplayFigures};
  Json all = Json::array();
  bool are_met = true;
  for (const auto& benchmark : benchmarks) {
    for (const Figure& figure : benchmark(is_quick)) {
      std::printf("%-60s %9.3f %s  (goal: at %s %.2f)  %s\n", figure.name.c_str(), figure.figure,
                  figure.unit.c_str(), figure.is_at_most ? "most" : "least", figure.goal,
                  figure.is_met() ? "met" : "NOT MET");
      all.push_back(ToJson(figure));
      are_met &= figure.is_met();
    }
  }
  if (!json_file.empty()) std::ofstream(json_file) << all.dump(2) << "\n";
  return are_met ? 0 : 1;
}

}  // namespace
}  // namespace pegel::testing

int main(int argc, char** argv) {
  return pegel::testing::Main(std::vector<std::string>(argv + 1, argv + argc));
}

// Measures goals that tests cannot claim and that need no peers, on a real pegeld where it takes
// one: tools/bench builds and runs this.
//
//   pegel_goals [--quick] [--only NAME]… [--markdown FILE] [--json FILE]
//
// Each benchmark gives figures and says whether they meet their goals. Ends with 0 if all do.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/figure.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::ordered_json;

struct Benchmark {
  std::string name;
  std::function<std::vector<Figure>(bool is_quick)> run;
};

// The first ones fork, or measure the memory of their own process: before it grows.
const std::vector<Benchmark>& All() {
  static const auto* const all =
      new std::vector<Benchmark>{{"tables", TableFigures},  {"planner", PlannerFigures},
                                 {"rules", RuleFigures},    {"decide", DecideFigures},
                                 {"replay", ReplayFigures}, {"audit", AuditFigures},
                                 {"moves", MoveFigures},    {"boot", BootFigures},
                                 {"line", LineFigures},     {"growth", GrowthFigures},
                                 {"memory", MemoryFigures}, {"log", LogFigures},
                                 {"idle", IdleFigures},     {"watcher", StoppedWatcherFigures}};
  return *all;
}

Json ToJson(const Figure& figure) {
  return Json{{"name", figure.name},
              {"goal", figure.goal ? Json(*figure.goal) : Json()},
              {"figure", figure.figure},
              {"unit", figure.unit},
              {"met", figure.is_met()}};
}

// Three digits, or all before the point.
std::string Number(double number) {
  return absl::StrFormat("%.*f", number < 10 ? 2 : number < 100 ? 1 : 0, number);
}

std::string GoalOf(const Figure& figure) {
  if (!figure.goal) return "";
  return absl::StrCat(figure.is_at_most ? "≤ " : "≥ ", Number(*figure.goal), " ", figure.unit);
}

std::string VerdictOf(const Figure& figure) {
  if (!figure.goal) return "";
  return figure.is_met() ? "met" : "NOT MET";
}

struct Options {
  bool is_quick = false;
  std::vector<std::string> only;
  std::string markdown, json;
};

bool Read(const std::vector<std::string>& arguments, Options* options) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--quick") {
      options->is_quick = true;
      continue;
    }
    if (i + 1 == arguments.size()) return false;
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--only") {
      options->only.push_back(value);
    } else if (arguments[i] == "--markdown") {
      options->markdown = value;
    } else if (arguments[i] == "--json") {
      options->json = value;
    } else {
      return false;
    }
    ++i;
  }
  return true;
}

int Main(const std::vector<std::string>& arguments) {
  Options options;
  if (!Read(arguments, &options)) {
    std::fprintf(stderr,
                 "usage: pegel_goals [--quick] [--only NAME]... [--markdown FILE] [--json FILE]\n");
    return 2;
  }
  Json all = Json::array();
  std::string markdown = "| what | goal | figure | |\n| --- | --- | --- | --- |\n";
  bool are_met = true;
  for (const Benchmark& benchmark : All()) {
    const auto& only = options.only;
    if (!only.empty() && std::find(only.begin(), only.end(), benchmark.name) == only.end()) {
      continue;
    }
    for (const Figure& figure : benchmark.run(options.is_quick)) {
      std::printf("%-72s %10s %-12s %-22s %s\n", figure.name.c_str(), Number(figure.figure).c_str(),
                  figure.unit.c_str(), GoalOf(figure).c_str(), VerdictOf(figure).c_str());
      std::fflush(stdout);
      absl::StrAppend(&markdown, "| ", figure.name, " | ", GoalOf(figure), " | ",
                      Number(figure.figure), " ", figure.unit, " | ",
                      figure.is_met() ? VerdictOf(figure) : "**not met**", " |\n");
      all.push_back(ToJson(figure));
      are_met &= figure.is_met();
    }
  }
  if (!options.json.empty()) std::ofstream(options.json) << all.dump(2) << "\n";
  if (!options.markdown.empty()) std::ofstream(options.markdown) << markdown;
  return are_met ? 0 : 1;
}

}  // namespace
}  // namespace pegel::testing

int main(int argc, char** argv) {
  return pegel::testing::Main(std::vector<std::string>(argv + 1, argv + argc));
}

// How fast the rules answer at full size: authorize, and a listing that finds little in much.
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/bench/figure.h"
#include "tests/bench/maker.h"
#include "tests/bench/micro/work.h"

namespace pegel::testing {
namespace {

double SecondsOf(const std::string& name, int rounds) {
  for (const Work& work : AllWork()) {
    if (work.name != name) continue;
    const std::function<void()> run = work.prepare();
    run();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) run();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    return seconds.count() / rounds;
  }
  Fail("there is no work " + name);
}

}  // namespace

std::vector<Figure> RuleFigures(bool is_quick) {
  return {{"authorize, 100,000 entries, one core", 1e6,
           1 / SecondsOf("Authorize", is_quick ? 300'000 : 3'000'000), "decisions/s"},
          {"list_acl, 100 of 100,000 entries: loop time", 200,
           SecondsOf("Decide_ListAcl_100_of_100000", is_quick ? 300 : 3'000) * 1e6, "us", true}};
}

}  // namespace pegel::testing

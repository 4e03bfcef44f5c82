// pegel-sim: one simulated life, or many.
//
//   pegel-sim --seed S [--steps N] [--trace]   one life; the last line is the digest of its trace
//   pegel-sim --seed S --hunt N                lives from seed S on until a checker says no, at
//   most N
//   … --only CHECKER                           nobody else is listened to; one run of each seed
//   … --net                                    over net/ and the client library
//   … --disk                                   with RocksDB on a simulated disk as the log
//   pegel-sim --traces                         what builds are compared by (traces.h)
//
// Exit 0: no violation. 1: one, and its last line is how to see it again. 2: usage.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/sim/life.h"
#include "tests/sim/traces.h"

namespace pegel::sim {
namespace {

struct Arguments {
  Plan plan;
  uint64_t hunt = 0;
  bool is_good = true;
};

Arguments Read(int argc, char** argv) {
  Arguments arguments;
  bool has_seed = false;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    auto number = [&]() -> uint64_t {
      if (++i >= argc) return arguments.is_good = false, 0;
      return std::strtoull(argv[i], nullptr, 0);
    };
    if (flag == "--seed") {
      arguments.plan.seed = number(), has_seed = true;
    } else if (flag == "--steps") {
      arguments.plan.steps_max = number();
    } else if (flag == "--hunt") {
      arguments.hunt = number();
    } else if (flag == "--trace") {
      arguments.plan.keeps_lines = true;
    } else if (flag == "--only") {
      if (++i >= argc) return arguments.is_good = false, arguments;
      arguments.plan.only = argv[i];
    } else if (flag == "--net") {
      arguments.plan.over_net = true;
    } else if (flag == "--disk") {
      arguments.plan.on_disk = true;
    } else {
      arguments.is_good = false;
    }
  }
  arguments.is_good = arguments.is_good && has_seed;
  return arguments;
}

void Print(const Plan& plan, const Outlived& life) {
  if (plan.keeps_lines) std::fputs(std::string(Legend()).c_str(), stdout);
  for (const std::string& line : life.lines) std::printf("%s\n", line.c_str());
  for (const auto& [what, count] : life.counts) std::printf("%s=%" PRIu64 " ", what.c_str(), count);
  std::printf("\n");
  if (life.violation) {
    std::printf("violation: checker=%s seed=%" PRIu64 " step=%zu: %s\n",
                life.violation->checker.c_str(), plan.seed, life.hashes.size(),
                life.violation->what.c_str());
  }
  std::printf("seed %" PRIu64 " steps %zu trace %016" PRIx64 "\n", plan.seed, life.hashes.size(),
              life.hashes.empty() ? 0 : life.hashes.back());
}

int Hunt(Plan plan, uint64_t lives) {
  for (uint64_t n = 1; n <= lives; ++n, ++plan.seed) {
    Outlived life = LiveTwice(plan);
    if (!life.violation) continue;
    std::printf("caught: checker=%s seeds=%" PRIu64 " seed=%" PRIu64 ": %s\n",
                life.violation->checker.c_str(), n, plan.seed, life.violation->what.c_str());
    return 1;
  }
  std::printf("caught: nothing in %" PRIu64 " seeds\n", lives);
  return 0;
}

int PrintTraces() {
  for (const auto& traces : {EngineTraces(), DiskTraces(), NetTraces()}) {
    if (!traces.ok()) return std::fprintf(stderr, "%s\n", traces.status().ToString().c_str()), 1;
    std::printf("%s\n", traces->c_str());
  }
  return 0;
}

}  // namespace
}  // namespace pegel::sim

int main(int argc, char** argv) {
  using namespace pegel::sim;
  if (argc == 2 && std::strcmp(argv[1], "--traces") == 0) return PrintTraces();
  Arguments arguments = Read(argc, argv);
  if (!arguments.is_good) {
    std::fputs(
        "usage: pegel-sim [--net] [--disk] [--only CHECKER] --seed S [--steps N] [--trace]\n"
        "     | pegel-sim [--net] [--disk] [--only CHECKER] --seed S --hunt N\n"
        "     | pegel-sim --traces\n",
        stderr);
    return 2;
  }
  if (arguments.hunt > 0) return Hunt(arguments.plan, arguments.hunt);
  Outlived life = arguments.plan.keeps_lines ? Live(arguments.plan) : LiveTwice(arguments.plan);
  Print(arguments.plan, life);
  return life.violation ? 1 : 0;
}

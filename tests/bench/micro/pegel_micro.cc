// Every piece of work against the clock: pegel_micro --help has Google Benchmark's options.
#include <benchmark/benchmark.h>

#include "tests/bench/micro/work.h"

int main(int argc, char** argv) {
  for (const auto& work : pegel::testing::AllWork()) {
    benchmark::RegisterBenchmark(work.name.c_str(), [&work](benchmark::State& state) {
      std::function<void()> run = work.prepare();
      for (auto _ : state) run();
    });
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

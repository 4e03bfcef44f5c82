// Does pieces of work one after the other, for a profiler that counts: `pegel_work` lists the names
// and how often each is done, `pegel_work NAME…` does them. What is counted happens inside
// CountedWork (tools/instructions).
#include <cstdio>
#include <string>
#include <vector>

#include "tests/bench/micro/work.h"

extern "C" __attribute__((noinline)) void CountedWork(const std::function<void()>& work,
                                                      int repetitions) {
  for (int i = 0; i < repetitions; ++i) work();
  asm volatile("");  // So that it stays a function of its own.
}

namespace pegel::testing {
namespace {

const Work* Find(const std::string& name) {
  for (const Work& work : AllWork()) {
    if (work.name == name) return &work;
  }
  return nullptr;
}

int Main(const std::vector<std::string>& names) {
  if (names.empty()) {
    for (const Work& work : AllWork()) std::printf("%s %d\n", work.name.c_str(), work.repetitions);
  }
  for (const std::string& name : names) {
    const Work* work = Find(name);
    if (work == nullptr) {
      std::fprintf(stderr, "pegel_work: there is no work '%s'\n", name.c_str());
      return 2;
    }
    const std::function<void()> run = work->prepare();
    run();  // What is made at first use is made.
    CountedWork(run, work->repetitions);
  }
  return 0;
}

}  // namespace
}  // namespace pegel::testing

int main(int argc, char** argv) {
  return pegel::testing::Main(std::vector<std::string>(argv + 1, argv + argc));
}

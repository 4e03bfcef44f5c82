// The pieces of work that are ours, one by one: what a call, a replay, a plan is made of. Run by
// pegel_micro against the clock (Google Benchmark), and by pegel_work under callgrind, which counts
// instructions: those do not depend on how busy the machine is (tools/instructions).
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace pegel::testing {

struct Work {
  std::string name;     // Of the function or group of functions that it measures.
  int repetitions = 1;  // So many make a count that does not depend on the first one.
  // Builds what is worked on, and gives the work: one repetition a call.
  std::function<std::function<void()>()> prepare;
};

const std::vector<Work>& AllWork();

}  // namespace pegel::testing

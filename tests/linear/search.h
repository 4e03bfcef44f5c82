// Linearizability by search: is there one order of the operations on an object, in which each takes
// effect between its call and its return, that explains all that was read? Nothing is known of the
// order but that (Wing and Gong's search, with the states that failed remembered).
//
// The object is a register: a rule that is there or not, the value of a key. An operation on
// several objects is looked at object by object: whatever that finds is wrong, but it does not find
// everything. Pure; used by the simulator and by tests with real servers.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace pegel::linear {

// A moment in the order in which the observer saw calls and returns; no two are equal.
using Moment = uint64_t;
inline constexpr Moment kNever = std::numeric_limits<Moment>::max();

struct Operation {
  enum class Kind {
    kRead,
    kWrite,
    kChange,  // Makes something of what was there that the caller does not know.
  };
  Kind kind = Kind::kRead;
  std::string value;  // Read or written.
  Moment call = 0;
  Moment done = kNever;  // kNever: no answer, so it happened at any time since, or not at all.
  bool repeats = false;  // Without an answer, and it may have happened more than once.
};

struct Verdict {
  enum class Kind { kLinearizable, kNot, kGaveUp };
  Kind kind = Kind::kLinearizable;
  uint64_t steps = 0;
  std::string why;  // Unless it is linearizable.
};

// `steps_max`: where the search gives up, which is no verdict in anybody's favour.
Verdict Search(const std::vector<Operation>& operations, const std::string& initial,
               uint64_t steps_max = 1'000'000);

}  // namespace pegel::linear

// What a reducer returns: the outcome, and the facts that make it so.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/event.h"
#include "core/outcome.h"

namespace pegel {

// Invariant: a rejection has no events (checked by the fold).
struct Decision {
  Outcome outcome;
  std::vector<Event> events;
};

inline Decision Reject(ErrorCode code, std::string message) {
  return Decision{Error{code, std::move(message)}, {}};
}

}  // namespace pegel

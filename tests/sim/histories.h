// What clients of a simulated life ask: calls that collide, repeat and contradict each other.
#pragma once

#include "tests/sim/model/model.h"
#include "tests/support/random.h"

namespace pegel::sim {

// Everything but the request id. `rebalance`: the newest one; 0: none.
model::Ask RandomAsk(testing::Random& random, uint64_t rebalance);

// A server.yaml, as the Ask of the Boot that a start with it writes.
model::Ask RandomBoot(testing::Random& random, bool authorizer_enabled);

}  // namespace pegel::sim

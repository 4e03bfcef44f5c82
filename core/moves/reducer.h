// The reducers of rebalances: what users ask, and what the planner brings (rebalance.md 4, 6;
// decisions.md "Tags and rebalance"). A refused command changes nothing.
#pragma once

#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::moves {

// Needs WRITE on the cluster, as the three below. Refused while another one runs. The plan comes
// later, from whoever runs the planner (core/moves/driver.h says when).
Decision Decide(const World& world, const Moment& now, const StartRebalance& command);

// Refused for one that has ended. Completed moves stay; those under way are rolled back, or brought
// to their end when they are past it; meanwhile another rebalance may begin.
Decision Decide(const World& world, const Moment& now, const CancelRebalance& command);

// What is under way goes on to its end; nothing else starts until it is resumed.
Decision Decide(const World& world, const Moment& now, const PauseRebalance& command);
Decision Decide(const World& world, const Moment& now, const ResumeRebalance& command);

// These need DESCRIBE on the cluster.
Decision Decide(const World& world, const Moment& now, const ListRebalance& command);
Decision Decide(const World& world, const Moment& now, const ListRebalances& command);
Decision Decide(const World& world, const Moment& now, const PlanRebalance& command);

// Only from the server itself. Refused when the rebalance does not wait for this piece: the planner
// then has planned for nothing, and nothing is lost.
Decision Decide(const World& world, const Moment& now, const PlanChunk& command);
Decision Decide(const World& world, const Moment& now, const PlanReady& command);

void Evolve(World& world, const RebalanceCreated& event);
void Evolve(World& world, const PlanDrafted& event);
void Evolve(World& world, const PlanAdopted& event);
void Evolve(World& world, const PlanWanted& event);
void Evolve(World& world, const RebalancePaused& event);
void Evolve(World& world, const RebalanceFinished& event);
void Evolve(World& world, const MoveChanged& event);
void Evolve(World& world, const HomeChanged& event);

}  // namespace pegel::moves

// What travels between the server and the others of a life goes through the bytes that it has on
// the wire: written as the server or the client library writes it, read as the other one does.
#pragma once

#include <variant>
#include <vector>

#include "core/cluster/tasks.h"
#include "core/command.h"
#include "core/error.h"
#include "tests/sim/sim_server.h"

namespace pegel::sim {

WatchBatch OverTheWire(const WatchBatch& batch);
std::vector<cluster::Task> OverTheWire(const std::vector<cluster::Task>& tasks,
                                       cluster::ServerId to);
// Error: what the server says of a report that is malformed.
std::variant<ReplicaReport, Error> OverTheWire(const ReplicaReport& report);

}  // namespace pegel::sim

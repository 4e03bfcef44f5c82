// What is true of every ClusterState, whatever happened. Tests ask after each record.
#pragma once

#include <string>

#include "core/cluster/state.h"

namespace pegel::cluster {

// The first thing that is not as it must be, with its place; empty: all is well. Looks at every
// bucket and recounts every index.
std::string BrokenInvariant(const ClusterState& cluster);

}  // namespace pegel::cluster

// The cluster part of the World: every known server.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "core/cluster/model.h"

namespace pegel::cluster {

// A value; owned by the World. Not thread-safe, as everything in the World.
struct ClusterState {
  absl::btree_map<ServerId, Server> servers;

  const Server* Find(ServerId id) const;  // Null: unknown.

  // The servers of a rack by id; none: no server has it.
  std::vector<ServerId> OfRack(absl::string_view rack) const;

  bool operator==(const ClusterState&) const = default;
};

}  // namespace pegel::cluster

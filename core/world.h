// All reducer state. Two equal logs fold to two equal Worlds, byte for byte in canonical form.
//
// Owned by one fold (the engine's, a replay's); changed only by Evolve through core/fold.h.
// Containers are ordered, because iteration order is part of the canonical encoding and of every
// listing.
#pragma once

#include <cstdint>
#include <string>

#include "core/acl/authorize.h"
#include "core/acl/state.h"
#include "core/cluster/state.h"
#include "core/config/state.h"
#include "core/ids.h"
#include "core/moves/state.h"
#include "core/requests.h"

namespace pegel {

// Made, copied and destroyed in world.cc alone: a hundred sources hold one, and the code for all of
// its containers was most of what each of them compiled to.
struct World {
  World();
  World(const World&);
  World(World&&) noexcept;
  World& operator=(const World&);
  World& operator=(World&&) noexcept;
  ~World();
  bool operator==(const World&) const;

  Lsn lsn;                 // Of the last applied record; 0: none yet.
  UnixNanos time;          // Of the last applied record.
  uint32_t behaviour = 0;  // Reducer rules in force; 0 until the first Boot.
  std::string cluster_id;  // Chosen at record 1, never changed.
  config::ConfigState configs;
  acl::Security security;  // Derived from the static configs by Evolve(Booted).
  acl::AclState acls;
  cluster::ClusterState cluster;
  moves::MovesState moves;
  AnsweredRequests requests;
};

}  // namespace pegel

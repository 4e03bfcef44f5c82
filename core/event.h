// Every event: one fact that became true. Decide returns them, Evolve applies them and cannot fail.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "core/acl/model.h"
#include "core/cluster/model.h"
#include "core/command.h"
#include "core/config/value.h"
#include "core/ids.h"

namespace pegel {

struct Booted {
  Boot boot;
};

struct AclAdded {
  acl::Entry entry;
};

struct AclDropped {
  acl::Entry entry;
};

struct ConfigSet {
  std::string key;
  std::optional<config::Value> value;  // Unset: an explicit null.
};

struct ConfigReset {
  std::string key;
};

// Same value, new seal.
struct ConfigResealed {
  std::string key;
  bool is_static = false;
  config::Value value;
};

// Live from now on, under this epoch and no other.
struct ServerRegistered {
  cluster::ServerId id;
  std::string rack;
  std::string address;
  Lsn epoch;
  UnixNanos since;
};

// No longer live; still known.
struct ServerDied {
  cluster::ServerId id;
  Lsn epoch;
  UnixNanos since;
};

struct ServerUnregistered {
  cluster::ServerId id;
};

struct ServerTagged {
  cluster::ServerId id;
  cluster::ServerTag tag = cluster::ServerTag::kPermanentOffline;
};

struct ServerUntagged {
  cluster::ServerId id;
  cluster::ServerTag tag = cluster::ServerTag::kPermanentOffline;  // Which it had.
};

using Event =
    std::variant<Booted, AclAdded, AclDropped, ConfigSet, ConfigReset, ConfigResealed,
                 ServerRegistered, ServerDied, ServerUnregistered, ServerTagged, ServerUntagged>;

}  // namespace pegel

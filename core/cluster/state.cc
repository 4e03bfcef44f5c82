#include "core/cluster/state.h"

namespace pegel::cluster {

const Server* ClusterState::Find(ServerId id) const {
  auto it = servers.find(id);
  return it == servers.end() ? nullptr : &it->second;
}

std::vector<ServerId> ClusterState::OfRack(absl::string_view rack) const {
  std::vector<ServerId> ids;
  for (const auto& [id, server] : servers) {
    if (server.rack == rack) ids.push_back(id);
  }
  return ids;
}

}  // namespace pegel::cluster

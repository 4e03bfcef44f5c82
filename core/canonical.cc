#include "core/canonical.h"

#include "core/sha256.h"

namespace pegel {
namespace {

// IMPORTANT: hashed into stored records; kinds are never renumbered, fields only appended under a
// new kind.
enum class EventKind : uint16_t {
  kBooted = 1,
  kAclAdded = 10,
  kAclDropped = 11,
  kConfigSet = 20,
  kConfigReset = 21,
  kConfigResealed = 22,
  kServerRegistered = 30,
  kServerDied = 31,
  kServerUnregistered = 32,
  kServerTagged = 33,
  kServerUntagged = 34,
};
enum class OutcomeKind : uint16_t {
  kRejected = 0,
  kDone = 1,
  kAclEntries = 10,
  kConfigEntries = 20,
  kServerRows = 30,
  kServerTagRows = 31,
};
constexpr uint32_t kWorldFormat = 1;

class Encoder {
 public:
  template <typename T>
  void Number(T number) {
    auto bits = static_cast<uint64_t>(number);
    for (size_t i = sizeof(T); i-- > 0;) out_.push_back(static_cast<char>(bits >> (8 * i)));
  }
  void Put(const std::string& text) {
    Number(static_cast<uint32_t>(text.size()));
    out_.append(text);
  }
  template <size_t N>
  void Put(const std::array<uint8_t, N>& bytes) {
    out_.append(bytes.begin(), bytes.end());
  }
  void Put(const Principal& principal) {
    Put(principal.type);
    Put(principal.name);
  }
  void Put(const acl::Resource& resource) {
    Put(resource.database);
    Put(resource.table);
  }
  void Put(const acl::Host& host) {
    Number(static_cast<uint8_t>(host.is_any));
    Put(host.address);
    Number(host.prefix_bits);
  }
  void Put(acl::Operation operation) { Number(operation); }
  void Put(acl::Permission permission) { Number(permission); }
  template <typename T>
  void Put(const std::optional<T>& value) {
    Number(static_cast<uint8_t>(value.has_value()));
    if (value.has_value()) Put(*value);
  }
  void Put(const acl::Entry& entry) {
    Put(entry.resource);
    Put(entry.principal);
    Put(entry.host);
    Put(entry.operation);
    Put(entry.permission);
  }
  void Put(const acl::Filter& filter) {
    Put(filter.resource);
    Put(filter.principal);
    Put(filter.host);
    Put(filter.operation);
    Put(filter.permission);
  }
  template <typename T>
  void Put(const std::vector<T>& list) {
    Number(static_cast<uint32_t>(list.size()));
    for (const T& element : list) Put(element);
  }
  template <typename T>
  void Put(const std::map<std::string, T>& by_key) {
    Number(static_cast<uint32_t>(by_key.size()));
    for (const auto& [key, value] : by_key) {
      Put(key);
      Put(value);
    }
  }
  void Put(Lsn lsn) { Number(lsn.value); }
  void Put(const config::Sealed& sealed) {
    Put(sealed.key_id);
    Put(sealed.box);
  }
  void Put(const config::SealedEntry& entry) {
    Put(entry.name);
    Put(entry.value);
  }
  void Put(const config::SealedMap& map) { Put(map.entries); }
  void Put(const config::Value& value) {
    Number(static_cast<uint8_t>(value.index()));
    std::visit([&](const auto& form) { Put(form); }, value);
  }
  void Put(const config::Change& change) {
    Number(change.op);
    Put(change.key);
    Put(change.value);
  }
  void Put(const config::StaticEntry& entry) {
    Put(entry.value);
    Put(entry.changed);
  }
  void Put(const config::DynamicEntry& entry) {
    Put(entry.value);
    Put(entry.changed);
  }
  void Put(const config::ConfigState& configs) {
    Put(configs.statics);
    Put(configs.dynamics);
    Put(configs.resets);
  }
  void Put(const Boot& boot) {
    Put(boot.cluster_id);
    Number(boot.behaviour);
    Put(boot.static_configs);
  }
  void Put(const AddAcl& command) { Put(command.entry); }
  void Put(const DropAcl& command) { Put(command.filter); }
  void Put(const ListAcl& command) { Put(command.filter); }
  void Put(const AlterConfigs& command) { Put(command.changes); }
  void Put(const GetConfigs& command) { Put(command.keys); }
  void Put(const ResealSecrets& command) {
    Put(command.statics);
    Put(command.dynamics);
  }
  void Put(cluster::ServerId id) { Number(id.value); }
  void Put(cluster::ServerTag tag) { Number(tag); }
  void Put(const cluster::Rack& rack) { Put(rack.name); }
  void Put(const cluster::Selector& selector) {
    Number(static_cast<uint8_t>(selector.index()));
    std::visit([&](const auto& form) { Put(form); }, selector);
  }
  void Put(const cluster::Server& server) {
    Put(server.id);
    Put(server.rack);
    Put(server.address);
    Put(server.epoch);
    Number(static_cast<uint8_t>(server.is_live));
    Number(server.since.value);
    Put(server.tag);
  }
  void Put(const RegisterServer& command) {
    Put(command.id);
    Put(command.rack);
    Put(command.address);
  }
  void Put(const ServerLost& command) {
    Put(command.id);
    Put(command.epoch);
  }
  void Put(const UnregisterServer& command) { Put(command.id); }
  void Put(const AddServerTag& command) {
    Put(command.selectors);
    Put(command.tag);
  }
  void Put(const RemoveServerTag& command) {
    Put(command.selectors);
    Put(command.tag);
  }
  void Put(const ListServers&) {}
  void Put(const ListServerTags&) {}
  void Put(const Command& command) {
    Number(KindOf(command));
    std::visit([&](const auto& c) { Put(c); }, command);
  }
  void Put(const Booted& event) {
    Number(EventKind::kBooted);
    Put(event.boot);
  }
  void Put(const AclAdded& event) {
    Number(EventKind::kAclAdded);
    Put(event.entry);
  }
  void Put(const AclDropped& event) {
    Number(EventKind::kAclDropped);
    Put(event.entry);
  }
  void Put(const ConfigSet& event) {
    Number(EventKind::kConfigSet);
    Put(event.key);
    Put(event.value);
  }
  void Put(const ConfigReset& event) {
    Number(EventKind::kConfigReset);
    Put(event.key);
  }
  void Put(const ConfigResealed& event) {
    Number(EventKind::kConfigResealed);
    Put(event.key);
    Number(static_cast<uint8_t>(event.is_static));
    Put(event.value);
  }
  void Put(const ServerRegistered& event) {
    Number(EventKind::kServerRegistered);
    Put(event.id);
    Put(event.rack);
    Put(event.address);
    Put(event.epoch);
    Number(event.since.value);
  }
  void Put(const ServerDied& event) {
    Number(EventKind::kServerDied);
    Put(event.id);
    Put(event.epoch);
    Number(event.since.value);
  }
  void Put(const ServerUnregistered& event) {
    Number(EventKind::kServerUnregistered);
    Put(event.id);
  }
  void Put(const ServerTagged& event) {
    Number(EventKind::kServerTagged);
    Put(event.id);
    Put(event.tag);
  }
  void Put(const ServerUntagged& event) {
    Number(EventKind::kServerUntagged);
    Put(event.id);
    Put(event.tag);
  }
  void Put(const Error& error) {
    Number(OutcomeKind::kRejected);
    Number(error.code);
    Put(error.message);
  }
  void Put(const Done&) { Number(OutcomeKind::kDone); }
  void Put(const AclEntries& listed) {
    Number(OutcomeKind::kAclEntries);
    Put(listed.entries);
  }
  void Put(const ConfigEntry& entry) {
    Put(entry.key);
    Put(entry.value);
    Number(entry.source);
  }
  void Put(const ConfigEntries& listed) {
    Number(OutcomeKind::kConfigEntries);
    Put(listed.entries);
  }
  void Put(const ServerRows& listed) {
    Number(OutcomeKind::kServerRows);
    Put(listed.servers);
  }
  void Put(const ServerTagRow& row) {
    Put(row.id);
    Put(row.tag);
  }
  void Put(const ServerTagRows& listed) {
    Number(OutcomeKind::kServerTagRows);
    Put(listed.tags);
  }
  void Put(const Result& result) {
    std::visit([&](const auto& r) { Put(r); }, result);
  }
  void Put(const Outcome& outcome) {
    std::visit([&](const auto& o) { Put(o); }, outcome);
  }
  void Put(const Decision& decision) {
    Put(decision.outcome);
    Number(static_cast<uint32_t>(decision.events.size()));
    for (const Event& event : decision.events) {
      std::visit([&](const auto& e) { Put(e); }, event);
    }
  }
  void Put(const acl::AclState& acls) {
    Number(static_cast<uint32_t>(acls.size()));
    acls.ForEach([&](const acl::Entry& entry) { Put(entry); });
  }
  void Put(const cluster::ClusterState& cluster) {
    Number(static_cast<uint32_t>(cluster.servers.size()));
    for (const auto& [id, server] : cluster.servers) Put(server);
  }
  void Put(const AnsweredRequests& requests) {
    Number(static_cast<uint32_t>(requests.size()));
    requests.ForEach([&](const RequestKey& key, const Answer& answer) {
      Put(key.principal);
      Number(key.id.high);
      Number(key.id.low);
      Number(answer.lsn.value);
      Number(answer.time.value);
      Put(answer.fingerprint);
      Put(answer.outcome);
    });
  }
  // World::security is derived from the static configs and has no bytes of its own.
  void Put(const World& world) {
    Number(kWorldFormat);
    Number(world.lsn.value);
    Number(world.time.value);
    Number(world.behaviour);
    Put(world.cluster_id);
    Put(world.configs);
    Put(world.acls);
    Put(world.cluster);
    Put(world.requests);
  }

  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

template <typename T>
std::string EncodeValue(const T& value) {
  Encoder encoder;
  encoder.Put(value);
  return encoder.Take();
}

}  // namespace

std::string Encode(const World& world) { return EncodeValue(world); }
std::string Encode(const Command& command) { return EncodeValue(command); }
std::string Encode(const Decision& decision) { return EncodeValue(decision); }

Hash256 Digest(const World& world) { return Sha256(Encode(world)); }

}  // namespace pegel

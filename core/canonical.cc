#include "core/canonical.h"

#include "core/sha256.h"

namespace pegel {
namespace {

// IMPORTANT: hashed into stored records; kinds are never renumbered, fields only appended under a
// new kind.
enum class EventKind : uint16_t { kBooted = 1, kAclAdded = 10, kAclDropped = 11 };
enum class OutcomeKind : uint16_t { kRejected = 0, kDone = 1, kAclEntries = 10 };
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
  void Put(const std::map<std::string, std::string>& texts) {
    Number(static_cast<uint32_t>(texts.size()));
    for (const auto& [key, value] : texts) {
      Put(key);
      Put(value);
    }
  }
  void Put(const Boot& boot) {
    Put(boot.cluster_id);
    Number(boot.behaviour);
    Put(boot.static_configs);
  }
  void Put(const AddAcl& command) { Put(command.entry); }
  void Put(const DropAcl& command) { Put(command.filter); }
  void Put(const ListAcl& command) { Put(command.filter); }
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
  void Put(const Error& error) {
    Number(OutcomeKind::kRejected);
    Number(error.code);
    Put(error.message);
  }
  void Put(const Done&) { Number(OutcomeKind::kDone); }
  void Put(const AclEntries& listed) {
    Number(OutcomeKind::kAclEntries);
    Number(static_cast<uint32_t>(listed.entries.size()));
    for (const acl::Entry& entry : listed.entries) Put(entry);
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
  // World::security is derived from static_configs and has no bytes of its own.
  void Put(const World& world) {
    Number(kWorldFormat);
    Number(world.lsn.value);
    Number(world.time.value);
    Number(world.behaviour);
    Put(world.cluster_id);
    Put(world.static_configs);
    Put(world.acls);
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

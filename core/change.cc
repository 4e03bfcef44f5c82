#include "core/change.h"

#include <string>

namespace pegel {
namespace {

// Nodes, pointers and short strings around the text of an event.
constexpr size_t kAround = 128;

size_t TextBytes(const config::Sealed& sealed) { return sealed.key_id.size() + sealed.box.size(); }

struct MeasureValue {
  size_t operator()(const std::string& text) const { return text.size(); }
  size_t operator()(const config::Sealed& sealed) const { return TextBytes(sealed); }
  size_t operator()(const config::SealedMap& map) const {
    size_t bytes = 0;
    for (const config::SealedEntry& entry : map.entries) {
      bytes += kAround + entry.name.size() + TextBytes(entry.value);
    }
    return bytes;
  }
};

size_t BytesOf(const config::Value& value) { return std::visit(MeasureValue{}, value); }

struct Measure {
  size_t operator()(const Booted& event) const {
    size_t bytes = event.boot.cluster_id.size();
    for (const auto& [key, value] : event.boot.static_configs) {
      bytes += kAround + key.size() + BytesOf(value);
    }
    return bytes;
  }
  size_t operator()(const AclAdded& event) const { return Of(event.entry); }
  size_t operator()(const AclDropped& event) const { return Of(event.entry); }

  size_t operator()(const ConfigSet& event) const {
    return event.key.size() + (event.value ? BytesOf(*event.value) : 0);
  }
  size_t operator()(const ConfigReset& event) const { return event.key.size(); }
  size_t operator()(const ConfigResealed& event) const {
    return event.key.size() + BytesOf(event.value);
  }

  size_t Of(const acl::Entry& entry) const {
    return entry.resource.database.size() + entry.resource.table.size() +
           entry.principal.type.size() + entry.principal.name.size();
  }
};

}  // namespace

size_t BytesOf(const Event& event) {
  return sizeof(Event) + kAround + std::visit(Measure{}, event);
}

size_t BytesOf(const ChangeSet& change) {
  size_t bytes = sizeof(ChangeSet) + kAround + change.moment.author.principal.name.size() +
                 change.moment.author.host.size();
  for (const Event& event : change.events) bytes += BytesOf(event);
  return bytes;
}

}  // namespace pegel

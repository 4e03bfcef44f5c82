// Every command: what somebody asked, after parsing, typed and self-contained.
//
// A command's number names it for ever, in the log and in every tool; add new ones at the end of a
// family and never reuse one. How to add a procedure: core/README.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/acl/model.h"
#include "core/config/command.h"
#include "core/config/value.h"

namespace pegel {

// What the server was started with. Logged when it differs from what the World holds, so that
// replay knows the super users and whether authorization was on. Written by the server itself,
// always record 1.
struct Boot {
  std::string cluster_id;
  uint32_t behaviour = 0;  // Reducer rules to use; a new log starts with kBehaviourNewest.
  std::map<std::string, config::Value> static_configs;  // server.yaml, secrets sealed.
  bool operator==(const Boot&) const = default;
};

struct AddAcl {
  acl::Entry entry;
  bool operator==(const AddAcl&) const = default;
};

struct DropAcl {
  acl::Filter filter;
  bool operator==(const DropAcl&) const = default;
};

struct ListAcl {
  acl::Filter filter;
  bool operator==(const ListAcl&) const = default;
};

// Set, reset, append and subtract: all steps in order, or none.
struct AlterConfigs {
  std::vector<config::Change> changes;
  bool operator==(const AlterConfigs&) const = default;
};

struct GetConfigs {
  std::vector<std::string> keys;  // None: every key that is set.
  bool operator==(const GetConfigs&) const = default;
};

// The same secrets under another key: the server opens each seal and seals it again. Changes no
// value, only the seals; every seal that the World holds must be replaced, and by one of its own
// shape.
struct ResealSecrets {
  std::map<std::string, config::Value> statics;
  std::map<std::string, config::Value> dynamics;
  bool operator==(const ResealSecrets&) const = default;
};

using Command =
    std::variant<Boot, AddAcl, DropAcl, ListAcl, AlterConfigs, GetConfigs, ResealSecrets>;

// IMPORTANT: stored; never renumber.
enum class CommandKind : uint16_t {
  kBoot = 1,
  kAddAcl = 10,
  kDropAcl = 11,
  kListAcl = 12,
  kAlterConfigs = 20,
  kGetConfigs = 21,
  kResealSecrets = 22,
};

CommandKind KindOf(const Command& command);
absl::string_view ToText(CommandKind kind);  // `boot`, `add_acl`, …

// About how much memory it takes; for bounds, so the last byte does not matter.
size_t BytesOf(const Command& command);

// A read changes nothing: it may be answered without a record, and its request id is not
// remembered.
bool IsRead(const Command& command);

}  // namespace pegel

// Every command: what somebody asked, after parsing, typed and self-contained.
//
// A command's number names it for ever, in the log and in every tool; add new ones at the end of a
// family and never reuse one. How to add a procedure: core/README.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "core/acl/model.h"

namespace pegel {

// What the server was started with. Logged when it differs from what the World holds, so that
// replay knows the super users and whether authorization was on. Written by the server itself,
// always record 1.
struct Boot {
  std::string cluster_id;
  uint32_t behaviour = 0;  // Reducer rules to use; a new log starts with kBehaviourNewest.
  std::map<std::string, std::string> static_configs;
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

using Command = std::variant<Boot, AddAcl, DropAcl, ListAcl>;

// IMPORTANT: stored; never renumber.
enum class CommandKind : uint16_t { kBoot = 1, kAddAcl = 10, kDropAcl = 11, kListAcl = 12 };

CommandKind KindOf(const Command& command);
absl::string_view ToText(CommandKind kind);  // `boot`, `add_acl`, …

// A read changes nothing: it may be answered without a record, and its request id is not
// remembered.
bool IsRead(const Command& command);

}  // namespace pegel

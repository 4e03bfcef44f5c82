// The nouns of access control: resource, operation, host, entry, filter.
//
// An Entry is a stored fact ("ALLOW User:Bob to WRITE table my_db.t from 10.0.0.0/8"); a Filter
// selects entries for drop and list. Only a Filter can say ANY, so a wildcard meant for filtering
// cannot be stored by construction. Text forms are in core/acl/text.h.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "core/principal.h"

namespace pegel::acl {

// IMPORTANT: the numbers of the two enums are stored; they never change.
enum class Permission : uint8_t { kAllow = 1, kDeny = 2 };

enum class Operation : uint8_t {
  kAll = 1,
  kRead = 2,
  kWrite = 3,
  kCreate = 4,
  kDelete = 5,
  kAlter = 6,
  kDescribe = 7,
  kClusterAction = 8,
  kIdempotentWrite = 9,
};
inline constexpr Operation kLastOperation = Operation::kIdempotentWrite;

// What is protected. Both names empty: the cluster; table empty: a database; else a table.
// In an entry, "*" as a name stands for every database or every table: database "*" covers all
// databases and their tables, table "*" of database "d" covers the tables of d.
struct Resource {
  std::string database;
  std::string table;
  auto operator<=>(const Resource&) const = default;
};

// From where: `*`, or an address block. IPv4 is kept as IPv4-mapped IPv6, so 10.0.0.0/8 has
// prefix_bits 104, and a single address has 128. Bits behind the prefix are zero.
struct Host {
  bool is_any = true;
  std::array<uint8_t, 16> address{};
  uint8_t prefix_bits = 0;
  auto operator<=>(const Host&) const = default;
};

// One stored rule. Two entries with equal fields are the same entry.
struct Entry {
  Resource resource;
  Principal principal;
  Host host;
  Operation operation = Operation::kAll;
  Permission permission = Permission::kAllow;
  auto operator<=>(const Entry&) const = default;
};

// Selects entries: an unset field selects all, a set field must be equal. Wildcards stored in an
// entry are literals here: a filter for resource `*` selects only entries on `*`.
struct Filter {
  std::optional<Resource> resource;
  std::optional<Principal> principal;
  std::optional<Host> host;
  std::optional<Operation> operation;
  std::optional<Permission> permission;
  bool operator==(const Filter&) const = default;
};

bool Selects(const Filter& filter, const Entry& entry);

}  // namespace pegel::acl

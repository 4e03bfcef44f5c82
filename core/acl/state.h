// The ACL part of the World: all entries, kept in the order that listings and snapshots use.
//
// Grouped by resource, then principal, because authorization asks for exactly those two (at most
// seven resources times three principals a decision, core/acl/authorize.h). An index by principal
// answers "what may Bob do?" without looking at what everybody else may.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "core/acl/model.h"

namespace pegel::acl {

// What an entry says besides resource and principal.
struct Rule {
  Host host;
  Operation operation = Operation::kAll;
  Permission permission = Permission::kAllow;
  auto operator<=>(const Rule&) const = default;
};

// A value; owned by the World. Not thread-safe, as everything in the World.
class AclState {
 public:
  using Rules = absl::btree_set<Rule>;
  using ByPrincipal = absl::btree_map<Principal, Rules>;

  bool Contains(const Entry& entry) const;
  bool Add(const Entry& entry);     // False: it was there.
  bool Remove(const Entry& entry);  // False: it was not there.
  size_t size() const { return size_; }

  // The rules on exactly this resource, or null.
  const ByPrincipal* Find(const Resource& resource) const;

  // Every entry that `filter` selects, in order.
  std::vector<Entry> Select(const Filter& filter) const;

  // Every resource that has an entry and that `filter`'s resource part selects, in order.
  std::vector<Resource> SelectResources(const Filter& filter) const;

  // Every entry, in order.
  void ForEach(absl::FunctionRef<void(const Entry&)> visit) const;

  bool operator==(const AclState&) const = default;

 private:
  void Unindex(const Entry& entry);

  absl::btree_map<Resource, ByPrincipal> by_resource_;
  // On which resources a principal has entries; derived.
  absl::btree_map<Principal, absl::btree_set<Resource>> resources_of_;
  size_t size_ = 0;
};

}  // namespace pegel::acl

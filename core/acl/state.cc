#include "core/acl/state.h"

namespace pegel::acl {
namespace {

Rule RuleOf(const Entry& entry) { return Rule{entry.host, entry.operation, entry.permission}; }

void SelectRules(const Filter& filter, Entry entry, const AclState::Rules& rules,
                 std::vector<Entry>* selected) {
  for (const Rule& rule : rules) {
    entry.host = rule.host;
    entry.operation = rule.operation;
    entry.permission = rule.permission;
    if (Selects(filter, entry)) selected->push_back(entry);
  }
}

void SelectPrincipals(const Filter& filter, const Resource& resource,
                      const AclState::ByPrincipal& by_principal, std::vector<Entry>* selected) {
  auto add = [&](const Principal& principal, const AclState::Rules& rules) {
    SelectRules(filter, Entry{.resource = resource, .principal = principal, .host = {}}, rules,
                selected);
  };
  if (!filter.principal.has_value()) {
    for (const auto& [principal, rules] : by_principal) add(principal, rules);
  } else if (auto it = by_principal.find(*filter.principal); it != by_principal.end()) {
    add(it->first, it->second);
  }
}

}  // namespace

const AclState::ByPrincipal* AclState::Find(const Resource& resource) const {
  auto it = by_resource_.find(resource);
  return it == by_resource_.end() ? nullptr : &it->second;
}

bool AclState::Contains(const Entry& entry) const {
  const ByPrincipal* by_principal = Find(entry.resource);
  if (by_principal == nullptr) return false;
  auto it = by_principal->find(entry.principal);
  return it != by_principal->end() && it->second.contains(RuleOf(entry));
}

bool AclState::Add(const Entry& entry) {
  Rules& rules = by_resource_[entry.resource][entry.principal];
  if (rules.empty()) resources_of_[entry.principal].insert(entry.resource);
  bool is_new = rules.insert(RuleOf(entry)).second;
  size_ += is_new;
  return is_new;
}

bool AclState::Remove(const Entry& entry) {
  auto resource = by_resource_.find(entry.resource);
  if (resource == by_resource_.end()) return false;
  auto principal = resource->second.find(entry.principal);
  if (principal == resource->second.end()) return false;
  if (principal->second.erase(RuleOf(entry)) == 0) return false;
  // No empty branches: equal entry sets must be equal states.
  if (principal->second.empty()) {
    resource->second.erase(principal);
    Unindex(entry);
  }
  if (resource->second.empty()) by_resource_.erase(resource);
  --size_;
  return true;
}

void AclState::Unindex(const Entry& entry) {
  auto it = resources_of_.find(entry.principal);
  it->second.erase(entry.resource);
  if (it->second.empty()) resources_of_.erase(it);
}

std::vector<Entry> AclState::Select(const Filter& filter) const {
  std::vector<Entry> selected;
  if (filter.resource.has_value()) {
    if (const ByPrincipal* by_principal = Find(*filter.resource)) {
      SelectPrincipals(filter, *filter.resource, *by_principal, &selected);
    }
  } else if (filter.principal.has_value()) {
    auto it = resources_of_.find(*filter.principal);
    if (it == resources_of_.end()) return selected;
    for (const Resource& resource : it->second) {
      SelectPrincipals(filter, resource, *Find(resource), &selected);
    }
  } else {
    for (const auto& [resource, by_principal] : by_resource_) {
      SelectPrincipals(filter, resource, by_principal, &selected);
    }
  }
  return selected;
}

std::vector<Resource> AclState::SelectResources(const Filter& filter) const {
  std::vector<Resource> selected;
  if (!filter.resource.has_value()) {
    for (const auto& [resource, by_principal] : by_resource_) selected.push_back(resource);
  } else if (Find(*filter.resource) != nullptr) {
    selected.push_back(*filter.resource);
  }
  return selected;
}

void AclState::ForEach(absl::FunctionRef<void(const Entry&)> visit) const {
  for (const Entry& entry : Select(Filter{})) visit(entry);
}

}  // namespace pegel::acl

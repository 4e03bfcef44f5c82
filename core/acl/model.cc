#include "core/acl/model.h"

namespace pegel::acl {
namespace {

template <typename T>
bool Agrees(const std::optional<T>& wanted, const T& found) {
  return !wanted.has_value() || *wanted == found;
}

}  // namespace

bool Selects(const Filter& filter, const Entry& entry) {
  return Agrees(filter.resource, entry.resource) && Agrees(filter.principal, entry.principal) &&
         Agrees(filter.host, entry.host) && Agrees(filter.operation, entry.operation) &&
         Agrees(filter.permission, entry.permission);
}

}  // namespace pegel::acl

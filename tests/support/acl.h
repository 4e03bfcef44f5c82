// Domain words for tests: entries, filters and authors from their text forms.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <string>

#include "core/acl/text.h"
#include "core/command.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::acl {

// How GoogleTest shows an entry.
inline void PrintTo(const Entry& entry, std::ostream* out) { *out << ToText(entry); }

}  // namespace pegel::acl

namespace pegel::testing {

// The value, or the end of the test program with the parser's message.
template <typename T>
T Must(absl::StatusOr<T> parsed) {
  if (!parsed.ok()) {
    std::fprintf(stderr, "test data: %s\n", parsed.status().ToString().c_str());
    std::abort();
  }
  return *std::move(parsed);
}

inline acl::Entry EntryOf(absl::string_view permission, absl::string_view principal,
                          absl::string_view operation, absl::string_view resource,
                          absl::string_view host = "*") {
  return acl::Entry{Must(acl::ParseResource(resource)), Must(ParsePrincipal(principal)),
                    Must(acl::ParseHost(host)), Must(acl::ParseOperation(operation)),
                    Must(acl::ParsePermission(permission))};
}

inline Author AuthorOf(absl::string_view principal, absl::string_view host = "127.0.0.1") {
  return Author{Must(ParsePrincipal(principal)), std::string(host)};
}

// A filter that selects exactly `entry`.
inline acl::Filter FilterOf(const acl::Entry& entry) {
  return acl::Filter{entry.resource, entry.principal, entry.host, entry.operation,
                     entry.permission};
}

inline Boot BootOf(bool authorizer_enabled, const std::string& super_users = "User:root") {
  return Boot{"test-cluster",
              1,
              {{"authorizer.enabled", authorizer_enabled ? "true" : "false"},
               {"super.users", super_users}}};
}

}  // namespace pegel::testing

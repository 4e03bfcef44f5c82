// `host:port`, the form of every address that people type.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel::net {

struct HostPort {
  std::string host;  // A name or an address; an IPv6 address without its brackets.
  uint16_t port = 0;
};

// Reads `127.0.0.1:7345`, `localhost:7345`, `[::1]:7345`. Error kInvalidArgument: what was found
// and what is expected.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

std::string ToText(const HostPort& address);

}  // namespace pegel::net

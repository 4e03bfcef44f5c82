// Who calls: the one place that decides it.
//
// Everything behind net/ believes the Author that it is given, so nothing else may make one up.
// There is no authentication yet: everyone is `User:ANONYMOUS`, and Server::Listen takes loopback
// addresses only. When callers authenticate, the answer comes from here still.
#pragma once

#include "absl/strings/string_view.h"
#include "core/principal.h"

namespace pegel::net {

// The author of all calls of a connection from `peer_ip`, an IPv4 or IPv6 address as text.
Author CallerFrom(absl::string_view peer_ip);

}  // namespace pegel::net

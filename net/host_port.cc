#include "net/host_port.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace pegel::net {
namespace {

absl::Status BadAddress(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("Address '", text,
                   "' is not host:port, for example 127.0.0.1:7345, localhost:7345 or "
                   "[::1]:7345."));
}

bool IsIpv6(absl::string_view host) { return host.find(':') != absl::string_view::npos; }

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return BadAddress(text);
  absl::string_view host = text.substr(0, colon);
  bool has_brackets = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  uint32_t port = 0;
  bool is_port = absl::SimpleAtoi(text.substr(colon + 1), &port) && port <= UINT16_MAX;
  if (host.empty() || !is_port || IsIpv6(host) != has_brackets) return BadAddress(text);
  return HostPort{std::string(host), static_cast<uint16_t>(port)};
}

std::string ToText(const HostPort& address) {
  return IsIpv6(address.host) ? absl::StrCat("[", address.host, "]:", address.port)
                              : absl::StrCat(address.host, ":", address.port);
}

}  // namespace pegel::net

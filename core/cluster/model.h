// The nouns of the cluster: tablet servers, their tags, and how a call names servers.
//
// A server is known from its first registration until it is unregistered; in between it is live or
// dead. Nothing here knows about leases: who holds them says in the log when one is lost.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/ids.h"

namespace pegel::cluster {

// Chosen by whoever runs the server; at least 0.
struct ServerId {
  int32_t value = 0;
  auto operator<=>(const ServerId&) const = default;
};

// IMPORTANT: the numbers are stored, and Fluss's; they never change.
enum class ServerTag : uint8_t { kPermanentOffline = 0, kTemporaryOffline = 1 };
inline constexpr ServerTag kLastServerTag = ServerTag::kTemporaryOffline;

struct Server {
  ServerId id;
  std::string rack;     // Empty: none was given.
  std::string address;  // `host:port`, where clients reach it.
  // Lsn of the registration in force. A message that names another one comes from a process that
  // has lost its place (a fenced one).
  Lsn epoch;
  bool is_live = false;
  UnixNanos since;  // Of the registration when live, else of the loss.
  std::optional<ServerTag> tag;
  bool operator==(const Server&) const = default;
};

// Every known server of a rack, dead ones too.
struct Rack {
  std::string name;  // Not empty.
  auto operator<=>(const Rack&) const = default;
};

using Selector = std::variant<ServerId, Rack>;

}  // namespace pegel::cluster

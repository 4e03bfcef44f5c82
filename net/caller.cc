#include "net/caller.h"

#include <string>

namespace pegel::net {

Author CallerFrom(absl::string_view peer_ip) {
  return Author{Principal{"User", "ANONYMOUS"}, std::string(peer_ip)};
}

}  // namespace pegel::net

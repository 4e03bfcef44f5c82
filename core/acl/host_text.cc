// Hosts: addresses and blocks ↔ text. Own code, because the core takes nothing from the operating
// system.
#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/acl/text.h"

namespace pegel::acl {
namespace {

using Address = std::array<uint8_t, 16>;

constexpr int kIpv4PrefixBits = 96;  // ::ffff:0:0/96 holds IPv4.

bool IsDecimal(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A number from 0 to `max` without sign, blanks or leading zeros ("010" is octal to some readers).
bool ParseSmall(absl::string_view text, uint32_t max, uint32_t* value) {
  if (!IsDecimal(text) || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return false;
  return absl::SimpleAtoi(text, value) && *value <= max;
}

bool ParseIpv4(absl::string_view text, uint8_t* bytes) {
  std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() != 4) return false;
  for (int i = 0; i < 4; ++i) {
    uint32_t value;
    if (!ParseSmall(parts[i], 255, &value)) return false;
    bytes[i] = static_cast<uint8_t>(value);
  }
  return true;
}

bool ParseGroup(absl::string_view text, std::vector<uint8_t>* bytes) {
  if (text.empty() || text.size() > 4) return false;
  uint32_t value = 0;
  if (!absl::SimpleHexAtoi(text, &value)) return false;
  if (text.find_first_not_of("0123456789abcdefABCDEF") != absl::string_view::npos) return false;
  bytes->push_back(static_cast<uint8_t>(value >> 8));
  bytes->push_back(static_cast<uint8_t>(value));
  return true;
}

// The groups of one side of "::"; the last one of the whole address may be dotted IPv4.
bool ParseGroups(absl::string_view text, bool may_end_in_ipv4, std::vector<uint8_t>* bytes) {
  if (text.empty()) return true;
  std::vector<absl::string_view> groups = absl::StrSplit(text, ':');
  for (size_t i = 0; i < groups.size(); ++i) {
    uint8_t ipv4[4];
    if (may_end_in_ipv4 && i + 1 == groups.size() && ParseIpv4(groups[i], ipv4)) {
      bytes->insert(bytes->end(), ipv4, ipv4 + 4);
    } else if (!ParseGroup(groups[i], bytes)) {
      return false;
    }
  }
  return true;
}

bool ParseIpv6(absl::string_view text, Address* address) {
  size_t gap = text.find("::");
  bool has_gap = gap != absl::string_view::npos;
  if (has_gap && text.find("::", gap + 1) != absl::string_view::npos) return false;
  std::vector<uint8_t> head, tail;
  if (!ParseGroups(text.substr(0, gap), !has_gap, &head)) return false;
  if (has_gap && !ParseGroups(text.substr(gap + 2), true, &tail)) return false;
  size_t size = head.size() + tail.size();
  if (has_gap ? size > 14 : size != 16) return false;
  address->fill(0);
  std::copy(head.begin(), head.end(), address->begin());
  std::copy(tail.begin(), tail.end(), address->end() - static_cast<std::ptrdiff_t>(tail.size()));
  return true;
}

bool IsIpv4Mapped(const Address& address) {
  return std::all_of(address.begin(), address.begin() + 10, [](uint8_t b) { return b == 0; }) &&
         address[10] == 0xFF && address[11] == 0xFF;
}

bool HasBitsBehind(const Address& address, int prefix_bits) {
  for (int bit = prefix_bits; bit < 128; ++bit) {
    if (address[bit / 8] >> (7 - bit % 8) & 1) return true;
  }
  return false;
}

void ClearBitsBehind(Address& address, int prefix_bits) {
  for (int bit = prefix_bits; bit < 128; ++bit) {
    address[bit / 8] &= static_cast<uint8_t>(~(1 << (7 - bit % 8)));
  }
}

std::string Ipv4Text(const Address& a) {
  return absl::StrCat(a[12], ".", a[13], ".", a[14], ".", a[15]);
}

// RFC 5952: lower case, no leading zeros, the longest run of at least two zero groups (the first of
// equal ones) as "::".
std::string Ipv6Text(const Address& a) {
  std::array<int, 8> groups;
  for (int i = 0; i < 8; ++i) groups[i] = a[2 * i] << 8 | a[2 * i + 1];
  int best = -1, best_size = 1;
  for (int i = 0; i < 8; ++i) {
    int end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > best_size) best = i, best_size = end - i;
  }
  auto join = [&](int from, int until) {
    return absl::StrJoin(groups.begin() + from, groups.begin() + until, ":",
                         [](std::string* out, int g) { absl::StrAppend(out, absl::Hex(g)); });
  };
  if (best < 0) return join(0, 8);
  return absl::StrCat(join(0, best), "::", join(best + best_size, 8));
}

absl::Status Malformed(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      "host must be '*', an IP address or a block like '10.0.0.0/8', found '", text, "'", why));
}

}  // namespace

absl::StatusOr<Host> ParseHost(absl::string_view text) {
  if (text == "*") return Host{};
  size_t slash = text.find('/');
  absl::string_view address_text = text.substr(0, slash);
  Host host{.is_any = false, .address = {}, .prefix_bits = 128};
  bool is_ipv4 = ParseIpv4(address_text, host.address.data() + 12);
  if (is_ipv4) {
    host.address[10] = host.address[11] = 0xFF;
  } else if (!ParseIpv6(address_text, &host.address)) {
    return Malformed(text, "");
  }
  if (slash == absl::string_view::npos) return host;
  uint32_t bits, bits_max = is_ipv4 ? 32 : 128;
  if (!ParseSmall(text.substr(slash + 1), bits_max, &bits)) {
    return Malformed(text, absl::StrCat(": behind '/' stands a number from 0 to ", bits_max));
  }
  host.prefix_bits = static_cast<uint8_t>(is_ipv4 ? kIpv4PrefixBits + bits : bits);
  if (HasBitsBehind(host.address, host.prefix_bits)) {
    ClearBitsBehind(host.address, host.prefix_bits);
    return Malformed(
        text, absl::StrCat(": bits behind the prefix are set; the block is '", ToText(host), "'"));
  }
  return host;
}

std::string ToText(const Host& host) {
  if (host.is_any) return "*";
  bool is_ipv4 = host.prefix_bits >= kIpv4PrefixBits && IsIpv4Mapped(host.address);
  std::string address = is_ipv4 ? Ipv4Text(host.address) : Ipv6Text(host.address);
  if (host.prefix_bits == 128) return address;
  return absl::StrCat(address, "/", host.prefix_bits - (is_ipv4 ? kIpv4PrefixBits : 0));
}

}  // namespace pegel::acl

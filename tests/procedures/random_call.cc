#include "tests/procedures/random_call.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/blanks.h"
#include "core/config/registry.h"
#include "core/limits.h"

namespace pegel::procedures {
namespace {

using testing::Random;

// Letters that stand anywhere in a name, those that trip readers of SQL above all. The longest has
// four bytes.
const std::vector<std::string>& NameLetters() {
  static const auto& kLetters = *new std::vector<std::string>{
      "a", "Z",  "0", "_", "-", "$", "(",  ")", ",",      "=",     ">", "<",
      "/", "\\", "@", "#", "%", "&", "+",  "!", "?",      "[",     "]", "{",
      "}", "|",  "~", "^", "ä", "ß", "表", "😀", "\u2028", "\u00A0"};
  return kLetters;
}

const std::vector<std::string>& PrincipalLetters() {
  static const auto& kLetters = *new std::vector<std::string>{
      "a", "Q", "7", "'", "''", "`", " ", "--", "/*", "*/", "=>", ".", "*", ")", "NULL", "ö", "😀"};
  return kLetters;
}

std::string Letters(Random& random, const std::vector<std::string>& letters) {
  size_t bytes_max = random.OneIn(50) ? kNameBytesMax : 1 + random.Below(12);
  std::string text;
  while (text.size() + 4 <= bytes_max) text += random.Of(letters);
  return text.empty() ? "x" : text;
}

std::string ResourcePiece(Random& random) {
  if (random.OneIn(8)) return random.Of<std::string>({"*", "ANY", "cluster", "CLUSTER", "ALL"});
  return Letters(random, NameLetters());
}

acl::Resource RandomResource(Random& random) {
  acl::Resource resource;
  if (random.OneIn(8)) return resource;
  resource.database = ResourcePiece(random);
  if (random.OneIn(2)) resource.table = ResourcePiece(random);
  return resource;
}

std::string PrincipalPiece(Random& random) {
  if (random.OneIn(8)) return random.Of<std::string>({"User", "ANY", "ALL", "Group"});
  std::string piece = Letters(random, PrincipalLetters());
  if (piece.front() == ' ') piece.front() = 'f';
  if (piece.back() == ' ') piece.back() = 'l';
  return piece;
}

Principal RandomPrincipal(Random& random) {
  if (random.OneIn(8)) return Principal{"*", "*"};
  Principal principal{PrincipalPiece(random), random.OneIn(8) ? "*" : PrincipalPiece(random)};
  if (principal.type == "*") principal.name = "*";
  return principal;
}

// An address block with the bits behind its prefix cleared; one half IPv4.
acl::Host RandomHost(Random& random) {
  if (random.OneIn(4)) return acl::Host{};
  acl::Host host{.is_any = false, .address = {}, .prefix_bits = 128};
  for (uint8_t& byte : host.address) byte = random.OneIn(2) ? 0 : random.Below(256);
  bool is_ipv4 = random.OneIn(2);
  for (size_t i = 0; is_ipv4 && i < 12; ++i) host.address[i] = i < 10 ? 0 : 0xFF;
  size_t free_bits = is_ipv4 ? 32 : 128;
  if (random.OneIn(2)) host.prefix_bits = static_cast<uint8_t>(128 - random.Below(free_bits + 1));
  for (size_t bit = host.prefix_bits; bit < 128; ++bit) {
    host.address[bit / 8] &= static_cast<uint8_t>(~(0x80 >> bit % 8));
  }
  return host;
}

acl::Entry RandomEntry(Random& random) {
  return acl::Entry{
      .resource = RandomResource(random),
      .principal = RandomPrincipal(random),
      .host = RandomHost(random),
      .operation = static_cast<acl::Operation>(1 + random.Below(size_t(acl::kLastOperation))),
      .permission = random.OneIn(2) ? acl::Permission::kAllow : acl::Permission::kDeny};
}

acl::Filter RandomFilter(Random& random) {
  acl::Entry entry = RandomEntry(random);
  acl::Filter filter{entry.resource, entry.principal, entry.host, entry.operation,
                     entry.permission};
  if (random.OneIn(4)) filter.resource.reset();
  if (random.OneIn(4)) filter.principal.reset();
  if (random.OneIn(4)) filter.host.reset();
  if (random.OneIn(4)) filter.operation.reset();
  if (random.OneIn(4)) filter.permission.reset();
  return filter;
}

const std::vector<std::string>& ConfigLetters() {
  static const auto& kLetters = *new std::vector<std::string>{
      "a", "Z", "0",  ".",  "-",  "_",  "'",    "''", "\"", "`",  " ", "\t",   "\n",   "\r\n", "\\",
      ";", ":", "--", "/*", "*/", "=>", "NULL", ",",  ")",  "${", "}", "\001", "\177", "ß",    "😀"};
  return kLetters;
}

// No blanks stand around it: they would not come back.
std::string ConfigKey(Random& random) {
  if (random.OneIn(2)) {
    return random.Of<std::string>({"datalake.format", "kv.snapshot.interval", "remote.data.dirs"});
  }
  std::string key;
  while (key.empty() || config::IsSecret(key)) {
    key = std::string(config::StripBlanks(Letters(random, ConfigLetters())));
  }
  return key;
}

size_t ListSize(Random& random) { return random.OneIn(50) ? 30 : 1 + random.Below(4); }

AlterConfigs RandomAlter(Random& random) {
  const auto op = static_cast<config::Op>(random.Below(4));
  AlterConfigs alter;
  for (size_t size = ListSize(random); size > 0; --size) {
    config::Change change{op, ConfigKey(random), std::nullopt};
    bool is_null = op == config::Op::kDelete || (op == config::Op::kSet && random.OneIn(8));
    if (!is_null) change.value = random.OneIn(8) ? "" : Letters(random, ConfigLetters());
    alter.changes.push_back(std::move(change));
  }
  return alter;
}

GetConfigs RandomGet(Random& random) {
  GetConfigs get;
  if (random.OneIn(4)) return get;
  for (size_t size = ListSize(random); size > 0; --size) get.keys.push_back(ConfigKey(random));
  return get;
}

// No name of a rack stands twice, and no id.
std::vector<cluster::Selector> RandomSelectors(Random& random) {
  std::vector<cluster::Selector> selectors;
  auto first = static_cast<int32_t>(random.Below(1000));
  for (size_t size = ListSize(random), i = 0; i < size; ++i) {
    if (random.OneIn(3)) {
      selectors.push_back(cluster::Rack{random.Of<std::string>({"a", "ä b", "rack:x", "0", "😀"}) +
                                        std::to_string(i)});
    } else {
      selectors.push_back(cluster::ServerId{first + static_cast<int32_t>(i)});
    }
  }
  return selectors;
}

Command RandomServerCall(Random& random) {
  auto tag = static_cast<cluster::ServerTag>(random.Below(2));
  switch (random.Below(4)) {
    case 0:
      return ListServers{};
    case 1:
      return ListServerTags{};
    case 2:
      return AddServerTag{RandomSelectors(random), tag};
    default:
      return RemoveServerTag{RandomSelectors(random), tag};
  }
}

}  // namespace

Command RandomCall(Random& random) {
  if (random.OneIn(6)) return RandomServerCall(random);
  switch (random.Below(6)) {
    case 0:
      return AddAcl{RandomEntry(random)};
    case 1:
      return DropAcl{RandomFilter(random)};
    case 2:
      return ListAcl{RandomFilter(random)};
    case 3:
      return GetConfigs{RandomGet(random)};
    default:
      return RandomAlter(random);
  }
}

}  // namespace pegel::procedures

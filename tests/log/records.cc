#include "tests/log/records.h"

#include <tuple>

#include "absl/strings/str_cat.h"
#include "core/sha256.h"
#include "tests/support/acl.h"

namespace pegel::testing {
namespace {

std::string AnyText(Random& random) {
  static const std::vector<std::string> kPieces = {
      "a", "User", "*", "é", "日本", "\U0001F41F", " ", "\n", ";", "\"", std::string(1, '\0')};
  std::string text;
  for (uint64_t n = random.OneIn(20) ? random.Below(400) : random.Below(8); n > 0; --n) {
    text += random.Of(kPieces);
  }
  return text;
}

Hash256 AnyHash(Random& random) { return Sha256(absl::StrCat(random.Below(1 << 30))); }

Principal AnyPrincipal(Random& random) { return Principal{AnyText(random), AnyText(random)}; }

acl::Resource AnyResource(Random& random) { return {AnyText(random), AnyText(random)}; }

acl::Host AnyHost(Random& random) {
  if (random.OneIn(3)) return acl::Host{};
  acl::Host host{false, {}, static_cast<uint8_t>(random.Below(129))};
  for (int bit = 0; bit < host.prefix_bits; ++bit) {
    if (random.OneIn(2)) host.address[bit / 8] |= 0x80 >> bit % 8;
  }
  return host;
}

acl::Operation AnyOperation(Random& random) {
  return static_cast<acl::Operation>(1 + random.Below(9));
}

acl::Permission AnyPermission(Random& random) {
  return static_cast<acl::Permission>(1 + random.Below(2));
}

acl::Entry AnyEntry(Random& random) {
  acl::Resource resource = AnyResource(random);
  Principal principal = AnyPrincipal(random);
  acl::Host host = AnyHost(random);
  acl::Operation operation = AnyOperation(random);
  return acl::Entry{resource, principal, host, operation, AnyPermission(random)};
}

acl::Filter AnyFilter(Random& random) {
  acl::Filter filter;
  if (random.OneIn(2)) filter.resource = AnyResource(random);
  if (random.OneIn(2)) filter.principal = AnyPrincipal(random);
  if (random.OneIn(2)) filter.host = AnyHost(random);
  if (random.OneIn(2)) filter.operation = AnyOperation(random);
  if (random.OneIn(2)) filter.permission = AnyPermission(random);
  return filter;
}

config::Sealed AnySealed(Random& random) {
  config::Sealed sealed;
  for (int i = 0; i < 16; ++i) sealed.key_id.push_back("0123456789abcdef"[random.Below(16)]);
  for (uint64_t n = 28 + random.Below(30); n > 0; --n) {
    sealed.box.push_back(static_cast<char>(random.Below(256)));
  }
  return sealed;
}

config::SealedMap AnySealedMap(Random& random) {
  config::SealedMap map;
  for (uint64_t n = random.Below(4); n > 0; --n) {
    std::string name = absl::StrCat(AnyText(random), n);  // Ends in its number: none is twice.
    map.entries.push_back({name, AnySealed(random)});
  }
  return map;
}

config::Value AnySeal(Random& random) {
  if (random.OneIn(2)) return AnySealed(random);
  return AnySealedMap(random);
}

config::Value AnyValue(Random& random) {
  if (random.OneIn(3)) return AnySeal(random);
  return AnyText(random);
}

std::string AnyKey(Random& random) { return "k" + AnyText(random); }

Boot AnyBoot(Random& random) {
  std::string cluster_id = AnyText(random);
  Boot boot{cluster_id, static_cast<uint32_t>(random.Below(uint64_t{1} << 32)), {}};
  for (uint64_t n = random.Below(6); n > 0; --n) {
    std::string key = AnyKey(random);
    boot.static_configs[key] = AnyValue(random);
  }
  return boot;
}

AlterConfigs AnyAlteration(Random& random) {
  AlterConfigs alter;
  for (uint64_t n = random.Below(5); n > 0; --n) {
    config::Change change{static_cast<config::Op>(random.Below(4)), AnyKey(random), {}};
    if (change.op != config::Op::kDelete && !random.OneIn(4)) change.value = AnyValue(random);
    alter.changes.push_back(change);
  }
  return alter;
}

GetConfigs AnyGet(Random& random) {
  GetConfigs get;
  for (uint64_t n = random.Below(4); n > 0; --n) get.keys.push_back(AnyKey(random));
  return get;
}

ResealSecrets AnyReseal(Random& random) {
  ResealSecrets reseal;
  for (auto* seals : {&reseal.statics, &reseal.dynamics}) {
    for (uint64_t n = random.Below(4); n > 0; --n) {
      std::string key = AnyKey(random);
      (*seals)[key] = AnySeal(random);
    }
  }
  return reseal;
}

cluster::ServerId AnyServer(Random& random) {
  return {static_cast<int32_t>(random.Below(random.OneIn(2) ? 4 : uint64_t{1} << 31))};
}

template <typename Tagging>
Tagging AnyTagging(Random& random) {
  Tagging tagging;
  for (uint64_t n = random.OneIn(20) ? 200 : random.Below(5); n > 0; --n) {
    if (random.OneIn(3)) {
      tagging.selectors.push_back(cluster::Rack{"r" + AnyText(random)});
    } else {
      tagging.selectors.push_back(AnyServer(random));
    }
  }
  tagging.tag = static_cast<cluster::ServerTag>(random.Below(2));
  return tagging;
}

Command AnyServerCommand(Random& random) {
  cluster::ServerId id = AnyServer(random);
  std::string rack = AnyText(random);
  switch (random.Below(7)) {
    case 0:
      return RegisterServer{id, rack, AnyText(random)};
    case 1:
      return ServerLost{id, Lsn{1 + random.Below(~uint64_t{0})}};
    case 2:
      return UnregisterServer{id};
    case 3:
      return AnyTagging<AddServerTag>(random);
    case 4:
      return AnyTagging<RemoveServerTag>(random);
    case 5:
      return ListServers{};
    default:
      return ListServerTags{};
  }
}

Command AnyCommand(Random& random) {
  if (random.OneIn(3)) return AnyServerCommand(random);
  switch (random.Below(7)) {
    case 0:
      return AnyBoot(random);
    case 1:
      return AddAcl{AnyEntry(random)};
    case 2:
      return DropAcl{AnyFilter(random)};
    case 3:
      return AnyAlteration(random);
    case 4:
      return AnyGet(random);
    case 5:
      return AnyReseal(random);
    default:
      return ListAcl{AnyFilter(random)};
  }
}

auto Tie(const Record& record) {
  return std::tie(record.moment.lsn, record.moment.time, record.moment.author, record.request_id,
                  record.command, record.effect);
}

}  // namespace

Record AnyRecord(Random& random, Lsn lsn) {
  Record record;
  record.moment.lsn = lsn;
  record.moment.time = UnixNanos{static_cast<int64_t>(random.Below(~uint64_t{0}))};
  record.moment.author.principal = AnyPrincipal(random);
  record.moment.author.host = AnyText(random);
  if (random.OneIn(2)) record.request_id = RequestId{random.Below(~uint64_t{0}), random.Below(9)};
  record.command = AnyCommand(random);
  record.effect = AnyHash(random);
  return record;
}

Record PlainRecord(Lsn lsn) {
  std::string principal = absl::StrCat("User:u", lsn.value);
  AddAcl command{EntryOf("ALLOW", principal, "READ", "my_db.my_table", "10.0.0.0/8")};
  Moment moment{lsn, UnixNanos{1'700'000'000'000'000'000 + static_cast<int64_t>(lsn.value)},
                AuthorOf("User:root")};
  return Record{moment, RequestId{1, lsn.value}, command, Sha256(principal)};
}

std::vector<Record> PlainRecords(Lsn first, uint64_t count) {
  std::vector<Record> records;
  for (uint64_t i = 0; i < count; ++i) records.push_back(PlainRecord(Lsn{first.value + i}));
  return records;
}

bool Same(const Record& a, const Record& b) { return Tie(a) == Tie(b); }

}  // namespace pegel::testing

// Random histories: calls that collide, repeat and contradict each other, from a small set of
// names.
#pragma once

#include "tests/support/acl.h"
#include "tests/support/configs.h"
#include "tests/support/random.h"

namespace pegel::testing {

struct HistoryCall {
  Author author;
  RequestId request_id;
  Command command;
};

inline acl::Entry RandomEntry(Random& random) {
  static const std::vector<std::string> kResources = {"cluster", "d", "d.t", "e", "e.*", "*"};
  static const std::vector<std::string> kPrincipals = {"User:a", "User:b", "User:*", "ALL"};
  static const std::vector<std::string> kHosts = {"*", "10.0.0.1", "10.0.0.0/8", "::1"};
  static const std::vector<std::string> kOperations = {"ALL", "READ", "WRITE", "DESCRIBE"};
  // One choice a line: compilers differ in the order in which they evaluate arguments.
  const char* permission = random.OneIn(4) ? "DENY" : "ALLOW";
  const std::string& principal = random.Of(kPrincipals);
  const std::string& operation = random.Of(kOperations);
  const std::string& resource = random.Of(kResources);
  return EntryOf(permission, principal, operation, resource, random.Of(kHosts));
}

inline acl::Filter RandomFilter(Random& random) {
  acl::Filter filter = FilterOf(RandomEntry(random));
  if (random.OneIn(2)) filter.resource.reset();
  if (random.OneIn(2)) filter.principal.reset();
  if (random.OneIn(2)) filter.host.reset();
  if (random.OneIn(2)) filter.operation.reset();
  if (random.OneIn(2)) filter.permission.reset();
  return filter;
}

// Good and bad values, so that rules between keys are broken now and then.
inline config::Change RandomChange(Random& random) {
  static const std::vector<std::pair<std::string, std::string>> kPairs = {
      {"datalake.format", "paimon"},          {"datalake.format", "iceberg"},
      {"datalake.enabled", "true"},           {"datalake.paimon.warehouse", "/w"},
      {"kv.snapshot.interval", "5 min"},      {"kv.snapshot.interval", "0 ms"},
      {"remote.data.dirs", "s3://a"},         {"remote.data.dirs", "s3://b"},
      {"remote.data.dirs.weights", "1"},      {"server.data-disk.write-limit-ratio", "0.9"},
      {"zookeeper.address", "host:2181"},     {"server.data-disk.write-recover-ratio", "0.86"},
      {"security.sasl.plain.credentials", ""}};
  static const std::vector<std::string> kUsers = {"root", "guest", "bad user"};
  const auto& [key, text] = random.Of(kPairs);
  auto op = static_cast<config::Op>(random.Below(4));
  if (op == config::Op::kDelete) return ResetOf(key);
  if (op == config::Op::kSet && random.OneIn(4)) return SetToNull(key);
  if (!text.empty()) return {op, key, config::Value(text)};
  const std::string& user = random.Of(kUsers);
  return {op, key, config::Value(SealedUsers({user}, random.OneIn(2) ? 'x' : 'y'))};
}

inline Command RandomConfigCommand(Random& random) {
  switch (random.Below(8)) {
    case 0:
      return random.OneIn(2) ? GetConfigs{} : GetConfigs{{RandomChange(random).key}};
    case 1:
      return ResealSecrets{{}, {{"security.sasl.plain.credentials", SealedUsers({"root"}, 'z')}}};
    default: {
      AlterConfigs alter;
      for (uint64_t n = 1 + random.Below(2); n > 0; --n) {
        alter.changes.push_back(RandomChange(random));
      }
      return alter;
    }
  }
}

inline Command RandomCommand(Random& random) {
  switch (random.Below(12)) {
    case 8:
    case 9:
    case 10:
    case 11:
      return RandomConfigCommand(random);
    case 0:
      return DropAcl{RandomFilter(random)};
    case 1:
      return ListAcl{RandomFilter(random)};
    case 2: {
      bool authorizer_enabled = random.OneIn(2);
      return BootOf(authorizer_enabled, random.OneIn(2) ? "User:root" : "User:root;User:a");
    }
    default:
      return AddAcl{RandomEntry(random)};
  }
}

// Call number `n` of a history; number 0 boots it.
inline HistoryCall RandomCall(Random& random, uint64_t n) {
  static const std::vector<std::string> kAuthors = {"User:root", "User:a", "User:b"};
  if (n == 0) return HistoryCall{AuthorOf("System:pegeld", ""), {}, BootOf(true)};
  HistoryCall call{AuthorOf(random.Of(kAuthors), "10.0.0.1"), {}, RandomCommand(random)};
  if (random.OneIn(2)) call.request_id = RequestId{1, n};
  return call;
}

}  // namespace pegel::testing

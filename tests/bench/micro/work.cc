#include "tests/bench/micro/work.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/acl/authorize.h"
#include "core/canonical.h"
#include "core/check.h"
#include "core/fold.h"
#include "core/rebalance/planner.h"
#include "core/sha256.h"
#include "log/group.h"
#include "log/record_codec.h"
#include "procedures/call_parser.h"
#include "procedures/catalogue.h"
#include "replay/folder.h"
#include "tests/support/acl.h"
#include "tests/support/random.h"

namespace pegel::testing {
namespace {

constexpr int kEntries = 100'000, kPrincipals = 1'000, kTablesOfDatabase = 100;
constexpr char kCall[] =
    "CALL sys.add_acl(resource => 'cluster.my_database.my_table', permission => 'ALLOW', "
    "principal => 'User:Bob', operation => 'WRITE', host => '192.168.1.100')";

// Keeps the compiler from leaving out what nobody looks at.
template <typename T>
void Use(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

acl::Entry EntryAt(int i) {
  return EntryOf("ALLOW", absl::StrCat("User:u", i % kPrincipals), "READ",
                 absl::StrCat("db", i / kTablesOfDatabase, ".t", i % kTablesOfDatabase));
}

// One Pegel with `entries` ACL entries, enforced. How they came there does not matter, so that no
// records are made for them.
struct History {
  explicit History(int entries) {
    first = Do(BootOf(true));
    for (int i = 0; i < entries; ++i) world.acls.Add(EntryAt(i));
  }

  Record Next(Command command) {
    const uint64_t lsn = world.lsn.value + 1;
    return {{Lsn{lsn}, UnixNanos{static_cast<int64_t>(lsn)}, AuthorOf("User:root")},
            RequestId{lsn * 0x9E3779B97F4A7C15, lsn},
            std::move(command)};
  }
  Record Do(Command command) {
    Record record = Next(std::move(command));
    record.effect = Apply(world, record.moment, record.request_id, record.command).effect;
    return record;
  }

  World world;
  Record first;
};

// Shared by all work that only reads it.
const History& Large() {
  static const auto* const history = new History(kEntries);
  return *history;
}

std::string BytesOf(const Record& record) {
  std::string bytes;
  log::EncodeRecord(record, Hash256{}, &bytes);
  return bytes;
}

std::function<void()> EncodingRecords() {
  Record record = History(0).Do(AddAcl{EntryAt(1)});
  return [record] { Use(BytesOf(record)); };
}

std::function<void()> DecodingRecords() {
  std::string bytes = BytesOf(History(0).Do(AddAcl{EntryAt(1)}));
  return [bytes] { Use(log::DecodeRecord(bytes)); };
}

std::function<void()> HashingRecords() {
  std::string bytes = BytesOf(History(0).Do(AddAcl{EntryAt(1)}));
  return [bytes] { Use(log::ChainHash(bytes)); };
}

std::function<void()> Deciding() {
  const World& world = Large().world;
  Moment now{Next(world.lsn), world.time, AuthorOf("User:root")};
  Command command = AddAcl{EntryAt(kEntries - 1)};
  return [&world, now, command] { Use(Decide(world, now, command)); };
}

// Decide, Evolve, the effect's hash, and remembering the request: an entry is added and dropped.
std::function<void()> Applying() {
  auto history = std::make_shared<History>(10'000);
  acl::Entry entry = EntryAt(10'001);
  return [history, entry] {
    history->Do(AddAcl{entry});
    history->Do(DropAcl{FilterOf(entry)});
  };
}

std::function<void()> Authorizing() {
  const World& world = Large().world;
  auto requests = std::make_shared<std::vector<acl::Request>>();
  Random random(1);
  for (int i = 0; i < 1'000; ++i) {
    const acl::Entry entry = EntryAt(static_cast<int>(random.Below(kEntries)));
    requests->push_back({entry.principal, std::nullopt, acl::Operation::kRead, entry.resource});
  }
  auto next = std::make_shared<size_t>(0);
  return [&world, requests, next] {
    const acl::Request& request = (*requests)[(*next)++ % requests->size()];
    Use(acl::Authorize(world.security, world.acls, request));
  };
}

// 100 of 100,000 entries are of this principal.
std::function<void()> Listing() {
  const World& world = Large().world;
  Moment now{Next(world.lsn), world.time, AuthorOf("User:root")};
  Command command = ListAcl{{.principal = Principal{"User", "u7"}}};
  return [&world, now, command] { Use(Decide(world, now, command)); };
}

// 1,000 entries, and as many requests remembered.
std::function<void()> EncodingWorlds() {
  auto history = std::make_shared<History>(0);
  for (int i = 0; i < 1'000; ++i) history->Do(AddAcl{EntryAt(i)});
  return [history] { Use(Encode(history->world)); };
}

// 64 records with every hash verified, as at a start and in the second fold. A hundred groups in
// turn, then from the beginning again.
struct Replay {
  Replay() {
    History history(0);
    fold.AddGroup({history.first});
    start = fold;
    for (int g = 0; g < 100; ++g) {
      std::vector<Record> records;
      for (int i = 0; i < 64; ++i) records.push_back(history.Do(AddAcl{EntryAt(g * 64 + i)}));
      groups.push_back(fold.Pack(records));
      fold.Add(groups.back());
    }
    fold = start;
  }

  struct Fold {
    log::Group Pack(const std::vector<Record>& records) const {
      std::vector<Hash256> chains;
      return log::PackGroup(records, folder.head(), &chains);
    }
    void Add(const log::Group& group) {
      absl::Status status = folder.AddGroup(group.first, group.bytes,
                                            [](const Record&, const Applied&, const Hash256&) {});
      PEGEL_CHECK(status.ok(), std::string(status.message()));
    }
    void AddGroup(const std::vector<Record>& records) { Add(Pack(records)); }
    replay::Folder folder;
  };

  void AddNext() {
    if (next == groups.size()) {
      fold = start;
      next = 0;
    }
    fold.Add(groups[next++]);
  }

  Fold start, fold;
  std::vector<log::Group> groups;
  size_t next = 0;
};

std::function<void()> Replaying() {
  auto replay = std::make_shared<Replay>();
  return [replay] { replay->AddNext(); };
}

std::function<void()> ParsingCalls() {
  return [] {
    auto parsed = procedures::ParseStatement(kCall);
    const auto& statement = std::get<procedures::Statement>(parsed);
    Use(procedures::MakeCommand(std::get<procedures::CallStatement>(statement)));
  };
}

// 1,000 buckets at random on 20 servers of 5 racks, and 5 that joined empty.
std::function<void()> Planning() {
  Random random(7);
  auto cluster = std::make_shared<rebalance::Cluster>();
  for (int s = 0; s < 25; ++s) {
    cluster->servers.push_back({.id = {s}, .rack = absl::StrCat("rack-", s % 5)});
  }
  for (int b = 0; b < 1'000; ++b) {
    const auto first = static_cast<int32_t>(random.Below(20));
    const std::vector<rebalance::Replica> replicas = {
        {{first}, true}, {{(first + 1) % 20}, true}, {{(first + 2) % 20}, true}};
    cluster->Add({.key = {{b / 64}, cluster::kNoPartition, b % 64}, .leader = {first}, .bytes = 1},
                 replicas);
  }
  return [cluster] {
    using rebalance::Goal;
    Use(MakePlan(*cluster, {.goals = {Goal::kRackAware, Goal::kReplicaDistribution,
                                      Goal::kLeaderDistribution}}));
  };
}

}  // namespace

const std::vector<Work>& AllWork() {
  static const auto* const all = new std::vector<Work>{
      {"EncodeRecord", 200, EncodingRecords},
      {"DecodeRecord", 200, DecodingRecords},
      {"ChainHash", 200, HashingRecords},
      {"Decide_AddAcl", 200, Deciding},
      {"Apply_AddAcl_DropAcl", 200, Applying},
      {"Authorize", 200, Authorizing},
      {"Decide_ListAcl_100_of_100000", 3, Listing},
      {"Encode_World_1000", 10, EncodingWorlds},
      {"Replay_64", 10, Replaying},
      {"ParseStatement_MakeCommand", 200, ParsingCalls},
      {"MakePlan_1000", 1, Planning},
  };
  return *all;
}

}  // namespace pegel::testing

#include "net/wire.h"

#include <capnp/message.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/acl/text.h"
#include "tests/net/lines.h"

namespace pegel::net {
namespace {

Hash256 SomeHash(uint8_t first) {
  Hash256 hash;
  for (size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<uint8_t>(first + i);
  return hash;
}

TEST(Wire, RequestIdsComeBack) {
  for (RequestId id : {RequestId{}, RequestId{1, 2}, RequestId{UINT64_MAX, UINT64_MAX}}) {
    capnp::MallocMessageBuilder message;
    auto out = message.initRoot<wire::RequestId>();
    ToWire(id, out);
    EXPECT_EQ(FromWire(out.asReader()), id);
  }
}

TEST(Wire, StatusComesBack) {
  Status status{.cluster_id = "c",
                .behaviour = 2,
                .authorizer_enabled = true,
                .lsn_durable = Lsn{3},
                .lsn_applied = Lsn{4},
                .chain = SomeHash(5),
                .digest = SomeHash(6),
                .acl_entries = 7,
                .answered_requests = 8};
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<wire::Status>();
  ToWire(status, out);
  Status back = FromWire(out.asReader());
  EXPECT_EQ(back.cluster_id, status.cluster_id);
  EXPECT_EQ(back.behaviour, status.behaviour);
  EXPECT_EQ(back.authorizer_enabled, status.authorizer_enabled);
  EXPECT_EQ(back.lsn_durable, status.lsn_durable);
  EXPECT_EQ(back.lsn_applied, status.lsn_applied);
  EXPECT_EQ(back.chain, status.chain);
  EXPECT_EQ(back.digest, status.digest);
  EXPECT_EQ(back.acl_entries, status.acl_entries);
  EXPECT_EQ(back.answered_requests, status.answered_requests);
}

TEST(Wire, TablesComeBackWithNullAndEmptyApart) {
  procedures::Table table{.columns = {"a", "b"},
                          .rows = {{"x", std::nullopt}, {"", "ünïcode"}, {std::nullopt, ""}}};
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<wire::TableReply>();
  ToWire(table, out.initTable());
  CallReply reply = FromWire(out.asReader());
  EXPECT_EQ(reply.table, table);
  EXPECT_FALSE(reply.receipt);
  EXPECT_FALSE(reply.error);
}

TEST(Wire, RefusalsComeBackWithTheirReceipt) {
  Reply reply{.token = 0,
              .outcome = Error{ErrorCode::kAuthorization, "no"},
              .receipt = Receipt{Lsn{9}, SomeHash(1)}};
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<wire::TableReply>();
  ToWire(reply, out);
  CallReply back = FromWire(out.asReader());
  EXPECT_EQ(back.error, std::get<Error>(reply.outcome));
  EXPECT_EQ(back.receipt, reply.receipt);
  EXPECT_STREQ(out.getError().getName().cStr(), "AUTHORIZATION_EXCEPTION");
}

TEST(Wire, EveryOperationAndPermissionComesBack) {
  int entries = 0;
  for (int operation = 1; operation <= static_cast<int>(acl::kLastOperation); ++operation) {
    for (acl::Permission permission : {acl::Permission::kAllow, acl::Permission::kDeny}) {
      acl::Entry entry{.resource = {"db", "t"},
                       .principal = {"User", "A"},
                       .host = *acl::ParseHost("::1"),
                       .operation = static_cast<acl::Operation>(operation),
                       .permission = permission};
      capnp::MallocMessageBuilder message;
      auto out = message.initRoot<wire::AclEntry>();
      ToWire(entry, out);
      auto back = FromWire(out.asReader());
      ASSERT_TRUE(std::holds_alternative<acl::Entry>(back));
      EXPECT_EQ(std::get<acl::Entry>(back), entry);
      ++entries;
    }
  }
  EXPECT_EQ(entries, 18);
}

TEST(Wire, EverySubsetOfAFilterComesBack) {
  for (int set = 0; set < 32; ++set) {
    acl::Filter filter;
    if (set & 1) filter.resource = acl::Resource{};
    if (set & 2) filter.principal = Principal{"*", "*"};
    if (set & 4) filter.host = acl::Host{};
    if (set & 8) filter.operation = acl::Operation::kAll;
    if (set & 16) filter.permission = acl::Permission::kDeny;
    capnp::MallocMessageBuilder message;
    auto out = message.initRoot<wire::AclFilter>();
    ToWire(filter, out);
    auto back = FromWire(out.asReader());
    ASSERT_TRUE(std::holds_alternative<acl::Filter>(back));
    EXPECT_EQ(std::get<acl::Filter>(back), filter);
  }
}

TEST(Wire, AHashOfAnotherLengthIsMalformed) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<wire::TableReply>();
  out.initReceipt().setLsn(1);
  out.getReceipt().initChain(31);
  out.initTable();
  EXPECT_ANY_THROW(FromWire(out.asReader()));
}

// The hint is about right: never so small that a reply breaks into many pieces.
TEST(Wire, RepliesFitTheirHint) {
  AclEntries listed;
  for (int i = 0; i < 100; ++i) listed.entries.push_back({.resource = {"my_db", "my_table"}});
  for (const Outcome& outcome : {Outcome{Result{Done{}}}, Outcome{Result{listed}},
                                 Outcome{Error{ErrorCode::kSyntax, std::string(1000, 'x')}}}) {
    Reply reply{0, outcome, Receipt{Lsn{1}, SomeHash(1)}};
    capnp::MallocMessageBuilder message;
    auto out = message.initRoot<wire::TableReply>();
    ToWire(reply, out);
    EXPECT_LE(out.asReader().totalSize().wordCount, SizeOf(reply).wordCount);
  }
}

}  // namespace
}  // namespace pegel::net

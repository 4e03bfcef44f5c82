#include "net/wire.h"

#include <capnp/message.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/acl/text.h"
#include "core/canonical.h"
#include "net/watch_wire.h"
#include "procedures/rows.h"
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
  Status status{.version = "v",
                .cluster_id = "c",
                .behaviour = 2,
                .authorizer_enabled = true,
                .lsn_durable = Lsn{3},
                .lsn_applied = Lsn{4},
                .chain = SomeHash(5),
                .digest = SomeHash(6),
                .acl_entries = 7,
                .static_configs = 9,
                .dynamic_configs = 10,
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
  EXPECT_EQ(back.version, status.version);
  EXPECT_EQ(back.static_configs, status.static_configs);
  EXPECT_EQ(back.dynamic_configs, status.dynamic_configs);
}

TEST(Wire, EventsOfServersComeBackAndOnlyAnUnlimitedFilterSelectsThem) {
  const cluster::ServerId id{7};
  const UnixNanos time{5};
  ChangeSet change;
  change.moment = Moment{Lsn{9}, time, Author{Principal{"User", "a"}, "h"}};
  change.events = {ServerRegistered{id, "r", "h:1", Lsn{9}, time},
                   ServerTagged{id, cluster::ServerTag::kTemporaryOffline},
                   ServerUntagged{id, cluster::ServerTag::kPermanentOffline},
                   ServerDied{id, Lsn{9}, time}, ServerUnregistered{id}};
  EXPECT_TRUE(Select({.configs = true, .acls = true, .boots = true}, change.events).empty());
  std::vector<const Event*> events = Select({}, change.events);
  ASSERT_EQ(events.size(), change.events.size());
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<wire::ChangeBatch>();
  ToWire({Selection{std::make_shared<ChangeSet>(change), events}}, Lsn{9}, out);
  ChangeBatch back = FromWire(out.asReader());
  ASSERT_EQ(back.changes.size(), 1u);
  EXPECT_EQ(Encode(Decision{Result{Done{}}, back.changes[0].events}),
            Encode(Decision{Result{Done{}}, change.events}));
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
  ToWire(reply, {}, out);
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

TEST(Wire, AnAcceptedChangeAnswersWithTheRowsThatItIsGiven) {
  Reply reply{0, Result{Done{}}, Receipt{Lsn{1}, SomeHash(1)}};
  procedures::Table rows{{"result"}, {{"one"}, {"two"}}};
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<wire::TableReply>();
  ToWire(reply, rows, out);
  EXPECT_EQ(FromWire(out.asReader()).table, rows);
}

// ---- cluster configs ----

// The bytes of a seal must not be anywhere in the message.
TEST(Wire, SecretsOfConfigsAreMaskedWhateverTheirShape) {
  const config::Sealed sealed{"0123456789abcdef", "BOXBOXBOX"};
  Reply reply{
      .token = 0,
      .outcome = Result{ConfigEntries{
          {{"a", " 200MB ", config::Source::kStatic},
           {"b", std::nullopt, config::Source::kDynamic},
           {"datalake.paimon.s3.secret-key", sealed, config::Source::kDynamic},
           {"datalake.paimon.s3.secret-key", "BOXBOXBOX", config::Source::kDynamic},
           {"security.sasl.plain.credentials", config::SealedMap{{{"root", sealed}, {"g", sealed}}},
            config::Source::kDefault}}}},
      .receipt = Receipt{Lsn{9}, SomeHash(1)}};
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<wire::ConfigReply>();
  ToWire(reply, out);
  auto entries = out.asReader().getEntries();
  ASSERT_EQ(entries.size(), 5u);
  EXPECT_STREQ(entries[0].getValue().getText().cStr(), " 200MB ");
  EXPECT_EQ(entries[0].getSource(), wire::ConfigSource::STATIC);
  EXPECT_TRUE(entries[1].getValue().isNull());
  EXPECT_EQ(entries[1].getSource(), wire::ConfigSource::DYNAMIC);
  EXPECT_STREQ(entries[2].getValue().getSecret().cStr(), "******");
  EXPECT_STREQ(entries[3].getValue().getSecret().cStr(), "******");
  EXPECT_STREQ(entries[4].getValue().getSecret().cStr(), "root:******,g:******");
  EXPECT_EQ(entries[4].getSource(), wire::ConfigSource::DEFAULT);
  EXPECT_EQ(out.getReceipt().getLsn(), 9u);
  for (auto segment : message.getSegmentsForOutput()) {
    auto bytes = segment.asBytes();
    std::string text(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
    EXPECT_EQ(text.find("BOXBOXBOX"), std::string::npos);
    EXPECT_EQ(text.find("0123456789abcdef"), std::string::npos);
  }
}

// Reads a list of changes that `fill` writes.
template <typename Fill>
std::variant<AlterConfigs, Error> ReadChanges(unsigned size, Fill fill) {
  capnp::MallocMessageBuilder message;
  auto changes = message.getRoot<wire::Admin::AlterConfigsParams>().initChanges(size);
  for (unsigned i = 0; i < size; ++i) fill(changes[i], i);
  return FromWire(changes.asReader());
}

std::string MessageOf(const std::variant<AlterConfigs, Error>& read) {
  const auto* error = std::get_if<Error>(&read);
  if (error == nullptr) return "no error";
  EXPECT_EQ(error->code, ErrorCode::kInvalidArgument);
  return error->message;
}

TEST(Wire, ChangesOfConfigsAreReadInTheirOrder) {
  auto read = ReadChanges(5, [](wire::ConfigChange::Builder change, unsigned i) {
    const char* const kKeys[] = {" a\t", "b", "c", "d", "a"};
    change.setKey(kKeys[i]);
    change.setOp(static_cast<wire::ConfigChange::Op>(i % 4));
    if (i == 0) change.getValue().setText(" 200MB ");
    if (i == 2 || i == 3) change.getValue().setText("");
    if (i == 4) change.getValue().setNull();
  });
  ASSERT_EQ(MessageOf(read), "no error");
  using config::Op;
  EXPECT_EQ(std::get<AlterConfigs>(read), (AlterConfigs{{{Op::kSet, "a", " 200MB "},
                                                         {Op::kDelete, "b", std::nullopt},
                                                         {Op::kAppend, "c", ""},
                                                         {Op::kSubtract, "d", ""},
                                                         {Op::kSet, "a", std::nullopt}}}));
}

// One change with this key, op and value: null, none (`unset`) or a text.
struct UnsetValue {};
using WireValue = std::variant<UnsetValue, std::nullptr_t, std::string>;

std::string RefusalOf(int op, const std::string& key, const WireValue& value) {
  return MessageOf(ReadChanges(2, [&](wire::ConfigChange::Builder change, unsigned i) {
    change.setKey("k");
    change.getValue().setText("v");
    if (i == 0) return;
    change.setOp(static_cast<wire::ConfigChange::Op>(op));
    change.setKey({key.c_str(), key.size()});
    change.getValue().setUnset();
    if (std::holds_alternative<std::nullptr_t>(value)) change.getValue().setNull();
    if (auto* text = std::get_if<std::string>(&value)) {
      change.getValue().setText({text->c_str(), text->size()});
    }
  }));
}

TEST(Wire, ChangesOfConfigsThatCannotBeCarriedOutAreRefusedByIndex) {
  enum { kSet, kReset, kAppend, kSubtract };
  const char kNoKey[] =
      "changes[1]: Config key cannot be null or empty. Please specify a valid configuration key.";
  EXPECT_EQ(RefusalOf(kSet, "", "v"), kNoKey);
  EXPECT_EQ(RefusalOf(kReset, " \n", UnsetValue()), kNoKey);
  EXPECT_EQ(RefusalOf(kSet, "k", UnsetValue()), "changes[1]: value: expected a text, found none");
  EXPECT_EQ(RefusalOf(kAppend, "k", UnsetValue()),
            "changes[1]: value: expected a text, found none");
  EXPECT_EQ(RefusalOf(kAppend, "k", nullptr), "changes[1]: value: expected a text, found null");
  EXPECT_EQ(RefusalOf(kSubtract, "k", nullptr), "changes[1]: value: expected a text, found null");
  EXPECT_EQ(RefusalOf(kReset, "k", "v"), "changes[1]: value: expected none for reset");
  EXPECT_EQ(RefusalOf(kReset, "k", nullptr), "changes[1]: value: expected none for reset");
  EXPECT_EQ(RefusalOf(4, "k", "v"),
            "changes[1]: op: found number 4, expected one of those in net/admin.capnp. The client "
            "is newer than this server, or wrong.");
  EXPECT_EQ(RefusalOf(kSet, "k\xff", "v"), "changes[1]: key: expected UTF-8 text without NULs");
  EXPECT_EQ(RefusalOf(kSet, "k", "hunter2\xc3"),
            "changes[1]: value: expected UTF-8 text without NULs");
  EXPECT_EQ(RefusalOf(kSet, "k", std::string("hunter2\0", 8)),
            "changes[1]: value: expected UTF-8 text without NULs");
}

TEST(Wire, ChangesOfConfigsHaveTheLimitsOfAStatement) {
  auto with_key = [](wire::ConfigChange::Builder change, unsigned) {
    change.setKey("k");
    change.getValue().setText("v");
  };
  EXPECT_EQ(MessageOf(ReadChanges(0, with_key)), "changes: expected at least one change");
  EXPECT_EQ(MessageOf(ReadChanges(512, with_key)), "no error");
  EXPECT_EQ(MessageOf(ReadChanges(513, with_key)), "changes: expected at most 512, found 513");
  auto half = [](size_t bytes) {
    return [bytes](wire::ConfigChange::Builder change, unsigned) {
      change.setKey("k");
      change.getValue().setText(std::string(bytes, 'v').c_str());
    };
  };
  EXPECT_EQ(MessageOf(ReadChanges(2, half(32'767))), "no error");
  EXPECT_EQ(MessageOf(ReadChanges(2, half(32'768))),
            "changes: expected at most 65536 bytes of keys and values, found more");
}

TEST(Wire, KeysOfConfigsAreTrimmedAndCheckedAsThoseOfChanges) {
  capnp::MallocMessageBuilder message;
  auto params = message.getRoot<wire::Admin::GetConfigsParams>();
  auto read = [&](const std::vector<std::string>& keys) {
    auto out = params.initKeys(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) out.set(i, {keys[i].c_str(), keys[i].size()});
    return FromWire(out.asReader());
  };
  EXPECT_EQ(std::get<GetConfigs>(read({})), GetConfigs{});
  EXPECT_EQ(std::get<GetConfigs>(read({" b", "a", "a"})), (GetConfigs{{"b", "a", "a"}}));
  EXPECT_EQ(std::get<Error>(read({"a", " "})).message,
            "keys[1]: Config key cannot be null or empty. Please specify a valid configuration "
            "key.");
  EXPECT_EQ(std::get<Error>(read({"\xff"})).message,
            "keys[0]: key: expected UTF-8 text without NULs");
  EXPECT_EQ(std::get<Error>(read(std::vector<std::string>(1025, "k"))).message,
            "keys: expected at most 1024, found 1025");
}

// The hint is about right: never so small that a reply breaks into many pieces.
TEST(Wire, RepliesFitTheirHint) {
  AclEntries listed;
  for (int i = 0; i < 100; ++i) listed.entries.push_back({.resource = {"my_db", "my_table"}});
  ConfigEntries found;
  for (int i = 0; i < 100; ++i) {
    found.entries.push_back({"kv.rocksdb.shared-rate-limiter.bytes-per-sec", "200MB"});
  }
  for (const Outcome& outcome :
       {Outcome{Result{Done{}}}, Outcome{Result{listed}}, Outcome{Result{found}},
        Outcome{Error{ErrorCode::kSyntax, std::string(1000, 'x')}}}) {
    Reply reply{0, outcome, Receipt{Lsn{1}, SomeHash(1)}};
    capnp::MallocMessageBuilder message;
    auto out = message.initRoot<wire::TableReply>();
    ToWire(reply, procedures::ToTable(Result{Done{}}), out);
    EXPECT_LE(out.asReader().totalSize().wordCount, SizeOf(reply).wordCount);
  }
}

}  // namespace
}  // namespace pegel::net

#include "net/wire.h"

#include <kj/debug.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/acl/text.h"
#include "core/check.h"
#include "core/config/blanks.h"
#include "core/utf8.h"
#include "net/wire_pieces.h"
#include "procedures/call_parser.h"
#include "procedures/config_calls.h"
#include "procedures/masked.h"
#include "procedures/rows.h"

namespace pegel::net {
namespace {

// ---- pieces of both directions ----

// Writes the receipt and either the error or, by `write_result`, the result.
template <typename ReplyBuilder, typename WriteResult>
void WriteReply(const Reply& reply, ReplyBuilder out, WriteResult write_result) {
  WriteReceipt(reply.receipt, out);
  if (const auto* error = std::get_if<Error>(&reply.outcome)) {
    ToWire(*error, out.initError());
  } else {
    write_result(std::get<Result>(reply.outcome));
  }
}

// ---- what a caller can get wrong ----

constexpr absl::string_view kNewerClient =
    ", expected one of those in net/admin.capnp. The client is newer than this server, or wrong.";

// Reads the five fields that entries and filters have, in the order in which the procedures check
// them, up to the first error. Says what the procedures say, less the line and column.
class FieldReader {
 public:
  // Whether an empty text means ANY; if not, it is read as any other text.
  explicit FieldReader(bool is_empty_any) : is_empty_any_(is_empty_any) {}

  template <typename Fields>
  std::variant<acl::Filter, Error> Read(Fields in) {
    acl::Filter filter;
    bool ok =
        ReadEnum("permission", in.getPermission(), acl::Permission::kDeny, &filter.permission) &&
        ReadText("principal", in.getPrincipal(), &ParsePrincipal, &filter.principal) &&
        ReadEnum("operation", in.getOperation(), acl::kLastOperation, &filter.operation) &&
        ReadText("resource", in.getResource(), &acl::ParseResource, &filter.resource) &&
        ReadText("host", in.getHost(), &acl::ParseHost, &filter.host);
    if (!ok) return std::move(error_);
    return filter;
  }

 private:
  // The wire's numbers are the core's, with 0 for ANY.
  template <typename WireEnum, typename CoreEnum>
  bool ReadEnum(absl::string_view name, WireEnum value, CoreEnum last,
                std::optional<CoreEnum>* out) {
    auto number = static_cast<uint16_t>(value);
    if (number > static_cast<uint16_t>(last)) {
      return Fail(name, absl::StrCat("found number ", number, kNewerClient));
    }
    if (value != WireEnum::ANY) *out = static_cast<CoreEnum>(number);
    return true;
  }

  template <typename T>
  bool ReadText(absl::string_view name, capnp::Text::Reader value,
                absl::StatusOr<T> (*parse)(absl::string_view), std::optional<T>* out) {
    absl::string_view text(value.begin(), value.size());
    if ((is_empty_any_ && text.empty()) || acl::IsAny(text)) return true;
    absl::StatusOr<T> parsed = parse(text);
    if (!parsed.ok()) return Fail(name, parsed.status().message());
    *out = *std::move(parsed);
    return true;
  }

  bool Fail(absl::string_view name, absl::string_view message) {
    bool is_named = absl::StartsWith(message, absl::StrCat(name, " "));
    error_ = Error{ErrorCode::kInvalidArgument,
                   is_named ? std::string(message) : absl::StrCat(name, ": ", message)};
    return false;
  }

  bool is_empty_any_;
  Error error_;
};

static_assert(static_cast<int>(wire::Operation::IDEMPOTENT_WRITE) ==
              static_cast<int>(acl::kLastOperation));
static_assert(static_cast<int>(wire::Permission::DENY) == static_cast<int>(acl::Permission::kDeny));

// The first field that says ANY, or null.
const char* OpenField(const acl::Filter& filter) {
  if (!filter.resource) return "resource";
  if (!filter.permission) return "permission";
  if (!filter.principal) return "principal";
  if (!filter.operation) return "operation";
  if (!filter.host) return "host";
  return nullptr;
}

// Reads changes of configs, or keys, up to the first error. What a statement cannot hold is refused
// here too, so that every way to the same command has the same limits.
class ConfigReader {
 public:
  std::variant<AlterConfigs, Error> Read(capnp::List<wire::ConfigChange>::Reader in) {
    AlterConfigs alter;
    if (!Begin("changes", in.size(), procedures::kArgumentsMax / 2)) return std::move(error_);
    if (in.size() == 0) return NothingAsked();
    for (wire::ConfigChange::Reader change : in) {
      if (!ReadChange(change, alter.changes.emplace_back())) return std::move(error_);
      ++index_;
    }
    return alter;
  }

  std::variant<GetConfigs, Error> Read(capnp::List<capnp::Text>::Reader in) {
    GetConfigs get;
    if (!Begin("keys", in.size(), procedures::kArgumentsMax)) return std::move(error_);
    for (capnp::Text::Reader key : in) {
      if (!ReadKey(key, get.keys.emplace_back())) return std::move(error_);
      ++index_;
    }
    return get;
  }

 private:
  bool Begin(absl::string_view list, size_t size, size_t size_max) {
    list_ = list;
    if (size <= size_max) return true;
    return Fail(absl::StrCat("expected at most ", size_max, ", found ", size));
  }

  Error NothingAsked() {
    Fail("expected at least one change");
    return std::move(error_);
  }

  bool ReadChange(wire::ConfigChange::Reader in, config::Change& change) {
    auto number = static_cast<uint16_t>(in.getOp());
    if (number > static_cast<uint16_t>(config::Op::kSubtract)) {
      return FailHere(absl::StrCat("op: found number ", number, kNewerClient));
    }
    change.op = static_cast<config::Op>(number);
    return ReadKey(in.getKey(), change.key) && ReadValue(in.getValue(), change);
  }

  bool ReadKey(capnp::Text::Reader in, std::string& key) {
    std::string text;
    if (!ReadText("key", in, text)) return false;
    key = std::string(config::StripBlanks(text));
    return !key.empty() || FailHere(procedures::kNoKey);
  }

  bool ReadValue(wire::ConfigChange::Value::Reader in, config::Change& change) {
    bool is_reset = change.op == config::Op::kDelete;
    switch (in.which()) {
      case wire::ConfigChange::Value::UNSET:
        return is_reset || FailHere("value: expected a text, found none");
      case wire::ConfigChange::Value::NULL_:
        if (is_reset) return FailHere(kResetHasNoValue);
        return change.op == config::Op::kSet || FailHere("value: expected a text, found null");
      case wire::ConfigChange::Value::TEXT:
        if (is_reset) return FailHere(kResetHasNoValue);
        return ReadText("value", in.getText(), change.value.emplace().emplace<std::string>());
    }
    return FailHere(
        absl::StrCat("value: found kind ", static_cast<uint16_t>(in.which()), kNewerClient));
  }

  // Never says what it found: it may be a secret.
  bool ReadText(absl::string_view what, capnp::Text::Reader in, std::string& text) {
    text = StringOf(in);
    bytes_ += text.size();
    if (bytes_ > procedures::kStatementBytesMax) {
      return Fail(absl::StrCat("expected at most ", procedures::kStatementBytesMax,
                               " bytes of keys and values, found more"));
    }
    bool is_text = IsUtf8(text) && !absl::StrContains(text, '\0');
    return is_text || FailHere(absl::StrCat(what, ": expected UTF-8 text without NULs"));
  }

  bool FailHere(absl::string_view message) {
    error_ = Error{ErrorCode::kInvalidArgument, absl::StrCat(list_, "[", index_, "]: ", message)};
    return false;
  }
  bool Fail(absl::string_view message) {
    error_ = Error{ErrorCode::kInvalidArgument, absl::StrCat(list_, ": ", message)};
    return false;
  }

  static constexpr absl::string_view kResetHasNoValue = "value: expected none for reset";

  absl::string_view list_;
  size_t index_ = 0;
  size_t bytes_ = 0;
  Error error_;
};

static_assert(static_cast<int>(wire::ConfigChange::Op::RESET) ==
              static_cast<int>(config::Op::kDelete));
static_assert(static_cast<int>(wire::ConfigChange::Op::SUBTRACT) ==
              static_cast<int>(config::Op::kSubtract));
static_assert(static_cast<int>(wire::ConfigSource::DYNAMIC) ==
              static_cast<int>(config::Source::kDynamic));
static_assert(static_cast<int>(wire::ConfigSource::DEFAULT) ==
              static_cast<int>(config::Source::kDefault));

// ---- sizes, in words ----

constexpr uint64_t kReplyWords = 40;   // All that is always there, and the row of a change.
constexpr uint64_t kEntryWords = 24;   // A line of list_acl, or an entry, with names of 10 bytes.
constexpr uint64_t kConfigWords = 24;  // A row of get_cluster_configs, or an entry.

constexpr uint64_t kTableWords = 16;   // A line of listTables, with names of 10 bytes.
constexpr uint64_t kBucketWords = 32;  // Of listBuckets, with three replicas.

uint64_t WordsOf(const Outcome& outcome) {
  if (const auto* error = std::get_if<Error>(&outcome)) {
    return error->message.size() / sizeof(capnp::word);
  }
  const Result& result = std::get<Result>(outcome);
  if (const auto* listed = std::get_if<AclEntries>(&result)) {
    return listed->entries.size() * kEntryWords;
  }
  if (const auto* tables = std::get_if<TableRows>(&result)) {
    return tables->tables.size() * kTableWords;
  }
  if (const auto* buckets = std::get_if<BucketRows>(&result)) {
    return buckets->buckets.size() * kBucketWords;
  }
  const auto* found = std::get_if<ConfigEntries>(&result);
  return found == nullptr ? 0 : found->entries.size() * kConfigWords;
}

}  // namespace

void ToWire(const RequestId& id, wire::RequestId::Builder out) {
  out.setHigh(id.high);
  out.setLow(id.low);
}

RequestId FromWire(wire::RequestId::Reader in) { return RequestId{in.getHigh(), in.getLow()}; }

void ToWire(const Error& error, wire::Error::Builder out) {
  out.setCode(static_cast<int32_t>(error.code));
  out.setName(TextOf(std::string(ErrorName(error.code))));
  out.setMessage(TextOf(error.message));
}

void ToWire(const Status& status, wire::Status::Builder out) {
  out.setClusterId(TextOf(status.cluster_id));
  out.setBehaviour(status.behaviour);
  out.setAuthorizerEnabled(status.authorizer_enabled);
  out.setLsnDurable(status.lsn_durable.value);
  out.setLsnApplied(status.lsn_applied.value);
  out.setChain(DataOf(status.chain));
  out.setDigest(DataOf(status.digest));
  out.setAclEntries(status.acl_entries);
  out.setAnsweredRequests(status.answered_requests);
  out.setStaticConfigs(status.static_configs);
  out.setDynamicConfigs(status.dynamic_configs);
  out.setVersion(TextOf(status.version));
  out.setLsnSnapshot(status.lsn_snapshot.value);
  out.setSnapshotAgeMillis(static_cast<uint64_t>(std::max<int64_t>(status.snapshot_age_ms, 0)));
  out.setLsnFirst(status.lsn_first.value);
  auto alarms = out.initAlarms(status.alarms.size());
  for (size_t i = 0; i < status.alarms.size(); ++i) {
    alarms[i].setName(TextOf(status.alarms[i].name));
    alarms[i].setText(TextOf(status.alarms[i].text));
  }
}

Status FromWire(wire::Status::Reader in) {
  std::vector<Alarm> alarms;
  for (wire::Alarm::Reader alarm : in.getAlarms()) {
    alarms.push_back({StringOf(alarm.getName()), StringOf(alarm.getText())});
  }
  return Status{.version = StringOf(in.getVersion()),
                .lsn_snapshot = Lsn{in.getLsnSnapshot()},
                .snapshot_age_ms = static_cast<int64_t>(in.getSnapshotAgeMillis()),
                .lsn_first = Lsn{in.getLsnFirst()},
                .alarms = std::move(alarms),
                .cluster_id = StringOf(in.getClusterId()),
                .behaviour = in.getBehaviour(),
                .authorizer_enabled = in.getAuthorizerEnabled(),
                .lsn_durable = Lsn{in.getLsnDurable()},
                .lsn_applied = Lsn{in.getLsnApplied()},
                .chain = HashOf(in.getChain()),
                .digest = HashOf(in.getDigest()),
                .acl_entries = in.getAclEntries(),
                .static_configs = in.getStaticConfigs(),
                .dynamic_configs = in.getDynamicConfigs(),
                .answered_requests = in.getAnsweredRequests()};
}

void ToWire(const procedures::Table& table, wire::Table::Builder out) {
  auto columns = out.initColumns(table.columns.size());
  for (size_t i = 0; i < table.columns.size(); ++i) columns.set(i, TextOf(table.columns[i]));
  auto rows = out.initRows(table.rows.size());
  for (size_t i = 0; i < table.rows.size(); ++i) {
    const procedures::Row& row = table.rows[i];
    auto values = rows[i].initValues(row.size());
    for (size_t j = 0; j < row.size(); ++j) {
      if (row[j]) values[j].setText(TextOf(*row[j]));
    }
  }
}

void ToWire(const acl::Entry& entry, wire::AclEntry::Builder out) {
  out.setResource(TextOf(acl::ToText(entry.resource)));
  out.setPrincipal(TextOf(ToText(entry.principal)));
  out.setHost(TextOf(acl::ToText(entry.host)));
  out.setOperation(static_cast<wire::Operation>(entry.operation));
  out.setPermission(static_cast<wire::Permission>(entry.permission));
}

std::variant<acl::Entry, Error> FromWire(wire::AclEntry::Reader in) {
  std::variant<acl::Filter, Error> read = FieldReader(/*is_empty_any=*/false).Read(in);
  if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
  auto& filter = std::get<acl::Filter>(read);
  if (const char* open = OpenField(filter)) {
    return Error{ErrorCode::kInvalidArgument,
                 absl::StrCat(open,
                              ": Wildcard 'ANY' can only be used for filtering, not for "
                              "adding ACL entries.")};
  }
  return acl::Entry{*std::move(filter.resource), *std::move(filter.principal), *filter.host,
                    *filter.operation, *filter.permission};
}

void ToWire(const acl::Filter& filter, wire::AclFilter::Builder out) {
  if (filter.resource) out.setResource(TextOf(acl::ToText(*filter.resource)));
  if (filter.principal) out.setPrincipal(TextOf(ToText(*filter.principal)));
  if (filter.host) out.setHost(TextOf(acl::ToText(*filter.host)));
  if (filter.operation) out.setOperation(static_cast<wire::Operation>(*filter.operation));
  if (filter.permission) out.setPermission(static_cast<wire::Permission>(*filter.permission));
}

std::variant<acl::Filter, Error> FromWire(wire::AclFilter::Reader in) {
  return FieldReader(/*is_empty_any=*/true).Read(in);
}

std::variant<AlterConfigs, Error> FromWire(capnp::List<wire::ConfigChange>::Reader in) {
  return ConfigReader().Read(in);
}

std::variant<GetConfigs, Error> FromWire(capnp::List<capnp::Text>::Reader in) {
  return ConfigReader().Read(in);
}

void ToWire(const Reply& reply, const procedures::Table& done, wire::TableReply::Builder out) {
  WriteReply(reply, out, [&](const Result& result) {
    if (std::holds_alternative<Done>(result)) return ToWire(done, out.initTable());
    ToWire(procedures::ToTable(result), out.initTable());
  });
}

void ToWire(const Reply& reply, wire::ChangeReply::Builder out) {
  WriteReply(reply, out, [&](const Result& result) {
    PEGEL_CHECK(std::holds_alternative<Done>(result), "a change has result number ",
                result.index());
    out.setDone();
  });
}

void ToWire(const Reply& reply, wire::AclReply::Builder out) {
  WriteReply(reply, out, [&](const Result& result) {
    const auto* listed = std::get_if<AclEntries>(&result);
    PEGEL_CHECK(listed != nullptr, "a listing has result number ", result.index());
    auto entries = out.initEntries(listed->entries.size());
    for (size_t i = 0; i < listed->entries.size(); ++i) ToWire(listed->entries[i], entries[i]);
  });
}

namespace {

void ToWire(const ConfigEntry& entry, wire::ConfigEntry::Builder out) {
  out.setKey(TextOf(entry.key));
  out.setSource(static_cast<wire::ConfigSource>(entry.source));
  if (!entry.value) return;  // The union starts as null.
  std::string text = procedures::MaskedText(entry.key, *entry.value);
  if (procedures::IsMasked(entry.key, *entry.value)) {
    out.getValue().setSecret(TextOf(text));
  } else {
    out.getValue().setText(TextOf(text));
  }
}

}  // namespace

void ToWire(const Reply& reply, wire::ConfigReply::Builder out) {
  WriteReply(reply, out, [&](const Result& result) {
    const auto* found = std::get_if<ConfigEntries>(&result);
    PEGEL_CHECK(found != nullptr, "a listing of configs has result number ", result.index());
    auto entries = out.initEntries(found->entries.size());
    for (size_t i = 0; i < found->entries.size(); ++i) ToWire(found->entries[i], entries[i]);
  });
}

namespace {

Error ReadError(wire::Error::Reader in) {
  return Error{static_cast<ErrorCode>(in.getCode()), StringOf(in.getMessage())};
}

procedures::Value ReadValue(wire::Table::Value::Reader in) {
  if (in.isText()) return StringOf(in.getText());
  KJ_REQUIRE(in.isNull(), "a kind of value that this client does not know");
  return std::nullopt;
}

procedures::Table ReadTable(wire::Table::Reader in) {
  procedures::Table table;
  for (capnp::Text::Reader column : in.getColumns()) table.columns.push_back(StringOf(column));
  table.rows.reserve(in.getRows().size());
  for (wire::Table::Row::Reader row : in.getRows()) {
    procedures::Row& values = table.rows.emplace_back();
    for (wire::Table::Value::Reader value : row.getValues()) values.push_back(ReadValue(value));
  }
  return table;
}

}  // namespace

CallReply FromWire(wire::TableReply::Reader in) {
  CallReply reply{.receipt = ReadReceipt(in.getReceipt()), .table = {}, .error = std::nullopt};
  switch (in.which()) {
    case wire::TableReply::TABLE:
      reply.table = ReadTable(in.getTable());
      return reply;
    case wire::TableReply::ERROR:
      reply.error = ReadError(in.getError());
      return reply;
  }
  KJ_FAIL_REQUIRE("a kind of reply that this client does not know");
}

void ToWire(const Registered& registered, wire::RegisterReply::Builder out) {
  WriteReceipt(registered.receipt, out);
  if (registered.error) return ToWire(*registered.error, out.initError());
  auto done = out.initRegistered();
  done.setEpoch(registered.epoch);
  done.setLeaseMillis(registered.lease_ms);
}

Registered FromWire(wire::RegisterReply::Reader in) {
  Registered registered{.receipt = ReadReceipt(in.getReceipt()), .error = std::nullopt};
  switch (in.which()) {
    case wire::RegisterReply::REGISTERED:
      registered.epoch = in.getRegistered().getEpoch();
      registered.lease_ms = static_cast<int64_t>(in.getRegistered().getLeaseMillis());
      return registered;
    case wire::RegisterReply::ERROR:
      registered.error = ReadError(in.getError());
      return registered;
  }
  KJ_FAIL_REQUIRE("a kind of reply that this client does not know");
}

CallReply FromWire(wire::ChangeReply::Reader in) {
  CallReply reply{.receipt = ReadReceipt(in.getReceipt()), .table = {}, .error = std::nullopt};
  switch (in.which()) {
    case wire::ChangeReply::DONE:
      return reply;
    case wire::ChangeReply::ERROR:
      reply.error = ReadError(in.getError());
      return reply;
  }
  KJ_FAIL_REQUIRE("a kind of reply that this client does not know");
}

void ToWire(const SettingsAnswer& answer, wire::SettingsReply::Builder out) {
  if (const auto* error = std::get_if<Error>(&answer)) return ToWire(*error, out.initError());
  const auto& settings = std::get<std::vector<EffectiveSetting>>(answer);
  auto list = out.initSettings(settings.size());
  for (size_t i = 0; i < settings.size(); ++i) {
    list[i].setKey(TextOf(settings[i].key));
    list[i].setValue(TextOf(settings[i].value));
    list[i].setSource(TextOf(settings[i].source));
  }
}

SettingsAnswer FromWire(wire::SettingsReply::Reader in) {
  switch (in.which()) {
    case wire::SettingsReply::SETTINGS: {
      std::vector<EffectiveSetting> settings;
      for (wire::Setting::Reader setting : in.getSettings()) {
        settings.push_back({StringOf(setting.getKey()), StringOf(setting.getValue()),
                            StringOf(setting.getSource())});
      }
      return settings;
    }
    case wire::SettingsReply::ERROR:
      return ReadError(in.getError());
  }
  KJ_FAIL_REQUIRE("a kind of reply that this client does not know");
}

void ToWire(const SavedAnswer& answer, wire::SavedReply::Builder out) {
  if (const auto* error = std::get_if<Error>(&answer)) return ToWire(*error, out.initError());
  const auto& saved = std::get<Saved>(answer);
  auto to = out.initSaved();
  to.setLsn(saved.lsn.value);
  to.setBytes(saved.bytes);
  to.setChain(DataOf(saved.chain));
  to.setDigest(DataOf(saved.digest));
}

SavedAnswer FromWire(wire::SavedReply::Reader in) {
  switch (in.which()) {
    case wire::SavedReply::SAVED: {
      auto saved = in.getSaved();
      return Saved{Lsn{saved.getLsn()}, saved.getBytes(), HashOf(saved.getChain()),
                   HashOf(saved.getDigest())};
    }
    case wire::SavedReply::ERROR:
      return ReadError(in.getError());
  }
  KJ_FAIL_REQUIRE("a kind of reply that this client does not know");
}

capnp::MessageSize SizeOf(const Reply& reply) { return {kReplyWords + WordsOf(reply.outcome), 0}; }

}  // namespace pegel::net

#include "net/wire.h"

#include <kj/debug.h>

#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/acl/text.h"
#include "core/check.h"
#include "procedures/rows.h"

namespace pegel::net {
namespace {

// ---- pieces of both directions ----

capnp::Text::Reader TextOf(const std::string& text) { return {text.c_str(), text.size()}; }

std::string StringOf(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

capnp::Data::Reader DataOf(const Hash256& hash) { return {hash.data(), hash.size()}; }

Hash256 HashOf(capnp::Data::Reader data) {
  Hash256 hash;
  KJ_REQUIRE(data.size() == hash.size(), "a hash has 32 bytes", data.size());
  std::memcpy(hash.data(), data.begin(), hash.size());
  return hash;
}

template <typename ReplyBuilder>
void WriteReceipt(const std::optional<Receipt>& receipt, ReplyBuilder reply) {
  if (!receipt) return;
  wire::Receipt::Builder out = reply.initReceipt();
  out.setLsn(receipt->lsn.value);
  out.setChain(DataOf(receipt->chain));
}

std::optional<Receipt> ReadReceipt(wire::Receipt::Reader in) {
  if (in.getLsn() == 0) return std::nullopt;
  return Receipt{Lsn{in.getLsn()}, HashOf(in.getChain())};
}

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

// The table of the most frequent result is made once.
const procedures::Table& DoneTable() {
  static const auto* const table = new procedures::Table(procedures::ToTable(Done{}));
  return *table;
}

// ---- what a caller can get wrong ----

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
      return Fail(name, absl::StrCat("found number ", number,
                                     ", expected one of those in net/admin.capnp. The client is "
                                     "newer than this server, or wrong."));
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

// ---- sizes, in words ----

constexpr uint64_t kReplyWords = 40;  // All that is always there, and the row of a change.
constexpr uint64_t kEntryWords = 24;  // A line of list_acl, or an entry, with names of 10 bytes.

uint64_t WordsOf(const Outcome& outcome) {
  if (const auto* error = std::get_if<Error>(&outcome)) {
    return error->message.size() / sizeof(capnp::word);
  }
  const auto* listed = std::get_if<AclEntries>(&std::get<Result>(outcome));
  return listed == nullptr ? 0 : listed->entries.size() * kEntryWords;
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
}

Status FromWire(wire::Status::Reader in) {
  return Status{.cluster_id = StringOf(in.getClusterId()),
                .behaviour = in.getBehaviour(),
                .authorizer_enabled = in.getAuthorizerEnabled(),
                .lsn_durable = Lsn{in.getLsnDurable()},
                .lsn_applied = Lsn{in.getLsnApplied()},
                .chain = HashOf(in.getChain()),
                .digest = HashOf(in.getDigest()),
                .acl_entries = in.getAclEntries(),
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

void ToWire(const Reply& reply, wire::TableReply::Builder out) {
  WriteReply(reply, out, [&](const Result& result) {
    if (std::holds_alternative<Done>(result)) return ToWire(DoneTable(), out.initTable());
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

capnp::MessageSize SizeOf(const Reply& reply) { return {kReplyWords + WordsOf(reply.outcome), 0}; }

}  // namespace pegel::net

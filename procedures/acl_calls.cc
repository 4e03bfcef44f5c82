// All three take the same five arguments and read them into a Filter; an entry is a filter that
// leaves nothing open. Values are checked in Fluss's order (procedures.md 1.1): permission,
// principal, operation, resource, host.
#include "procedures/acl_calls.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/acl/text.h"
#include "core/principal.h"
#include "procedures/place.h"

namespace pegel::procedures {
namespace {

enum Index { kResource, kPermission, kPrincipal, kOperation, kHost };

constexpr absl::string_view kResourceHelp = "CLUSTER, a database, or database.table";
constexpr absl::string_view kPermissionHelp = "ALLOW or DENY";
constexpr absl::string_view kPrincipalHelp = "who, as Type:Name, for example User:Alice";
constexpr absl::string_view kOperationHelp =
    "ALL, READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION or IDEMPOTENT_WRITE";
constexpr absl::string_view kHostHelp = "from where: *, an IP address, or a block like 10.0.0.0/8";

constexpr Parameter kAddParameters[] = {
    {.name = "resource", .help = kResourceHelp},
    {.name = "permission", .help = kPermissionHelp},
    {.name = "principal", .help = kPrincipalHelp},
    {.name = "operation", .help = kOperationHelp},
    {.name = "host", .is_required = false, .default_text = "*", .help = kHostHelp},
};

constexpr Parameter kDropParameters[] = {
    {.name = "resource", .default_text = "ANY", .help = kResourceHelp},
    {.name = "permission", .default_text = "ANY", .help = kPermissionHelp},
    {.name = "principal", .default_text = "ANY", .help = kPrincipalHelp},
    {.name = "operation", .default_text = "ANY", .help = kOperationHelp},
    {.name = "host", .is_required = false, .default_text = "*", .help = kHostHelp},
};

constexpr Parameter kListParameters[] = {
    {.name = "resource", .default_text = "ANY", .help = kResourceHelp},
    {.name = "permission", .is_required = false, .default_text = "ANY", .help = kPermissionHelp},
    {.name = "principal", .is_required = false, .default_text = "ANY", .help = kPrincipalHelp},
    {.name = "operation", .is_required = false, .default_text = "ANY", .help = kOperationHelp},
    {.name = "host", .is_required = false, .default_text = "ANY", .help = kHostHelp},
};

// The core's message, with its argument named and placed.
Error ArgumentError(const Parameter& parameter, Position position, absl::string_view message) {
  bool is_named = absl::StartsWith(message, absl::StrCat(parameter.name, " "));
  return ErrorAt(position, ErrorCode::kInvalidArgument,
                 is_named ? std::string(message) : absl::StrCat(parameter.name, ": ", message));
}

// Reads the arguments of one call, one after the other, up to the first error.
class FilterReader {
 public:
  FilterReader(absl::Span<const Parameter> parameters, const BoundArguments& arguments)
      : parameters_(parameters), arguments_(arguments) {}

  std::variant<acl::Filter, Error> Read() {
    acl::Filter filter;
    bool ok = ReadOne(kPermission, &acl::ParsePermission, &filter.permission) &&
              ReadOne(kPrincipal, &ParsePrincipal, &filter.principal) &&
              ReadOne(kOperation, &acl::ParseOperation, &filter.operation) &&
              ReadOne(kResource, &acl::ParseResource, &filter.resource) &&
              ReadOne(kHost, &acl::ParseHost, &filter.host);
    if (!ok) return *std::move(error_);
    return filter;
  }

 private:
  template <typename T>
  bool ReadOne(Index index, absl::StatusOr<T> (*parse)(absl::string_view),
               std::optional<T>* value) {
    const BoundArgument& argument = arguments_[index];
    const Parameter& parameter = parameters_[index];
    absl::string_view text = argument.values.empty() ? parameter.default_text
                                                     : absl::string_view(*argument.values.front());
    if (acl::IsAny(text)) return true;
    absl::StatusOr<T> parsed = parse(text);
    if (!parsed.ok()) {
      error_ = ArgumentError(parameter, argument.position, parsed.status().message());
      return false;
    }
    *value = *std::move(parsed);
    return true;
  }

  absl::Span<const Parameter> parameters_;
  const BoundArguments& arguments_;
  std::optional<Error> error_;
};

// The first argument that says ANY; only filters may.
std::optional<Index> OpenField(const acl::Filter& filter) {
  if (!filter.resource) return kResource;
  if (!filter.permission) return kPermission;
  if (!filter.principal) return kPrincipal;
  if (!filter.operation) return kOperation;
  if (!filter.host) return kHost;
  return std::nullopt;
}

std::variant<Command, Error> MakeAddAcl(const BoundArguments& arguments) {
  std::variant<acl::Filter, Error> read = FilterReader(kAddParameters, arguments).Read();
  if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
  auto& filter = std::get<acl::Filter>(read);
  if (std::optional<Index> open = OpenField(filter)) {
    return ArgumentError(kAddParameters[*open], arguments[*open].position,
                         "Wildcard 'ANY' can only be used for filtering, not for adding ACL "
                         "entries.");
  }
  return AddAcl{acl::Entry{*std::move(filter.resource), *std::move(filter.principal), *filter.host,
                           *filter.operation, *filter.permission}};
}

std::variant<Command, Error> MakeDropAcl(const BoundArguments& arguments) {
  std::variant<acl::Filter, Error> read = FilterReader(kDropParameters, arguments).Read();
  if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
  return DropAcl{std::get<acl::Filter>(std::move(read))};
}

std::variant<Command, Error> MakeListAcl(const BoundArguments& arguments) {
  std::variant<acl::Filter, Error> read = FilterReader(kListParameters, arguments).Read();
  if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
  return ListAcl{std::get<acl::Filter>(std::move(read))};
}

}  // namespace

std::vector<Procedure> AclProcedures() {
  return {
      {"sys.add_acl", "Adds one access rule; adding it twice changes nothing.", kAddParameters,
       &MakeAddAcl},
      {"sys.drop_acl", "Removes every access rule that matches; ANY matches all values.",
       kDropParameters, &MakeDropAcl},
      {"sys.list_acl", "Lists the access rules that match and that the caller may see.",
       kListParameters, &MakeListAcl},
  };
}

}  // namespace pegel::procedures

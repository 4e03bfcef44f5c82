#include "core/acl/text.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/limits.h"
#include "core/utf8.h"

namespace pegel::acl {
namespace {

absl::Status Malformed(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      "resource must be CLUSTER, a database, or database.table, each with or without the prefix "
      "'cluster.', found '",
      text, "': ", why));
}

// Empty when `piece` is a good database or table name.
absl::string_view ProblemOf(absl::string_view piece) {
  if (piece.empty()) return "a piece between dots is empty";
  if (piece.size() > kNameBytesMax) return "names are limited to 255 bytes";
  if (!IsUtf8(piece)) return "not UTF-8";
  if (HasLineBreaker(piece) || piece.find_first_of(" '`") != absl::string_view::npos) {
    return "blanks, control characters, quotes and ';' are not allowed in a name";
  }
  if (piece != "*" && piece.find('*') != absl::string_view::npos) {
    return "'*' stands only for a whole name (patterns like 'db*' do not exist)";
  }
  return "";
}

}  // namespace

bool IsAny(absl::string_view text) { return absl::EqualsIgnoreCase(text, "ANY"); }

absl::StatusOr<Permission> ParsePermission(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "ALLOW")) return Permission::kAllow;
  if (absl::EqualsIgnoreCase(text, "DENY")) return Permission::kDeny;
  return absl::InvalidArgumentError(
      absl::StrCat("permission must be ALLOW or DENY, found '", text, "'"));
}

absl::string_view ToText(Permission permission) {
  return permission == Permission::kAllow ? "ALLOW" : "DENY";
}

absl::StatusOr<Operation> ParseOperation(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "DROP")) return Operation::kDelete;
  for (int i = 1; i <= static_cast<int>(kLastOperation); ++i) {
    auto operation = static_cast<Operation>(i);
    if (absl::EqualsIgnoreCase(text, ToText(operation))) return operation;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "operation must be one of ALL, READ, WRITE, CREATE, DELETE (or DROP), ALTER, DESCRIBE, "
      "CLUSTER_ACTION, IDEMPOTENT_WRITE, found '",
      text, "'"));
}

absl::string_view ToText(Operation operation) {
  switch (operation) {
    case Operation::kAll:
      return "ALL";
    case Operation::kRead:
      return "READ";
    case Operation::kWrite:
      return "WRITE";
    case Operation::kCreate:
      return "CREATE";
    case Operation::kDelete:
      return "DELETE";
    case Operation::kAlter:
      return "ALTER";
    case Operation::kDescribe:
      return "DESCRIBE";
    case Operation::kClusterAction:
      return "CLUSTER_ACTION";
    case Operation::kIdempotentWrite:
      return "IDEMPOTENT_WRITE";
  }
  return "UNKNOWN";
}

absl::StatusOr<Resource> ParseResource(absl::string_view text) {
  std::vector<absl::string_view> pieces = absl::StrSplit(text, '.');
  bool has_prefix = absl::EqualsIgnoreCase(pieces[0], "cluster");
  if (has_prefix) pieces.erase(pieces.begin());
  for (absl::string_view piece : pieces) {
    absl::string_view problem = ProblemOf(piece);
    if (!problem.empty()) return Malformed(text, problem);
  }
  if (pieces.size() > 2) return Malformed(text, "too many pieces");
  Resource resource;
  if (!pieces.empty()) resource.database = std::string(pieces[0]);
  if (pieces.size() == 2) resource.table = std::string(pieces[1]);
  return resource;
}

std::string ToText(const Resource& resource) {
  std::string text = "cluster";
  if (!resource.database.empty()) absl::StrAppend(&text, ".", resource.database);
  if (!resource.table.empty()) absl::StrAppend(&text, ".", resource.table);
  return text;
}

std::string ToText(const Entry& entry) {
  return absl::StrCat("resource=\"", ToText(entry.resource), "\";permission=\"",
                      ToText(entry.permission), "\";principal=\"", ToText(entry.principal),
                      "\";operation=\"", ToText(entry.operation), "\";host=\"", ToText(entry.host),
                      "\"");
}

}  // namespace pegel::acl

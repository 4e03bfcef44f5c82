#include "procedures/catalogue.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "procedures/acl_calls.h"
#include "procedures/binder.h"
#include "procedures/config_calls.h"
#include "procedures/place.h"
#include "procedures/rebalance_calls.h"
#include "procedures/suggest.h"
#include "procedures/tag_calls.h"

namespace pegel::procedures {
namespace {

// A new family of procedures is one more line here.
std::vector<Procedure> AllProcedures() {
  std::vector<Procedure> all = AclProcedures();
  for (const Procedure& procedure : ConfigProcedures()) all.push_back(procedure);
  for (const Procedure& procedure : TagProcedures()) all.push_back(procedure);
  for (const Procedure& procedure : RebalanceProcedures()) all.push_back(procedure);
  std::sort(all.begin(), all.end(),
            [](const Procedure& a, const Procedure& b) { return a.name < b.name; });
  return all;
}

Error DoesNotExist(const CallStatement& call) {
  std::vector<absl::string_view> names;
  for (const Procedure& procedure : Catalogue()) names.push_back(procedure.name);
  std::string hint = DidYouMean(call.procedure, names);
  return ErrorAt(call.procedure_position, ErrorCode::kProcedureNotExist,
                 absl::StrCat("Procedure ", Shown(call.procedure),
                              " does not exist. SHOW PROCEDURES lists those that do",
                              hint.empty() ? "." : hint));
}

}  // namespace

absl::Span<const Procedure> Catalogue() {
  static const auto& kProcedures = *new std::vector<Procedure>(AllProcedures());
  return kProcedures;
}

const Procedure* FindProcedure(absl::string_view name) {
  for (const Procedure& procedure : Catalogue()) {
    if (absl::EqualsIgnoreCase(procedure.name, name)) return &procedure;
  }
  return nullptr;
}

std::variant<Command, Error> MakeCommand(const CallStatement& call) {
  const Procedure* procedure = FindProcedure(call.procedure);
  if (procedure == nullptr) return DoesNotExist(call);
  std::variant<BoundArguments, Error> bound = BindArguments(*procedure, call);
  if (auto* error = std::get_if<Error>(&bound)) return std::move(*error);
  return procedure->make_command(std::get<BoundArguments>(bound));
}

// Flink's name for the column, and full names, so that a script sees what it sees there.
Table ProcedureTable() {
  Table table{.columns = {"procedure name"}, .rows = {}};
  for (const Procedure& procedure : Catalogue()) {
    table.rows.push_back({std::string(procedure.name)});
  }
  return table;
}

}  // namespace pegel::procedures

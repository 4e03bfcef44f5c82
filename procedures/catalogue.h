// The catalogue: every procedure with its parameters, types, defaults and handler, as one table. A
// procedure that is not in it does not exist.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/command.h"
#include "core/error.h"
#include "procedures/statement.h"
#include "procedures/table.h"

namespace pegel::procedures {

struct Parameter {
  absl::string_view name;
  bool is_required = true;
  bool is_vararg = false;  // Takes all positional arguments from its place on.
  // What leaving it out means; NULL means the same. A required one that has it may be NULL but not
  // left out (drop_acl's, procedures.md 1.1).
  absl::string_view default_text = {};
  absl::string_view help = {};
  // What to say when a required one is left out, where Fluss has a text for it.
  absl::string_view missing_text = {};
};

// The arguments of one call, one element per parameter of its procedure: the values given (one, or
// several for a vararg), or none when it was left out or NULL.
struct BoundArgument {
  std::vector<std::optional<std::string>> values;  // Only a vararg's can be NULL.
  std::vector<Position> positions;                 // Of each value.
  Position position;  // Of the first value; when left out, of the closing parenthesis.
};
using BoundArguments = std::vector<BoundArgument>;

struct Procedure {
  absl::string_view name;  // `sys.add_acl`
  absl::string_view help;  // One sentence.
  absl::Span<const Parameter> parameters;
  // Arguments → command; an error names the argument, its place, what was found and what is
  // expected.
  std::variant<Command, Error> (*make_command)(const BoundArguments& arguments);
};

// Sorted by name.
absl::Span<const Procedure> Catalogue();

// Case-insensitive; null when there is none.
const Procedure* FindProcedure(absl::string_view name);

// Call → command: finds the procedure, binds its arguments, checks their values.
std::variant<Command, Error> MakeCommand(const CallStatement& call);

// The table of SHOW PROCEDURES.
Table ProcedureTable();

}  // namespace pegel::procedures

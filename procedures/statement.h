// One SQL statement, read: CALL, SHOW PROCEDURES or USE, with positions for errors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/as_of.h"

namespace pegel::procedures {

// Line and column, both from 1; a column counts characters (code points), not bytes.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
  bool operator==(const Position&) const = default;
};

// One argument as written. An unset value is the literal NULL.
struct Argument {
  std::optional<std::string> name;  // `name => …`; unset: positional.
  std::optional<std::string> value;
  Position name_position;  // Of the name, or of the value when there is no name.
  Position value_position;
  bool operator==(const Argument&) const = default;
};

struct CallStatement {
  std::optional<std::string> catalog;
  std::string procedure;  // As written, with its `sys.`: `sys.add_acl`.
  Position procedure_position;
  std::vector<Argument> arguments;
  Position end;               // Of the closing parenthesis.
  std::optional<AsOf> as_of;  // Unset: now.
  Position as_of_position;    // Of its FOR.
  bool operator==(const CallStatement&) const = default;
};

struct ShowProceduresStatement {
  bool operator==(const ShowProceduresStatement&) const = default;
};

struct UseStatement {
  std::string catalog;
  bool operator==(const UseStatement&) const = default;
};

using Statement = std::variant<CallStatement, ShowProceduresStatement, UseStatement>;

}  // namespace pegel::procedures

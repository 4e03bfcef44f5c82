// What became of a statement, as a table for people, a line of JSON for programs, or CSV for
// spreadsheets.
//
// The JSON line is a contract that scripts rely on; keys and their order never change:
//   {"statement":…,"lsn":N|null,"columns":[…],"rows":[[…]…]}
//   {"statement":…,"lsn":N|null,"error":{"code":N,"name":"…","message":"…"}}
#pragma once

#include <optional>
#include <string>

#include "core/error.h"
#include "core/ids.h"
#include "procedures/table.h"

namespace pegel::tools {

struct Answer {
  std::string statement;   // Without its `;`.
  std::optional<Lsn> lsn;  // Of the receipt.
  procedures::Table table;
  std::optional<Error> error;  // When set, there is no table.
};

enum class Format { kTable, kJson, kCsv };

// For standard output and standard error. JSON tells errors in its line; the other two keep them
// out of the data.
struct Printed {
  std::string out;
  std::string err;
};

// `is_quiet` leaves out the row count of a table.
Printed Print(const Answer& answer, Format format, bool is_quiet);

// `ERROR 48 (AUTHORIZATION_EXCEPTION): …`
std::string ErrorLine(const Error& error);

}  // namespace pegel::tools

// Tables of rows, as `pegel sql` prints them.
#pragma once

#include <string>

#include "procedures/table.h"
#include "tools/replay/command.h"

namespace pegel::tools {

std::string TableText(const procedures::Table& table);
Json TableJson(const procedures::Table& table);  // {"columns":[…],"rows":[[…]…]}
Json RowJson(const procedures::Row& row);

// The cells of a row with two blanks between them; NULL where there is none. Safe for terminals.
std::string RowText(const procedures::Row& row);

}  // namespace pegel::tools

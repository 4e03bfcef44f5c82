// Changes of tables as `pegel cluster` and pegel-fleet tell of them.
#pragma once

#include <string>

#include "net/client.h"

namespace pegel::tools {

std::string StatementOf(const net::TableChange& change);  // `create-table my_db.orders`

// When it is done: `Table my_db.orders is created`.
std::string SentenceOf(const net::TableChange& change);

}  // namespace pegel::tools

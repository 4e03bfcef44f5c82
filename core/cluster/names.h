// How databases, tables and partitions may be called: Fluss's rules and texts.
//
// A name is 1 to 200 ASCII letters, digits, `_` and `-`, and does not begin with `__`. A
// partition's name is the values of its keys with `$` between them, and each of these is such a
// name.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "core/cluster/table.h"
#include "core/error.h"

namespace pegel::cluster {

std::string ToText(const TablePath& path);  // `db.t`

// INVALID_DATABASE_EXCEPTION or INVALID_TABLE_EXCEPTION; none: the path is good.
std::optional<Error> PathProblem(const TablePath& path);

// PARTITION_SPEC_INVALID_EXCEPTION; none: the name is good.
std::optional<Error> PartitionNameProblem(absl::string_view name);

}  // namespace pegel::cluster

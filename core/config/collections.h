// What append and subtract do: element by element, with the quoting of the value grammar
// (procedures.md 3.3; quirk Q18 fixed).
#pragma once

#include <optional>
#include <variant>

#include "core/config/command.h"
#include "core/config/draft.h"
#include "core/config/problem.h"
#include "core/config/registry.h"
#include "core/error.h"

namespace pegel::config {

// Whether `change`, an append or a subtract, is of a list or map and has a value. `option` is that
// of its key, or null.
Problem CheckCombines(const Option* option, const Change& change);

// The new dynamic value; unset: the entry stays as it is. `change` passed CheckCombines, and its
// value has the form that its key asks for; `base` is the value in force, or null.
//
//   append    to nothing: the value itself; else behind it. A list of texts takes no element twice,
//             a map no name twice. Appending no element changes nothing.
//   subtract  every equal element, a map's by name alone; when nothing is left, an explicit null,
//             so that a static value does not come back. What is not there changes nothing.
std::variant<std::optional<DynamicValue>, Error> Combine(const Option& option, const Change& change,
                                                         const Value* base);

}  // namespace pegel::config

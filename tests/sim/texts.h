// Between the reference world, which knows texts, and the core, which knows types.
#pragma once

#include <string>
#include <variant>

#include "core/command.h"
#include "core/event.h"
#include "core/outcome.h"
#include "tests/sim/model/model.h"

namespace pegel::sim {

// By the way of procedures/ where there is a procedure: so parsing is tried too. The error of a
// call that cannot be read.
std::variant<Command, Error> ToCommand(const model::Ask& ask, const std::string& cluster_id);
Author AuthorOf(const model::Ask& ask);

// `add_acl('d.t', 'ALLOW', …)`, for traces.
std::string ToText(const model::Ask& ask);

// As the model words its facts.
std::string FactOf(const Event& event);

// The server's own calls and those of tablet servers, with as much of them as tells one from the
// others.
model::Ask AskOf(const Command& command);

// Why the outcome is not what the model expects; empty: it is.
std::string Difference(const model::Answer& expected, const Outcome& found);

}  // namespace pegel::sim

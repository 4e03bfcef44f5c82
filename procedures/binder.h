// Arguments as written → arguments by parameter.
//
//   positional        take the parameters in order
//   named             in any order, names in any case; a positional one may not follow them …
//   vararg            … except behind a named vararg, whose list it continues:
//                     `config_keys => 'k1', 'k2'`
//   NULL              means "left out"; a parameter that cannot be left out refuses it, unless it
//                     has a default_text
#pragma once

#include <variant>

#include "core/error.h"
#include "procedures/catalogue.h"

namespace pegel::procedures {

// Errors are kInvalidArgument and start with the place of the argument.
std::variant<BoundArguments, Error> BindArguments(const Procedure& procedure,
                                                  const CallStatement& call);

}  // namespace pegel::procedures

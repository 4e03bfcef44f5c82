// One alteration, step by step on a draft.
#pragma once

#include <vector>

#include "core/config/command.h"
#include "core/config/draft.h"
#include "core/config/problem.h"

namespace pegel::config {

// Makes every change on `draft`, in order; later ones see earlier ones. Unset: the result may come
// into force. Else the first thing that is wrong, and `draft` is of no use.
Problem Alter(const std::vector<Change>& changes, const ConfigState& state, Draft* draft);

}  // namespace pegel::config

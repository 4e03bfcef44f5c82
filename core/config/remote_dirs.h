// The rules of remote.data.dirs, its strategy and its weights (procedures.md 3.2, quirk Q20).
#pragma once

#include "core/config/draft.h"
#include "core/config/problem.h"

namespace pegel::config {

// No directory that is in use may be taken away, by a reset neither: there is data in it. Each must
// be a path.
Problem CheckRemoteDirsKept(const Draft& before, const Draft& after);

// Under WEIGHTED_ROUND_ROBIN each directory has a weight, none is negative, not all are 0.
Problem CheckRemoteDirWeights(const Draft& before, const Draft& after);

}  // namespace pegel::config

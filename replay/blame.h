// Which record is to blame when a fold stops.
//
// A fold stops where two records do not fit together, and that is one too late when the earlier one
// was changed. Its neighbours tell: a record that its successor names, or that somebody outside the
// log was told of, is genuine.
#pragma once

#include <functional>

#include "core/ids.h"
#include "log/log.h"

namespace pegel::replay {

// Somebody outside the log says that this record is the one with this chain hash.
using IsVouched = std::function<bool(const log::Head&)>;

// `last` is the record folded last, behind which the fold stopped, or at which the log ended though
// more was acknowledged. `before`: the record in front of the log's first. Returns last.lsn when
// that one was changed or put there, else the next lsn. Assumes one tampering; with more, any of
// the two may be named.
Lsn Blame(const log::Log& log, const log::Head& last, const log::Head& before,
          const IsVouched& is_vouched);

}  // namespace pegel::replay

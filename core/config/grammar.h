// How a config's text is read: the value grammar of Fluss (procedures.md 4), type by type.
//
// Each type has its own header with its parser and, where a value has a canonical form, its
// printer. A parser's error (kInvalidArgument) is the bare reason, without the key; it may quote
// the value, so a secret's reason is never shown. CheckValue adds the key and hides secrets.
//
//   absl::Status status = CheckValue(*FindOption("kv.snapshot.interval"), "10");
//   // Cannot parse '10' as Duration for config 'kv.snapshot.interval': Could not parse value '10'
//   // for key 'kv.snapshot.interval'. The time value '10' does not specify a time unit. …
//
// Where we leave Fluss on purpose: doubles are decimal only, a duration must fit into 64 bits of
// milliseconds, and the reason reaches the caller. Pure functions; any thread.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/config/decimal.h"
#include "core/config/duration.h"
#include "core/config/list.h"
#include "core/config/map.h"
#include "core/config/memory_size.h"
#include "core/config/numbers.h"
#include "core/config/registry.h"
#include "core/config/shown.h"

namespace pegel::config {

// OK when `value` reads as the option's type. Else kInvalidArgument, and the message is exactly
// what the caller sees; for a secret option it holds no piece of the value.
absl::Status CheckValue(const Option& option, absl::string_view value);

}  // namespace pegel::config

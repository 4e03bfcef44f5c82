// One record as people and programs see it.
#pragma once

#include <string>

#include "core/fold.h"
#include "tools/replay/command.h"

namespace pegel::tools {

// `2026-11-22T08:00:00.123Z`: to the millisecond, for people; JSON has all digits.
std::string ShortTime(UnixNanos time);

// `User:Bob@10.0.0.1`; the server itself has no host: `System:pegeld@-`.
std::string AuthorText(const Author& author);

// `accepted` or `REJECTED NAME: message`.
std::string OutcomeText(const Outcome& outcome);

// One line: lsn, time, author, call, outcome. Safe for terminals.
std::string RecordLine(const Record& record, const Applied& applied);

// What every JSON object about a record begins with: lsn, time, principal, host.
Json MomentJson(const Moment& moment);
// code, name, message.
Json ErrorJson(const Error& error);

Json RecordJson(const Record& record, const Applied& applied, const Hash256& chain);

}  // namespace pegel::tools

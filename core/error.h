// Error codes as callers see them: Fluss's numbers and names where Fluss has the condition
// (errors.tsv), ours from 1000 on where it has none (docs/decisions/003-error-codes.md).
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace pegel {

// IMPORTANT: stored in effect hashes and sent on the wire; a number never changes its meaning.
enum class ErrorCode : int32_t {
  kUnknownServerError = -1,
  kAuthorization = 48,
  kServerNotExist = 58,
  kServerTagAlreadyExist = 59,
  kServerTagNotExist = 60,
  kRebalanceFailure = 61,
  kConfig = 64,

  kSyntax = 1000,             // The statement cannot be read.
  kInvalidArgument = 1001,    // An argument's value is not what the procedure takes.
  kProcedureNotExist = 1002,  // No such procedure in this version.
  kOverloaded = 1003,         // A limit on work in flight is reached: retry later.
  kLimitExceeded = 1004,      // A limit on what the World holds is reached.
  kRequestIdReused = 1005,    // The request id was used before for another call.
  kNoSecretKey = 1006,        // The server has no key file, so it cannot take a secret.

  kWatchTooSlow = 1010,   // The subscriber did not take its changes; it may resume.
  kWatchReplaced = 1011,  // The same principal subscribed again under the same name.

  kServerLost = 1013,  // This registration of a tablet server is dead: register again.

  kServerFenced = 1020,  // The registration named is not the one in force.
  kServerIsLive = 1021,  // Only a dead server can be unregistered.
};

// Upper-case name, e.g. AUTHORIZATION_EXCEPTION. For a number that this version does not know:
// UNKNOWN.
absl::string_view ErrorName(ErrorCode code);

// A refusal as the caller sees it.
struct Error {
  ErrorCode code = ErrorCode::kUnknownServerError;
  std::string message;
  bool operator==(const Error&) const = default;
};

}  // namespace pegel

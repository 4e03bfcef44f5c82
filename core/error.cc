#include "core/error.h"

namespace pegel {

absl::string_view ErrorName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnknownServerError:
      return "UNKNOWN_SERVER_ERROR";
    case ErrorCode::kAuthorization:
      return "AUTHORIZATION_EXCEPTION";
    case ErrorCode::kServerNotExist:
      return "SERVER_NOT_EXIST_EXCEPTION";
    case ErrorCode::kServerTagAlreadyExist:
      return "SEVER_TAG_ALREADY_EXIST_EXCEPTION";  // Fluss's spelling; scripts match it.
    case ErrorCode::kServerTagNotExist:
      return "SEVER_TAG_NOT_EXIST_EXCEPTION";
    case ErrorCode::kRebalanceFailure:
      return "REBALANCE_FAILURE_EXCEPTION";
    case ErrorCode::kConfig:
      return "CONFIG_EXCEPTION";
    case ErrorCode::kSyntax:
      return "SYNTAX_ERROR";
    case ErrorCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case ErrorCode::kProcedureNotExist:
      return "PROCEDURE_NOT_EXIST";
    case ErrorCode::kOverloaded:
      return "OVERLOADED";
    case ErrorCode::kLimitExceeded:
      return "LIMIT_EXCEEDED";
    case ErrorCode::kRequestIdReused:
      return "REQUEST_ID_REUSED";
    case ErrorCode::kNoSecretKey:
      return "NO_SECRET_KEY";
    case ErrorCode::kServerFenced:
      return "SERVER_FENCED";
    case ErrorCode::kServerIsLive:
      return "SERVER_IS_LIVE";
    case ErrorCode::kWatchTooSlow:
      return "WATCH_TOO_SLOW";
    case ErrorCode::kWatchReplaced:
      return "WATCH_REPLACED";
    case ErrorCode::kServerLost:
      return "SERVER_LOST";
  }
  return "UNKNOWN";
}

}  // namespace pegel

#include "net/rpc_status.h"

#include "absl/strings/str_cat.h"

namespace pegel::net {
namespace {

absl::StatusCode CodeOf(kj::Exception::Type type) {
  switch (type) {
    case kj::Exception::Type::DISCONNECTED:
      return absl::StatusCode::kUnavailable;
    case kj::Exception::Type::OVERLOADED:
      return absl::StatusCode::kResourceExhausted;
    case kj::Exception::Type::UNIMPLEMENTED:
      return absl::StatusCode::kUnimplemented;
    case kj::Exception::Type::FAILED:
      break;
  }
  return absl::StatusCode::kInternal;
}

absl::StatusCode CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kAuthorization:
      return absl::StatusCode::kPermissionDenied;
    case ErrorCode::kInvalidArgument:
      return absl::StatusCode::kInvalidArgument;
    case ErrorCode::kWatchTooSlow:
      return absl::StatusCode::kResourceExhausted;
    case ErrorCode::kWatchReplaced:
      return absl::StatusCode::kAborted;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::Status ToStatus(const kj::Exception& exception, const std::string& server) {
  return absl::Status(CodeOf(exception.getType()),
                      absl::StrCat(server, ": ", exception.getDescription().cStr()));
}

absl::Status ToStatus(const Error& error) {
  return absl::Status(CodeOf(error.code),
                      absl::StrCat(ErrorName(error.code), " (", static_cast<int32_t>(error.code),
                                   "): ", error.message));
}

}  // namespace pegel::net

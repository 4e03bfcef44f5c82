// What can go wrong with a call, as the absl::Status that net/client.h promises.
#pragma once

#include <kj/exception.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/error.h"

namespace pegel::net {

// `server`: as the user wrote it; stands before the text.
absl::Status ToStatus(const kj::Exception& exception, const std::string& server);

// A server's refusal: `NAME (code): text`.
absl::Status ToStatus(const Error& error);

// Runs `work`, which waits on promises, and turns what it throws into a Status.
template <typename T, typename Work>
absl::StatusOr<T> Guarded(const std::string& server, Work work) {
  try {
    return work();
  } catch (const kj::Exception& exception) {
    return ToStatus(exception, server);
  }
}

}  // namespace pegel::net

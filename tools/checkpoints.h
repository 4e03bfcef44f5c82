// Signed checkpoints: somebody with a key read the log and says what it was, so that who has the
// public half can tell later, anywhere, whether it still is.
//
//   # Whatever stands behind a # is for people.
//   CLUSTER LSN CHAIN SIGNATURE    one a line; CHAIN and SIGNATURE in hex
//
// The signature (Ed25519, 64 bytes) is over this text, each line with its end:
//
//   pegel checkpoint 1
//   cluster CLUSTER
//   lsn LSN
//   chain CHAIN
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/engine.h"
#include "tools/signing.h"

namespace pegel::tools {

struct Checkpoint {
  std::string cluster_id;
  Receipt receipt;
  uint64_t line = 0;  // In its file, from 1; 0: in none.
};

// With its end.
absl::StatusOr<std::string> SignedLine(const Checkpoint& checkpoint, const Key& key);

// All lines of a file, in their order. Errors name the first bad line: kInvalidArgument: it is
// none; kDataLoss: `key` has not signed it.
absl::StatusOr<std::vector<Checkpoint>> ParseCheckpoints(absl::string_view text, const Key& key);

}  // namespace pegel::tools

// Receipts on file: what the server told its callers, one a line, for `pegel-replay verify`.
//
//   # Whatever stands behind a # is for people.
//   1234 5f0c…   lsn, a blank, the chain hash of its record in 64 hex digits
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/engine.h"

namespace pegel::tools {

struct NumberedReceipt {
  Receipt receipt;
  uint64_t line = 0;  // From 1.
};

std::string ReceiptLine(const Receipt& receipt);

// `1234:5f0c…` or `1234 5f0c…`. Error kInvalidArgument: what was expected and found.
absl::StatusOr<Receipt> ParseReceipt(absl::string_view text);

// All lines of a file, in their order. Error kInvalidArgument: the first bad line.
absl::StatusOr<std::vector<NumberedReceipt>> ParseReceipts(absl::string_view text);

}  // namespace pegel::tools

#include "tools/shell/receipts.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace pegel::tools {

std::string ReceiptLine(const Receipt& receipt) {
  return absl::StrCat(receipt.lsn.value, " ", ToHex(receipt.chain), "\n");
}

absl::StatusOr<Receipt> ParseReceipt(absl::string_view text) {
  std::vector<absl::string_view> pieces =
      absl::StrSplit(text, absl::ByAnyChar(" \t:"), absl::SkipEmpty());
  Receipt receipt;
  if (pieces.size() == 2 && absl::SimpleAtoi(pieces[0], &receipt.lsn.value) &&
      receipt.lsn > Lsn{} && FromHex(pieces[1], &receipt.chain)) {
    return receipt;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "expected an lsn from 1 on and a chain hash of 64 hex digits, found '", text, "'"));
}

absl::StatusOr<std::vector<NumberedReceipt>> ParseReceipts(absl::string_view text) {
  std::vector<NumberedReceipt> receipts;
  uint64_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    absl::StatusOr<Receipt> receipt = ParseReceipt(line);
    if (!receipt.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", receipt.status().message()));
    }
    receipts.push_back({*receipt, number});
  }
  return receipts;
}

}  // namespace pegel::tools

#include "tools/checkpoints.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace pegel::tools {
namespace {

constexpr size_t kSignatureDigits = 128;

std::string SignedText(const Checkpoint& checkpoint) {
  return absl::StrCat("pegel checkpoint 1\ncluster ", checkpoint.cluster_id, "\nlsn ",
                      checkpoint.receipt.lsn.value, "\nchain ", ToHex(checkpoint.receipt.chain),
                      "\n");
}

absl::Status BadLine(uint64_t line, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", problem));
}

absl::StatusOr<Checkpoint> ParseLine(absl::string_view text, uint64_t line, const Key& key) {
  std::vector<absl::string_view> pieces =
      absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  Checkpoint checkpoint;
  checkpoint.line = line;
  bool is_one = pieces.size() == 4 && absl::SimpleAtoi(pieces[1], &checkpoint.receipt.lsn.value) &&
                FromHex(pieces[2], &checkpoint.receipt.chain) &&
                pieces[3].size() == kSignatureDigits &&
                std::all_of(pieces[3].begin(), pieces[3].end(), absl::ascii_isxdigit);
  if (!is_one) return BadLine(line, "expected CLUSTER LSN CHAIN SIGNATURE");
  checkpoint.cluster_id = std::string(pieces[0]);
  if (key.HasSigned(SignedText(checkpoint), absl::HexStringToBytes(pieces[3]))) return checkpoint;
  return absl::DataLossError(absl::StrCat("line ", line,
                                          ": the key has not signed this checkpoint of lsn ",
                                          checkpoint.receipt.lsn.value));
}

}  // namespace

absl::StatusOr<std::string> SignedLine(const Checkpoint& checkpoint, const Key& key) {
  absl::StatusOr<std::string> signature = key.Sign(SignedText(checkpoint));
  if (!signature.ok()) return signature.status();
  return absl::StrCat(checkpoint.cluster_id, " ", checkpoint.receipt.lsn.value, " ",
                      ToHex(checkpoint.receipt.chain), " ", absl::BytesToHexString(*signature),
                      "\n");
}

absl::StatusOr<std::vector<Checkpoint>> ParseCheckpoints(absl::string_view text, const Key& key) {
  std::vector<Checkpoint> checkpoints;
  uint64_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    absl::StatusOr<Checkpoint> checkpoint = ParseLine(line, number, key);
    if (!checkpoint.ok()) return checkpoint.status();
    checkpoints.push_back(*std::move(checkpoint));
  }
  return checkpoints;
}

}  // namespace pegel::tools

#include "tools/replay/witnesses.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/read_file.h"
#include "tools/shell/receipts.h"

namespace pegel::tools {
namespace {

absl::Status In(const std::string& file, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(file, ": ", status.message()));
}

}  // namespace

replay::Witness AnchorOf(const Source& source) {
  return {source.anchor(), "the anchor (what was acknowledged last)"};
}

absl::StatusOr<std::vector<replay::Witness>> ReceiptsIn(const std::string& file) {
  absl::StatusOr<std::string> text = ReadSmallFile(file, kWitnessFileBytesMax);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::vector<NumberedReceipt>> receipts = ParseReceipts(*text);
  if (!receipts.ok()) return In(file, receipts.status());
  std::vector<replay::Witness> witnesses;
  witnesses.reserve(receipts->size());
  for (const auto& [receipt, line] : *receipts) {
    witnesses.push_back(
        {{receipt.lsn, receipt.chain}, absl::StrCat("the receipt in line ", line, " of ", file)});
  }
  return witnesses;
}

absl::StatusOr<std::vector<Checkpoint>> CheckpointsIn(const std::string& file, const Key& key) {
  absl::StatusOr<std::string> text = ReadSmallFile(file, kWitnessFileBytesMax);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::vector<Checkpoint>> checkpoints = ParseCheckpoints(*text, key);
  if (!checkpoints.ok()) return In(file, checkpoints.status());
  return checkpoints;
}

replay::Witness WitnessOf(const Checkpoint& checkpoint, const std::string& file) {
  return {{checkpoint.receipt.lsn, checkpoint.receipt.chain},
          absl::StrCat("the signed checkpoint in line ", checkpoint.line, " of ", file)};
}

absl::Status CheckCluster(const std::vector<Checkpoint>& checkpoints, const std::string& file,
                          const std::string& cluster_id) {
  for (const Checkpoint& checkpoint : checkpoints) {
    if (checkpoint.cluster_id == cluster_id) continue;
    return absl::DataLossError(absl::StrCat(file, ": line ", checkpoint.line,
                                            ": the checkpoint is of cluster ",
                                            checkpoint.cluster_id, ", the log of ", cluster_id));
  }
  return absl::OkStatus();
}

}  // namespace pegel::tools

// Who, outside the log, was told of its records: from the command line and from files.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "replay/verify.h"
#include "tools/checkpoints.h"
#include "tools/replay/source.h"

namespace pegel::tools {

constexpr size_t kWitnessFileBytesMax = 1 << 30;

// The anchor of a source.
replay::Witness AnchorOf(const Source& source);

// Errors kInvalidArgument and kNotFound name the file and the line.
absl::StatusOr<std::vector<replay::Witness>> ReceiptsIn(const std::string& file);
absl::StatusOr<std::vector<Checkpoint>> CheckpointsIn(const std::string& file, const Key& key);
replay::Witness WitnessOf(const Checkpoint& checkpoint, const std::string& file);

// kDataLoss: a checkpoint is of another cluster.
absl::Status CheckCluster(const std::vector<Checkpoint>& checkpoints, const std::string& file,
                          const std::string& cluster_id);

}  // namespace pegel::tools

// What snapshots ask of a disk, on a simulated one: so that snapshots and log share its power cuts.
#pragma once

#include "snapshot/files.h"
#include "tests/sim/sim_disk.h"

namespace pegel::testing {

class SimFiles final : public snapshot::Files {
 public:
  explicit SimFiles(SimDisk& disk) : disk_(disk) {}

  absl::StatusOr<std::vector<std::string>> List(const std::string& dir) const override;
  absl::StatusOr<std::string> Read(const std::string& path) const override;
  absl::Status Write(const std::string& path, absl::string_view bytes) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status MakeDir(const std::string& path) override;
  absl::Status SyncDir(const std::string& path) override;

 private:
  SimDisk& disk_;
};

}  // namespace pegel::testing

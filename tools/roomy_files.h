// Files that leave room: snapshots may not take what the log keeps for itself.
//
// A file that would leave less than the reserve is refused before a byte of it is written, as a
// full disk would refuse it (kResourceExhausted). All else goes to the files behind.
//
// Threads: as the files behind, if the two questions may be asked on any.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "snapshot/files.h"
#include "tools/disk_room.h"

namespace pegel::tools {

class RoomyFiles final : public snapshot::Files {
 public:
  // `files` must outlive this. `kept`: bytes that must stay free.
  RoomyFiles(snapshot::Files& files, std::function<absl::StatusOr<Room>()> room,
             std::function<uint64_t()> kept)
      : files_(files), room_(std::move(room)), kept_(std::move(kept)) {}

  absl::StatusOr<std::vector<std::string>> List(const std::string& dir) const override {
    return files_.List(dir);
  }
  absl::StatusOr<std::string> Read(const std::string& path) const override {
    return files_.Read(path);
  }
  absl::Status Write(const std::string& path, absl::string_view bytes) override;
  absl::Status Rename(const std::string& from, const std::string& to) override {
    return files_.Rename(from, to);
  }
  absl::Status Remove(const std::string& path) override { return files_.Remove(path); }
  absl::Status MakeDir(const std::string& path) override { return files_.MakeDir(path); }
  absl::Status SyncDir(const std::string& path) override { return files_.SyncDir(path); }

 private:
  snapshot::Files& files_;
  const std::function<absl::StatusOr<Room>()> room_;
  const std::function<uint64_t()> kept_;
};

}  // namespace pegel::tools

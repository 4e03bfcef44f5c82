// What snapshots ask of a disk, and nothing more: so small that a simulated disk can play it and be
// cut off at every change.
//
// Paths are whole. Errors name the path and the operation: kNotFound, kPermissionDenied,
// kResourceExhausted for a full disk, kUnavailable for anything else.
//
// Threads: any, if no two calls change the same path at a time.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel::snapshot {

class Files {
 public:
  virtual ~Files() = default;

  // The names in a directory, sorted. None when there is no such directory.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& dir) const = 0;
  virtual absl::StatusOr<std::string> Read(const std::string& path) const = 0;

  // Makes the file anew with these bytes, and makes them durable. Its name is durable only after
  // SyncDir of its directory.
  virtual absl::Status Write(const std::string& path, absl::string_view bytes) = 0;
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;
  virtual absl::Status MakeDir(const std::string& path) = 0;  // OK when it is there.
  virtual absl::Status SyncDir(const std::string& path) = 0;  // Makes the names in it durable.
};

// The one real disk. What it makes is for its owner only.
Files& RealFiles();

}  // namespace pegel::snapshot

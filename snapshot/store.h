// The snapshots of one data directory: written so that a crash at any moment leaves the older ones
// whole, and found again at boot.
//
//   <dir>/00000000000000012345.snapshot       of lsn 12345, whole
//   <dir>/….snapshot.tmp                      one that was being written; nobody reads it
//
// Write: aside, synced, renamed, the directory synced, read back and decoded. Only then is it
// verified, and only then do older ones go. snapshot/FORMAT.md has every crash window.
//
// Threads: one writes; any may read meanwhile. What List names may be gone a moment later.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "snapshot/codec.h"
#include "snapshot/files.h"

namespace pegel::snapshot {

// A snapshot that is on disk and was read back.
struct Written {
  Lsn lsn;
  UnixNanos time;  // Of its last record.
  uint64_t bytes = 0;
  Hash256 chain{};   // Of the record at `lsn`.
  Hash256 digest{};  // Of the World.
  bool operator==(const Written&) const = default;
};

class Store {
 public:
  // `files` must outlive the store. The directory is made at the first Write; its parent must be
  // there.
  Store(Files& files, std::string dir) : files_(files), dir_(std::move(dir)) {}

  const std::string& dir() const { return dir_; }
  std::string PathOf(Lsn lsn) const;

  // Lsns of all that have the name of a snapshot, ascending. Looks into none of them.
  absl::StatusOr<std::vector<Lsn>> List() const;

  // Reads and checks one. Errors: kDataLoss, kUnimplemented, kNotFound, naming the file.
  absl::StatusOr<Decoded> Read(Lsn lsn) const;

  // The newest good one with an lsn of at most `lsn`. Those that are bad or cannot be read are told
  // to `on_bad` and passed over. kNotFound: there is none.
  absl::StatusOr<Decoded> ReadNewest(Lsn lsn,
                                     const std::function<void(const absl::Status&)>& on_bad) const;

  // Writes and verifies. After an error every older one is as it was, and of this one there is
  // nothing, or (when only its name could not be synced) all of it.
  absl::StatusOr<Written> Write(const World& world, const Hash256& chain,
                                const absl::btree_map<Lsn, Hash256>& answered_chains);

  // Removes all snapshots but the newest `keep` (at least 1) and those of `pinned`, and what
  // unfinished writes left.
  absl::Status Prune(size_t keep, const std::set<Lsn>& pinned);

 private:
  absl::Status Put(const std::string& path, const std::string& bytes);
  absl::Status Verify(const Written& written) const;

  Files& files_;
  const std::string dir_;
};

}  // namespace pegel::snapshot

// The head anchor: how we notice a log that lost its end.
//
// A log cut at a record boundary is a perfectly good shorter log, so no checksum inside it can
// tell. The anchor is the second witness: after each group is durable, and before anyone is told,
// its last lsn and chain hash are written to the older of two slots of one file and synced. A slot
// fills a page of its own, so that a write of one that goes wrong cannot reach the other.
//
//   power fails before the slot is written     the other slot still names the group before
//   … while it is written                      the torn slot fails its checksum; the other is used
//   … after it                                 it names the newest group
//   killed before the sync, then power fails   Open syncs before the first write, so that the slot
//                                              that it replaces is never the only durable one
//   one slot rotten                            the other is used: same lsn or one group older
//   both rotten, or the file is missing while a log is there → refused (replay/recover.h)
//
// File I/O goes through rocksdb::FileSystem, so that one simulated disk carries both log and
// anchor. Threads: owned by the log; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/log.h"

namespace rocksdb {
class FileSystem;
class FSRandomRWFile;
}  // namespace rocksdb

namespace pegel::log {

class Anchor {
 public:
  // Reads both slots and returns the newer good one. Unset: there is no file. kDataLoss: no slot is
  // good. Writes nothing.
  static absl::StatusOr<std::optional<Head>> Read(const std::string& path, rocksdb::FileSystem* fs);

  // Makes a new anchor file that says `head`, complete and synced (the caller syncs the directory).
  static absl::Status Create(const std::string& path, const Head& head, rocksdb::FileSystem* fs);

  // Opens an existing file for Write, and makes durable what it says.
  static absl::StatusOr<std::unique_ptr<Anchor>> Open(const std::string& path,
                                                      rocksdb::FileSystem* fs);
  ~Anchor();

  // Writes `head` to the older slot and syncs it. After an error the anchor must not be used again.
  absl::Status Write(const Head& head);

 private:
  Anchor(std::string path, std::unique_ptr<rocksdb::FSRandomRWFile> file, uint64_t sequence);

  std::string path_;
  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  uint64_t sequence_;  // Of the newest good slot; slot = sequence % 2.
};

}  // namespace pegel::log

// Where a trimmed log begins: the last record that is not in it any more, by lsn and chain hash.
//
// The records behind it must continue its chain, so a trimmed log is still tied to its whole
// history. The file is written before anything is deleted, aside and renamed, so that it is whole
// or the one before:
//
//   power fails before the rename is durable    the old point counts; nothing was deleted yet
//   … after it, before or while records go      the new point counts; what is left below it is
//   never
//                                               read, and goes with the next trim
//
// Threads: owned by the log; not thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/log.h"

namespace rocksdb {
class FileSystem;
}

namespace pegel::log {

struct DataDir;

// Head{}: there is no file, so the log was never trimmed. Error kDataLoss: it is not whole.
absl::StatusOr<Head> ReadTrimPoint(const DataDir& dir, rocksdb::FileSystem* fs);

// Durable when it returns.
absl::Status WriteTrimPoint(const DataDir& dir, const Head& trimmed, rocksdb::FileSystem* fs);

}  // namespace pegel::log

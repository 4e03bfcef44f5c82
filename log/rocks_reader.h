// Groups in RocksDB: key is the lsn of a group's first record, value is the group.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "log/log.h"

namespace rocksdb {
class DB;
}

namespace pegel::log {

// 8 bytes, big-endian, so that RocksDB's order of bytes is the order of lsns.
std::string KeyOf(Lsn first);

// From the group that holds `from` to the last one that starts at or before `through`, as of now.
std::unique_ptr<Reader> ReadGroups(rocksdb::DB& db, Lsn from, Lsn through);

// Where the records in `db` end; `trimmed` when there are none. Error kDataLoss: the last group
// cannot be read.
absl::StatusOr<Head> EndOf(rocksdb::DB& db, const Head& trimmed);

// The key of the group that holds the record behind `trimmed`, or of the last group, if it ends
// there: groups in front of it hold only what was trimmed. Unset: there are no groups.
absl::StatusOr<std::optional<std::string>> FirstKeyBehind(rocksdb::DB& db, Lsn trimmed);

}  // namespace pegel::log

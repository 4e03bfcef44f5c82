// Groups in RocksDB: key is the lsn of a group's first record, value is the group.
#pragma once

#include <memory>
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

// Where the records in `db` end. Error kDataLoss: the last group cannot be read.
absl::StatusOr<Head> EndOf(rocksdb::DB& db);

}  // namespace pegel::log

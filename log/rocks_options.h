// Every RocksDB option that matters to us, set on purpose, with its reason.
#pragma once

#include <cstddef>

namespace rocksdb {
struct Options;
struct ReadOptions;
struct WriteOptions;
}  // namespace rocksdb

namespace pegel::log {

// Without env, logger, listeners and create_if_missing, which are the caller's.
rocksdb::Options MakeOptions(size_t write_buffer_bytes);

rocksdb::WriteOptions AppendOptions();
rocksdb::ReadOptions ScanOptions();

}  // namespace pegel::log

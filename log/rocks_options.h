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

// For tests: when a write buffer is full follows from what is in it. A skip list, which is faster
// for those who look keys up, tosses coins for the room that it takes.
void MakeRepeatable(rocksdb::Options& options);

rocksdb::WriteOptions AppendOptions();
rocksdb::ReadOptions ScanOptions();

}  // namespace pegel::log

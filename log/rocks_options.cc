#include "log/rocks_options.h"

#include <rocksdb/file_checksum.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <memory>

namespace pegel::log {
namespace {

void SetRecovery(rocksdb::Options& options) {
  // Stops at the first write that is not whole, as every power cut may leave one. Alone this mode
  // would also drop acknowledged records behind a flipped bit without a word; it is safe here
  // because nothing is opened for writing before a read-only open in the same mode was judged by
  // hash chain and anchor. The strict modes refuse after ordinary power cuts.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // What was read from the write-ahead log goes to a synced table before the anchor is moved to it:
  // after a kill, the end of that log may be in the page cache only.
  options.avoid_flush_during_recovery = false;
  // All data is in the write-ahead log; this only says that closing may take the time it needs.
  options.avoid_flush_during_shutdown = false;
  // Never: half a database is not a log.
  options.best_efforts_recovery = false;
}

void SetChecks(rocksdb::Options& options) {
  options.paranoid_checks = true;       // A corrupt MANIFEST or table refuses to open.
  options.paranoid_file_checks = true;  // A table is read back before its log is let go.
  options.force_consistency_checks = true;
  options.flush_verify_memtable_count = true;
  options.verify_sst_unique_id_in_manifest = true;  // Notices a table put in another's place.
  // Notices a closed write-ahead log that is missing or shorter than when it was synced.
  options.track_and_verify_wals_in_manifest = true;
  // A checksum of every whole table in MANIFEST, for checking backups and copies.
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
}

void SetFailing(rocksdb::Options& options) {
  // After an I/O error nobody knows what is on disk: stop, let the next boot find out.
  options.max_bgerror_resume_count = 0;
  // A file that cannot be written at opening is such an error, also if it is only OPTIONS.
  options.fail_if_options_file_error = true;
}

void SetTalking(rocksdb::Options& options) {
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.allow_data_in_errors = false;  // Records hold names of people; logs are read by others.
  options.stats_dump_period_sec = 0;     // No statistics: nobody reads them,
  options.stats_persist_period_sec = 0;  // and a log that nobody uses should not wake up.
  options.persist_stats_to_disk = false;
}

void SetWork(rocksdb::Options& options, size_t write_buffer_bytes) {
  // One flush and one compaction. Fixed, so that a bigger machine does not behave differently.
  options.max_background_jobs = 2;
  // The unflushed end is replayed at boot: 64 MiB of packed groups take about a fifth of a second.
  options.write_buffer_size = write_buffer_bytes;
  // All tables stay open, so that opening the log reads every table's footer and index.
  options.max_open_files = -1;
  options.max_file_opening_threads = 1;  // They are a hundred, not ten thousand.
  // Recycling write-ahead log files is switched off by this recovery mode, and crashes in 7.8.3 in
  // the one mode that has it.
  options.recycle_log_file_num = 0;
  // No write is faster with these on a log that has one writer.
  options.enable_pipelined_write = false;
  options.unordered_write = false;
  options.two_write_queues = false;
  options.manual_wal_flush = false;
}

void SetRoom(rocksdb::Options& options) {
  // RocksDB would ask for 70 MiB at a time in advance: on a disk that is nearly full it would take
  // the last room for one file, which another one needs, and hide what is left from statvfs.
  options.allow_fallocate = false;
}

void SetTables(rocksdb::Options& options) {
  // The log is kept for ever, and nearly all of it is cold: what was merged out of level 0 is
  // compressed. Hashes are a third of a record and do not shrink, the rest does.
  options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kZSTD};
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;  // This build computes CRC32 in software.
  table.block_size = 64 << 10;      // The log is read from end to end: faster than with 4 KiB.
  table.no_block_cache = true;      // And once.
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
}

}  // namespace

rocksdb::Options MakeOptions(size_t write_buffer_bytes) {
  rocksdb::Options options;
  SetRecovery(options);
  SetChecks(options);
  SetFailing(options);
  SetTalking(options);
  SetWork(options, write_buffer_bytes);
  SetRoom(options);
  SetTables(options);
  return options;
}

void MakeRepeatable(rocksdb::Options& options) {
  options.memtable_factory = std::make_shared<rocksdb::VectorRepFactory>();
  options.allow_concurrent_memtable_write = false;  // A vector has none; and there is one writer.
}

rocksdb::WriteOptions AppendOptions() {
  rocksdb::WriteOptions options;
  options.sync = true;                   // Durable before it is acknowledged: the promise itself.
  options.protection_bytes_per_key = 8;  // Checked on the way from our bytes to the file.
  return options;
}

rocksdb::ReadOptions ScanOptions() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  return options;
}

}  // namespace pegel::log

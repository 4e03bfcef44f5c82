// A disk in memory for RocksDB and the anchor: rocksdb::FileSystem over a DiskImage.
//
// It writes down every change, so that a test runs a workload once and then asks what any power cut
// at any point would have left (DiskImage::Survive), it can let any one write or sync fail, and it
// can be full.
//
// Threads: any. Must outlive every file opened from it.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/disk_image.h"

namespace pegel::testing {

class SimDisk final : public rocksdb::FileSystem {
 public:
  using Status = rocksdb::IOStatus;

  SimDisk() = default;
  explicit SimDisk(DiskImage image) : image_(std::move(image)) {}

  // ---- for the test ----

  DiskImage image() const;
  std::vector<DiskOp> ops() const;                     // Every change so far.
  std::vector<DiskOp> ops_behind(size_t count) const;  // Those behind the first `count`.
  size_t op_count() const;

  // kNoRoom: of what takes room, which is a write, a new file or directory, a rename, a link, and
  // room that is asked for in advance. kFull: the same, and from then on all that takes room.
  enum class Fault { kWrite, kSync, kNoRoom, kFull };
  // Lets the `n`-th write (half of it happens), sync (of a file or directory; it does not happen)
  // or change that takes room from now on fail, from 1.
  void FailNth(Fault fault, uint64_t n);
  bool has_failed() const;  // The fault has happened.
  void MakeRoom();          // The disk is full no more.

  Status SyncDir(const std::string& path) { return Change({DiskOp::Kind::kSyncDir, path}); }

  // ---- for open files ----

  // Fails, or applies and notes `op`.
  Status Change(DiskOp op);
  Status AppendTo(const std::string& path, uint64_t file, const std::string& bytes);
  Status Allocate(const std::string& path, uint64_t file);  // Fails, or does nothing.
  std::string ReadAt(uint64_t file, uint64_t offset, size_t size) const;
  uint64_t SizeOf(uint64_t file) const;

  // ---- rocksdb::FileSystem ----

  const char* Name() const override { return "SimDisk"; }
  Status NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSSequentialFile>* result,
                           rocksdb::IODebugContext* debug) override;
  Status NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                             std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                             rocksdb::IODebugContext* debug) override;
  Status NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                         std::unique_ptr<rocksdb::FSWritableFile>* result,
                         rocksdb::IODebugContext* debug) override;
  Status ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                            std::unique_ptr<rocksdb::FSWritableFile>* result,
                            rocksdb::IODebugContext* debug) override;
  Status NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                         std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                         rocksdb::IODebugContext* debug) override;
  Status NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                      std::unique_ptr<rocksdb::FSDirectory>* result,
                      rocksdb::IODebugContext* debug) override;
  Status FileExists(const std::string& path, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override;
  Status GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                     std::vector<std::string>* result, rocksdb::IODebugContext* debug) override;
  Status DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override;
  Status CreateDir(const std::string& path, const rocksdb::IOOptions& options,
                   rocksdb::IODebugContext* debug) override;
  Status CreateDirIfMissing(const std::string& path, const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override;
  Status DeleteDir(const std::string& path, const rocksdb::IOOptions& options,
                   rocksdb::IODebugContext* debug) override;
  Status GetFileSize(const std::string& path, const rocksdb::IOOptions& options, uint64_t* size,
                     rocksdb::IODebugContext* debug) override;
  Status GetFileModificationTime(const std::string& path, const rocksdb::IOOptions& options,
                                 uint64_t* time, rocksdb::IODebugContext* debug) override;
  Status RenameFile(const std::string& from, const std::string& to,
                    const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override;
  Status LinkFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                  rocksdb::IODebugContext* debug) override;
  Status LockFile(const std::string& path, const rocksdb::IOOptions& options,
                  rocksdb::FileLock** lock, rocksdb::IODebugContext* debug) override;
  Status UnlockFile(rocksdb::FileLock* lock, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override;
  Status GetTestDirectory(const rocksdb::IOOptions& options, std::string* path,
                          rocksdb::IODebugContext* debug) override;
  Status NewLogger(const std::string& path, const rocksdb::IOOptions& options,
                   std::shared_ptr<rocksdb::Logger>* result,
                   rocksdb::IODebugContext* debug) override;
  Status GetAbsolutePath(const std::string& path, const rocksdb::IOOptions& options,
                         std::string* result, rocksdb::IODebugContext* debug) override;
  Status GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, uint64_t* bytes,
                      rocksdb::IODebugContext* debug) override;
  Status IsDirectory(const std::string& path, const rocksdb::IOOptions& options, bool* result,
                     rocksdb::IODebugContext* debug) override;

 private:
  // All with mutex_ held.
  Status ChangeLocked(DiskOp op);
  bool FaultHits(const DiskOp& op);
  Status Failure(const DiskOp& op) const;
  Status FindLocked(const std::string& path, uint64_t* file) const;
  Status CreateLocked(const std::string& path, DiskOp::Kind kind, uint64_t* file);

  mutable std::mutex mutex_;  // Guards all below.
  DiskImage image_;
  std::vector<DiskOp> ops_;
  std::set<std::string> locked_;
  Fault fault_ = Fault::kWrite;
  uint64_t fault_countdown_ = 0;  // 0: none.
  bool has_failed_ = false;
  bool is_full_ = false;
};

}  // namespace pegel::testing

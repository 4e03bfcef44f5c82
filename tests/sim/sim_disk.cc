#include "tests/sim/sim_disk.h"

#include <rocksdb/env.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pegel::testing {
namespace {

using Kind = DiskOp::Kind;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// One spelling per file: no slash at the end, none twice.
std::string Plain(const std::string& path) {
  std::string plain;
  for (char c : path) {
    if (c != '/' || plain.empty() || plain.back() != '/') plain.push_back(c);
  }
  if (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  return plain;
}

IOStatus ReadInto(const SimDisk& disk, uint64_t file, uint64_t offset, size_t size, Slice* result,
                  char* scratch) {
  std::string bytes = disk.ReadAt(file, offset, size);
  std::memcpy(scratch, bytes.data(), bytes.size());
  *result = Slice(scratch, bytes.size());
  return IOStatus::OK();
}

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(SimDisk* disk, uint64_t file) : disk_(disk), file_(file) {}
  IOStatus Read(size_t size, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    IOStatus status = ReadInto(*disk_, file_, offset_, size, result, scratch);
    offset_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t size) override {
    offset_ += size;
    return IOStatus::OK();
  }

 private:
  SimDisk* const disk_;
  const uint64_t file_;
  uint64_t offset_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccessFile(SimDisk* disk, uint64_t file) : disk_(disk), file_(file) {}
  IOStatus Read(uint64_t offset, size_t size, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return ReadInto(*disk_, file_, offset, size, result, scratch);
  }

 private:
  SimDisk* const disk_;
  const uint64_t file_;
};

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  WritableFile(SimDisk* disk, std::string path, uint64_t file)
      : disk_(disk), path_(std::move(path)), file_(file) {}
  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    return disk_->AppendTo(path_, file_, data.ToString());
  }
  IOStatus Allocate(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return disk_->Allocate(path_, file_);
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    if (size == disk_->SizeOf(file_)) return IOStatus::OK();  // RocksDB does so at every close.
    return disk_->Change({Kind::kTruncate, path_, "", file_, size, ""});
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return disk_->Change({Kind::kSync, path_, "", file_, 0, ""});
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return disk_->SizeOf(file_); }

 private:
  SimDisk* const disk_;
  const std::string path_;
  const uint64_t file_;
};

class RandomRWFile final : public rocksdb::FSRandomRWFile {
 public:
  RandomRWFile(SimDisk* disk, std::string path, uint64_t file)
      : disk_(disk), path_(std::move(path)), file_(file) {}
  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions&, IODebugContext*) override {
    return disk_->Change({Kind::kWrite, path_, "", file_, offset, data.ToString()});
  }
  IOStatus Read(uint64_t offset, size_t size, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return ReadInto(*disk_, file_, offset, size, result, scratch);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return disk_->Change({Kind::kSync, path_, "", file_, 0, ""});
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  SimDisk* const disk_;
  const std::string path_;
  const uint64_t file_;
};

class Directory final : public rocksdb::FSDirectory {
 public:
  Directory(SimDisk* disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return disk_->Change({Kind::kSyncDir, path_, "", 0, 0, ""});
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  SimDisk* const disk_;
  const std::string path_;
};

class Lock final : public rocksdb::FileLock {
 public:
  explicit Lock(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

bool IsSync(const DiskOp& op) { return op.kind == Kind::kSync || op.kind == Kind::kSyncDir; }

bool TakesRoom(const DiskOp& op) {
  return op.kind == Kind::kMakeDir || op.kind == Kind::kCreate || op.kind == Kind::kWrite ||
         op.kind == Kind::kRename || op.kind == Kind::kLink;
}

bool IsMeant(SimDisk::Fault fault, const DiskOp& op) {
  if (fault == SimDisk::Fault::kSync) return IsSync(op);
  return fault == SimDisk::Fault::kWrite ? op.kind == Kind::kWrite : TakesRoom(op);
}

}  // namespace

DiskImage SimDisk::image() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return image_;
}

std::vector<DiskOp> SimDisk::ops() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return ops_;
}

std::vector<DiskOp> SimDisk::ops_behind(size_t count) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return {ops_.begin() + static_cast<long>(count), ops_.end()};
}

size_t SimDisk::op_count() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return ops_.size();
}

void SimDisk::FailNth(Fault fault, uint64_t n) {
  std::lock_guard<std::mutex> lock(mutex_);
  fault_ = fault;
  fault_countdown_ = n;
  has_failed_ = false;
  is_full_ = false;
}

void SimDisk::MakeRoom() {
  std::lock_guard<std::mutex> lock(mutex_);
  is_full_ = false;
}

bool SimDisk::has_failed() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return has_failed_;
}

IOStatus SimDisk::Change(DiskOp op) {
  std::lock_guard<std::mutex> lock(mutex_);
  return ChangeLocked(std::move(op));
}

IOStatus SimDisk::AppendTo(const std::string& path, uint64_t file, const std::string& bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  return ChangeLocked({Kind::kWrite, path, "", file, image_.Bytes(file).size(), bytes});
}

std::string SimDisk::ReadAt(uint64_t file, uint64_t offset, size_t size) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string& bytes = image_.Bytes(file);
  return offset < bytes.size() ? bytes.substr(offset, size) : "";
}

uint64_t SimDisk::SizeOf(uint64_t file) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return image_.Bytes(file).size();
}

IOStatus SimDisk::Allocate(const std::string& path, uint64_t file) {
  std::lock_guard<std::mutex> lock(mutex_);
  const bool wants_room = fault_ == Fault::kNoRoom || fault_ == Fault::kFull;
  const DiskOp op{Kind::kWrite, path, "", file, 0, ""};
  return wants_room && FaultHits(op) ? Failure(op) : IOStatus::OK();
}

IOStatus SimDisk::ChangeLocked(DiskOp op) {
  bool is_hit = FaultHits(op);
  IOStatus status = is_hit ? Failure(op) : IOStatus::OK();
  if (is_hit && op.kind == Kind::kWrite) op.bytes.resize(op.bytes.size() / 2);
  if (!is_hit || op.kind == Kind::kWrite) {
    image_.Apply(op);
    ops_.push_back(std::move(op));
  }
  return status;
}

IOStatus SimDisk::Failure(const DiskOp& op) const {
  if (fault_ == Fault::kNoRoom || fault_ == Fault::kFull) {
    return IOStatus::NoSpace("injected", ToText(op));
  }
  return IOStatus::IOError("injected", ToText(op));
}

bool SimDisk::FaultHits(const DiskOp& op) {
  if (!IsMeant(fault_, op)) return false;
  if (is_full_) return true;
  if (fault_countdown_ == 0 || --fault_countdown_ > 0) return false;
  has_failed_ = true;
  is_full_ = fault_ == Fault::kFull;
  return true;
}

IOStatus SimDisk::FindLocked(const std::string& path, uint64_t* file) const {
  std::optional<uint64_t> found = image_.Find(path);
  if (!found.has_value()) return IOStatus::PathNotFound(path);
  *file = *found;
  return IOStatus::OK();
}

IOStatus SimDisk::CreateLocked(const std::string& path, Kind kind, uint64_t* file) {
  if (!image_.IsDir(ParentPath(path))) return IOStatus::PathNotFound(path);
  *file = image_.FreeNumber();
  return ChangeLocked({kind, path, "", *file, 0, ""});
}

IOStatus SimDisk::NewSequentialFile(const std::string& path, const FileOptions&,
                                    std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                    IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(path), &file);
  if (status.ok()) *result = std::make_unique<SequentialFile>(this, file);
  return status;
}

IOStatus SimDisk::NewRandomAccessFile(const std::string& path, const FileOptions&,
                                      std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                      IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(path), &file);
  if (status.ok()) *result = std::make_unique<RandomAccessFile>(this, file);
  return status;
}

IOStatus SimDisk::NewWritableFile(const std::string& path, const FileOptions&,
                                  std::unique_ptr<rocksdb::FSWritableFile>* result,
                                  IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = CreateLocked(Plain(path), Kind::kCreate, &file);
  if (status.ok()) *result = std::make_unique<WritableFile>(this, Plain(path), file);
  return status;
}

IOStatus SimDisk::ReopenWritableFile(const std::string& path, const FileOptions&,
                                     std::unique_ptr<rocksdb::FSWritableFile>* result,
                                     IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(path), &file);
  if (!status.ok()) status = CreateLocked(Plain(path), Kind::kCreate, &file);
  if (status.ok()) *result = std::make_unique<WritableFile>(this, Plain(path), file);
  return status;
}

IOStatus SimDisk::NewRandomRWFile(const std::string& path, const FileOptions&,
                                  std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                  IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(path), &file);
  if (status.ok()) *result = std::make_unique<RandomRWFile>(this, Plain(path), file);
  return status;
}

IOStatus SimDisk::NewDirectory(const std::string& path, const IOOptions&,
                               std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!image_.IsDir(Plain(path))) return IOStatus::PathNotFound(path);
  *result = std::make_unique<Directory>(this, Plain(path));
  return IOStatus::OK();
}

IOStatus SimDisk::FileExists(const std::string& path, const IOOptions&, IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  bool exists = image_.Find(Plain(path)).has_value() || image_.IsDir(Plain(path));
  return exists ? IOStatus::OK() : IOStatus::NotFound(path);
}

IOStatus SimDisk::GetChildren(const std::string& path, const IOOptions&,
                              std::vector<std::string>* result, IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!image_.IsDir(Plain(path))) return IOStatus::PathNotFound(path);
  *result = image_.Children(Plain(path));
  return IOStatus::OK();
}

IOStatus SimDisk::DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(path), &file);
  return status.ok() ? ChangeLocked({Kind::kDelete, Plain(path), "", file, 0, ""}) : status;
}

IOStatus SimDisk::CreateDir(const std::string& path, const IOOptions&, IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (image_.IsDir(Plain(path))) return IOStatus::IOError(path, "File exists");
  uint64_t file = 0;
  return CreateLocked(Plain(path), Kind::kMakeDir, &file);
}

IOStatus SimDisk::CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (image_.IsDir(Plain(path))) return IOStatus::OK();
  uint64_t file = 0;
  return CreateLocked(Plain(path), Kind::kMakeDir, &file);
}

IOStatus SimDisk::DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!image_.IsDir(Plain(path))) return IOStatus::PathNotFound(path);
  return ChangeLocked({Kind::kDelete, Plain(path), "", 0, 0, ""});
}

IOStatus SimDisk::GetFileSize(const std::string& path, const IOOptions&, uint64_t* size,
                              IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(path), &file);
  if (status.ok()) *size = image_.Bytes(file).size();
  return status;
}

IOStatus SimDisk::GetFileModificationTime(const std::string&, const IOOptions&, uint64_t* time,
                                          IODebugContext*) {
  *time = 0;
  return IOStatus::OK();
}

IOStatus SimDisk::RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                             IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(from), &file);
  return status.ok() ? ChangeLocked({Kind::kRename, Plain(from), Plain(to), file, 0, ""}) : status;
}

IOStatus SimDisk::LinkFile(const std::string& from, const std::string& to, const IOOptions&,
                           IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(from), &file);
  return status.ok() ? ChangeLocked({Kind::kLink, Plain(from), Plain(to), file, 0, ""}) : status;
}

IOStatus SimDisk::LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** result,
                           IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t file = 0;
  IOStatus status = FindLocked(Plain(path), &file);
  if (!status.ok()) status = CreateLocked(Plain(path), Kind::kCreate, &file);
  if (!status.ok()) return status;
  if (!locked_.insert(Plain(path)).second) return IOStatus::IOError(path, "is locked");
  *result = new Lock(Plain(path));
  return IOStatus::OK();
}

IOStatus SimDisk::UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) {
  std::lock_guard<std::mutex> guard(mutex_);
  std::unique_ptr<Lock> owned(static_cast<Lock*>(lock));
  locked_.erase(owned->path());
  return IOStatus::OK();
}

IOStatus SimDisk::GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) {
  *path = "/";
  return IOStatus::OK();
}

IOStatus SimDisk::NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>*,
                            IODebugContext*) {
  return IOStatus::NotSupported("a log file on the simulated disk");
}

IOStatus SimDisk::GetAbsolutePath(const std::string& path, const IOOptions&, std::string* result,
                                  IODebugContext*) {
  *result = Plain(path);
  return IOStatus::OK();
}

IOStatus SimDisk::GetFreeSpace(const std::string&, const IOOptions&, uint64_t* bytes,
                               IODebugContext*) {
  *bytes = uint64_t{1} << 40;
  return IOStatus::OK();
}

IOStatus SimDisk::IsDirectory(const std::string& path, const IOOptions&, bool* result,
                              IODebugContext*) {
  std::lock_guard<std::mutex> lock(mutex_);
  *result = image_.IsDir(Plain(path));
  return IOStatus::OK();
}

}  // namespace pegel::testing

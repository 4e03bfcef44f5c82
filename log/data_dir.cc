#include "log/data_dir.h"

#include <rocksdb/file_system.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "log/anchor.h"
#include "log/rocks_status.h"
#include "log/trim_point.h"

namespace pegel::log {
namespace {

bool Exists(const std::string& path, rocksdb::FileSystem* fs) {
  return fs->FileExists(path, rocksdb::IOOptions(), nullptr).ok();
}

// RocksDB renames CURRENT into place as the last step of making a database.
bool HasCompleteLog(const DataDir& dir, rocksdb::FileSystem* fs) {
  return Exists(dir.Log() + "/CURRENT", fs);
}

absl::Status CheckTogether(const DataDir& dir, const Survey& survey, rocksdb::FileSystem* fs) {
  if (survey.has_anchor && !survey.has_log && survey.anchor.lsn.value > 0) {
    return absl::DataLossError(
        absl::StrCat("data loss: the anchor says lsn ", survey.anchor.lsn.value,
                     " was acknowledged, but there is no log (no file ", dir.Log(), "/CURRENT)."));
  }
  if (!survey.has_anchor && Exists(dir.Log(), fs)) {
    return absl::DataLossError(absl::StrCat("data loss: there is a log, but no anchor ",
                                            dir.Anchor(), " to say how far it reached."));
  }
  return absl::OkStatus();
}

std::string ParentOf(const std::string& path) {
  std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  if (!normal.has_filename()) normal = normal.parent_path();  // A slash at the end.
  std::string parent = normal.parent_path().string();
  return parent.empty() ? "." : parent;
}

absl::Status MakeDir(const std::string& path, rocksdb::FileSystem* fs) {
  rocksdb::IOStatus status = fs->CreateDirIfMissing(path, rocksdb::IOOptions(), nullptr);
  return ToStatus(status, absl::StrCat("making the directory ", path));
}

absl::Status AllowOnlyOwner(const std::string& path) {
  std::error_code error;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (!error) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("closing the directory ", path, " to others: ", error.message()));
}

// The file system calls what we may not see "not found"; that must not read as "new".
absl::Status CheckMaySee(const DataDir& dir, rocksdb::FileSystem* fs) {
  if (!Exists(dir.path, fs)) return absl::OkStatus();
  std::unique_ptr<rocksdb::FSDirectory> directory;
  rocksdb::IOStatus status = fs->NewDirectory(dir.path, rocksdb::IOOptions(), &directory, nullptr);
  return ToStatus(status, absl::StrCat("looking into the directory ", dir.path));
}

}  // namespace

absl::Status SyncDir(const std::string& path, rocksdb::FileSystem* fs) {
  const rocksdb::IOOptions io;
  std::unique_ptr<rocksdb::FSDirectory> directory;
  rocksdb::IOStatus status = fs->NewDirectory(path, io, &directory, nullptr);
  if (status.ok()) status = directory->Fsync(io, nullptr);
  return ToStatus(status, absl::StrCat("syncing the directory ", path));
}

absl::StatusOr<Survey> Look(const DataDir& dir, rocksdb::FileSystem* fs) {
  if (absl::Status status = CheckMaySee(dir, fs); !status.ok()) return status;
  absl::StatusOr<std::optional<Head>> anchor = Anchor::Read(dir.Anchor(), fs);
  if (!anchor.ok()) return anchor.status();
  absl::StatusOr<Head> trimmed = ReadTrimPoint(dir, fs);
  if (!trimmed.ok()) return trimmed.status();
  Survey survey;
  survey.trimmed = *trimmed;
  survey.has_anchor = anchor->has_value();
  survey.has_log = HasCompleteLog(dir, fs);
  survey.anchor = anchor->value_or(Head{});
  if (absl::Status status = CheckTogether(dir, survey, fs); !status.ok()) return status;
  return survey;
}

absl::Status MakeDataDir(const DataDir& dir, bool is_real, rocksdb::FileSystem* fs) {
  if (Exists(dir.path, fs)) return absl::OkStatus();
  absl::Status status = MakeDir(dir.path, fs);
  if (status.ok() && is_real) status = AllowOnlyOwner(dir.path);
  return status;
}

absl::Status MakeContents(const DataDir& dir, const Survey& survey, rocksdb::FileSystem* fs) {
  absl::Status status;
  if (!survey.has_anchor) status = Anchor::Create(dir.Anchor(), Head{}, fs);
  // Synced also when an earlier attempt made the names: a process that was killed leaves names that
  // a power cut may still take away.
  if (status.ok()) status = SyncDir(ParentOf(dir.path), fs);
  if (status.ok()) status = SyncDir(dir.path, fs);
  if (status.ok()) status = MakeDir(dir.Log(), fs);
  if (status.ok()) status = SyncDir(dir.path, fs);
  return status;
}

absl::StatusOr<std::unique_ptr<DataDirLock>> DataDirLock::Take(const DataDir& dir,
                                                               rocksdb::FileSystem* fs) {
  if (fs == nullptr) fs = rocksdb::FileSystem::Default().get();
  rocksdb::FileLock* lock = nullptr;
  rocksdb::IOStatus status = fs->LockFile(dir.Lock(), rocksdb::IOOptions(), &lock, nullptr);
  if (status.ok()) return std::unique_ptr<DataDirLock>(new DataDirLock(fs, lock));
  return ToStatus(
      status, absl::StrCat("locking ", dir.Lock(), " (does another server use this directory?)"));
}

DataDirLock::~DataDirLock() {
  fs_->UnlockFile(lock_, rocksdb::IOOptions(), nullptr).PermitUncheckedError();
}

}  // namespace pegel::log

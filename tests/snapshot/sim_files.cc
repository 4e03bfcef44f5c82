#include "tests/snapshot/sim_files.h"

#include <algorithm>
#include <memory>

namespace pegel::testing {
namespace {

const rocksdb::IOOptions kIo;

absl::Status ToStatus(const rocksdb::IOStatus& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsNotFound() || status.IsPathNotFound()) return absl::NotFoundError(status.ToString());
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(status.ToString());
  return absl::UnavailableError(status.ToString());
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SimFiles::List(const std::string& dir) const {
  if (!disk_.image().IsDir(dir)) return std::vector<std::string>();
  std::vector<std::string> names = disk_.image().Children(dir);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::string> SimFiles::Read(const std::string& path) const {
  DiskImage image = disk_.image();
  if (!image.Find(path).has_value()) return absl::NotFoundError(path);
  return image.ReadFile(path);
}

absl::Status SimFiles::Write(const std::string& path, absl::string_view bytes) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::IOStatus status = disk_.NewWritableFile(path, {}, &file, nullptr);
  for (size_t at = 0;
       status.ok() && at < bytes.size();) {  // In two pieces, as a real write may be.
    absl::string_view piece = bytes.substr(at, std::max<size_t>(bytes.size() / 2, 1));
    status = file->Append({piece.data(), piece.size()}, kIo, nullptr);
    at += piece.size();
  }
  if (status.ok()) status = file->Sync(kIo, nullptr);
  if (status.ok()) status = file->Close(kIo, nullptr);
  return ToStatus(status);
}

absl::Status SimFiles::Rename(const std::string& from, const std::string& to) {
  return ToStatus(disk_.RenameFile(from, to, kIo, nullptr));
}

absl::Status SimFiles::Remove(const std::string& path) {
  return ToStatus(disk_.DeleteFile(path, kIo, nullptr));
}

absl::Status SimFiles::MakeDir(const std::string& path) {
  return ToStatus(disk_.CreateDirIfMissing(path, kIo, nullptr));
}

absl::Status SimFiles::SyncDir(const std::string& path) { return ToStatus(disk_.SyncDir(path)); }

}  // namespace pegel::testing

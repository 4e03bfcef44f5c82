#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "snapshot/files.h"

namespace pegel::snapshot {
namespace {

// Written and synced piece by piece: one sync of a large file would make the log's own sync, which
// waits for the same disk, wait for all of it.
constexpr size_t kPieceBytes = 256 << 10;

absl::Status Failed(absl::string_view doing, const std::string& path, int error) {
  std::string text = absl::StrCat(doing, " ", path, ": ", std::generic_category().message(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(text);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(text);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::UnavailableError(text);
  }
}

// An open file, closed at the end of the scope.
class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

bool WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

class PosixFiles final : public Files {
 public:
  absl::StatusOr<std::vector<std::string>> List(const std::string& dir) const override {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator it(dir, error), end; !error && it != end;
         it.increment(error)) {
      names.push_back(it->path().filename().string());
    }
    if (error && error.value() != ENOENT) return Failed("listing", dir, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::StatusOr<std::string> Read(const std::string& path) const override {
    File file(path, O_RDONLY);
    struct stat about {};
    if (!file.is_open() || fstat(file.fd(), &about) != 0) return Failed("opening", path, errno);
    std::string bytes(static_cast<size_t>(about.st_size), '\0');
    size_t size = 0;
    while (size < bytes.size()) {
      ssize_t got = read(file.fd(), bytes.data() + size, bytes.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Failed("reading", path, errno);
      if (got == 0) break;  // Shorter than it was a moment ago; the checksum will say so.
      size += static_cast<size_t>(got);
    }
    bytes.resize(size);
    return bytes;
  }

  absl::Status Write(const std::string& path, absl::string_view bytes) override {
    File file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open()) return Failed("making", path, errno);
    do {
      absl::string_view piece = bytes.substr(0, kPieceBytes);
      if (!WriteAll(file.fd(), piece)) return Failed("writing", path, errno);
      if (fdatasync(file.fd()) != 0) return Failed("syncing", path, errno);
      bytes.remove_prefix(piece.size());
    } while (!bytes.empty());
    return absl::OkStatus();
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
    return Failed("renaming", from, errno);
  }

  absl::Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) == 0) return absl::OkStatus();
    return Failed("removing", path, errno);
  }

  absl::Status MakeDir(const std::string& path) override {
    if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
    return Failed("making the directory", path, errno);
  }

  absl::Status SyncDir(const std::string& path) override {
    File dir(path, O_RDONLY | O_DIRECTORY);
    if (!dir.is_open()) return Failed("opening the directory", path, errno);
    if (fsync(dir.fd()) != 0) return Failed("syncing the directory", path, errno);
    return absl::OkStatus();
  }
};

}  // namespace

Files& RealFiles() {
  static PosixFiles files;
  return files;
}

}  // namespace pegel::snapshot

#include "tools/disk_room.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pegel::tools {
namespace {

// What one byte of a record may take: in the write-ahead log, in a table, and in the compressed
// table that it is merged into, until the former two are gone.
constexpr int64_t kWritesPerByte = 3;

// RocksDB makes a handful of files when it writes a table.
constexpr uint64_t kFilesMin = 32;

constexpr int64_t kLookEveryMs = 100;      // While records come.
constexpr uint64_t kLooksPerReserve = 64;  // … or when this part of the reserve was submitted.
constexpr uint64_t kFloorPart = 8;         // Of the reserve.

std::string MiB(int64_t bytes) { return absl::StrCat(std::max<int64_t>(bytes, 0) >> 20, " MiB"); }

uint64_t FloorOf(uint64_t reserve) { return reserve / kFloorPart; }

}  // namespace

absl::StatusOr<Room> RoomOf(const std::string& path) {
  std::error_code error;
  std::filesystem::path there = std::filesystem::absolute(path, error);
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
    there = there.parent_path();
  }
  struct statvfs about {};
  if (statvfs(there.c_str(), &about) != 0) {
    return absl::UnavailableError(absl::StrCat("looking for the room of ", there.string(), ": ",
                                               std::generic_category().message(errno)));
  }
  Room room{uint64_t{about.f_bavail} * about.f_frsize, about.f_favail};
  if (about.f_files == 0) room.files = std::numeric_limits<uint64_t>::max();
  return room;
}

absl::Status CheckRoomToStart(const absl::StatusOr<Room>& room, uint64_t reserve,
                              const std::string& dir) {
  if (!room.ok()) return absl::OkStatus();  // What is really wrong there will be said by others.
  if (room->bytes >= FloorOf(reserve) && room->files >= kFilesMin) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the disk is full: the file system of ", dir, " has room for ",
      MiB(static_cast<int64_t>(room->bytes)), " and ", room->files, " files, expected at least ",
      MiB(static_cast<int64_t>(FloorOf(reserve))), " (an eighth of pegel.disk.reserve) and ",
      kFilesMin, " files. Nothing was changed. Free room there and start again; ",
      "docs/operating.md, A full disk."));
}

DiskRoom::DiskRoom(std::string dir, uint64_t reserve, Ports ports)
    : dir_(std::move(dir)), reserve_(reserve), ports_(std::move(ports)) {
  Look();
}

bool DiskRoom::Look() {
  looked_ms_ = ports_.monotonic_ms();
  since_look_ = 0;
  absl::StatusOr<Room> room = ports_.room();
  if (!room.ok()) return false;  // As it was; a disk that is gone fails the next write.
  is_known_ = true;
  has_files_ = room->files >= kFilesMin;
  free_ = static_cast<int64_t>(std::min<uint64_t>(room->bytes, int64_t{1} << 60));
  spare_ = free_ - static_cast<int64_t>(ports_.owed()) -
           kWritesPerByte * static_cast<int64_t>(line_bytes_);
  return Judge();
}

bool DiskRoom::OnSubmitted(size_t bytes) {
  line_.push_back(bytes);
  line_bytes_ += bytes;
  since_look_ += bytes;
  spare_ -= kWritesPerByte * static_cast<int64_t>(bytes);
  if (since_look_ > reserve_ / kLooksPerReserve ||
      ports_.monotonic_ms() - looked_ms_ >= kLookEveryMs) {
    return Look();
  }
  return Judge();
}

void DiskRoom::OnDurable(size_t records) {
  for (; records > 0 && !line_.empty(); --records) {
    line_bytes_ -= line_.front();
    line_.pop_front();
  }
}

// What is left has to grow by a quarter of the reserve before it is enough again: the level must
// not follow each record.
bool DiskRoom::Judge() {
  if (!is_known_) return false;
  const auto reserve = static_cast<int64_t>(reserve_);
  const auto floor = static_cast<int64_t>(FloorOf(reserve_));
  const int64_t spare = has_files_ ? spare_ : 0;
  const int64_t plenty = level_ == Level::kPlenty ? reserve : reserve + reserve / 4;
  const int64_t some = level_ == Level::kAtFloor ? 2 * floor : floor;
  const Level before = level_;
  level_ = spare >= plenty ? Level::kPlenty : spare >= some ? Level::kLow : Level::kAtFloor;
  return level_ != before;
}

std::string DiskRoom::Text() const {
  if (!has_files_) {
    return absl::StrCat("the file system of ", dir_, " can hold fewer than ", kFilesMin,
                        " more files. Remove files there; writing goes on by itself");
  }
  return absl::StrCat("the file system of ", dir_, " has ", MiB(free_), " of room, of which ",
                      MiB(free_ - spare_), " are owed to what is in the log already; expected ",
                      MiB(static_cast<int64_t>(reserve_)),
                      " beyond that (pegel.disk.reserve). Free room there; writing goes on by "
                      "itself at ",
                      MiB(static_cast<int64_t>(reserve_ + reserve_ / 4)));
}

}  // namespace pegel::tools

#include "tools/roomy_files.h"

#include "absl/strings/str_cat.h"

namespace pegel::tools {

absl::Status RoomyFiles::Write(const std::string& path, absl::string_view bytes) {
  absl::StatusOr<Room> room = room_();
  const uint64_t kept = kept_();
  if (!room.ok() || room->bytes >= kept + bytes.size()) return files_.Write(path, bytes);
  return absl::ResourceExhaustedError(
      absl::StrCat("writing ", path, ": no room: it takes ", bytes.size(), " bytes, and of the ",
                   room->bytes, " that are free the log keeps ", kept,
                   " (pegel.disk.reserve, and what it still has to write)"));
}

}  // namespace pegel::tools

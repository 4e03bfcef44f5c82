// How much room the log's file system has, and whether it is enough to go on.
//
// RocksDB must never run into a full disk: after a failed write nobody knows what is on disk, and
// the process has to stop. So room is looked at before, and what is left is kept for what cannot
// wait. What counts is not the room that is free now, but what of it is left when RocksDB has
// written all that it owes (RocksLog::BytesOwed), and the log all that waits in the line:
//
//   spare = free - owed - 3 × line            (each byte: write-ahead log, table, compressed table)
//
//   kPlenty    spare >= reserve
//   kLow       below the reserve: what can wait is refused. Back at 5/4 of it
//   kAtFloor   below an eighth of it: nothing is written. Back to kLow at a quarter
//
// Between two looks the bytes that went to the log are counted, so that the level changes with the
// very record that uses up the reserve; what others write into the file system is seen at the next
// look, at most a second later.
//
// Loop thread only. tools/server.cc owns it and tells the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace pegel::tools {

// What a file system has left for this process's user.
struct Room {
  uint64_t bytes = 0;
  uint64_t files = 0;  // Inodes. The largest number where there is no such limit.
};

// Of the file system of `path`, or of the nearest directory above it that is there.
absl::StatusOr<Room> RoomOf(const std::string& path);

// With less than an eighth of `reserve` nothing may be written, also not by a start.
absl::Status CheckRoomToStart(const absl::StatusOr<Room>& room, uint64_t reserve,
                              const std::string& dir);

class DiskRoom {
 public:
  enum class Level { kPlenty, kLow, kAtFloor };

  struct Ports {
    std::function<absl::StatusOr<Room>()> room;
    std::function<uint64_t()> owed;
    std::function<int64_t()> monotonic_ms;
  };

  // Looks at once.
  DiskRoom(std::string dir, uint64_t reserve, Ports ports);

  Level level() const { return level_; }
  std::string Text() const;  // Room and reserve, and what to do.

  // Each says whether the level is another one now.
  bool Look();
  bool OnSubmitted(size_t bytes);  // A record of so many bytes is on its way to the log.

  void OnDurable(size_t records);  // So many of these are in it.

 private:
  bool Judge();

  const std::string dir_;
  const uint64_t reserve_;
  const Ports ports_;
  std::deque<size_t> line_;  // Bytes of the records on their way.
  uint64_t line_bytes_ = 0;
  // As of the last look; before the first one that succeeds nothing is known, and nothing refused.
  int64_t free_ = 0;
  int64_t spare_ = 0;
  bool is_known_ = false;
  bool has_files_ = true;
  int64_t looked_ms_ = 0;
  uint64_t since_look_ = 0;  // Bytes submitted.
  Level level_ = Level::kPlenty;
};

// The alarm of a disk that is nearly full; stable, scripts match it.
inline constexpr char kNoSpaceAlarm[] = "NOSPACE";

}  // namespace pegel::tools

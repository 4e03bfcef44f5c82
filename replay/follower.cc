#include "replay/follower.h"

#include <memory>

namespace pegel::replay {

// A reader of its own for each call: one that rested between calls would pin what it reads.
absl::Status Follower::Advance(absl::FunctionRef<bool()> go_on, Observer observe) {
  if (!go_on()) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log_.Read(folder_.NextLsn());
  if (!reader.ok()) return reader.status();
  do {
    Lsn first;
    absl::string_view bytes;
    absl::StatusOr<bool> more = (*reader)->Next(&first, &bytes);
    if (!more.ok()) {
      return FaultAt(folder_.NextLsn(), more.status().code(), more.status().message());
    }
    if (!*more) return absl::OkStatus();
    if (absl::Status status = folder_.AddGroup(first, bytes, observe); !status.ok()) return status;
  } while (go_on());
  return absl::OkStatus();
}

}  // namespace pegel::replay

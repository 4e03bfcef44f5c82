#include "replay/place.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "replay/copy.h"
#include "replay/recover.h"
#include "snapshot/files.h"

namespace pegel::replay {

std::string ParentOf(const std::string& dir) {
  std::string parent = std::filesystem::path(dir).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string TrimmedPath(std::string dir) {
  while (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  return dir;
}

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::symlink_status(path, error).type() !=
         std::filesystem::file_type::not_found;
}

absl::Status ClearUnfinished(const std::string& place) {
  if (!Exists(place)) return absl::OkStatus();
  {
    auto lock = log::DataDirLock::Take(log::DataDir{place}, nullptr);
    if (!lock.ok()) return lock.status();
  }
  std::error_code error;
  std::filesystem::remove_all(place, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("clearing ", place, ": ", error.message()));
}

absl::Status FillLog(const log::Log& from, const log::Head& before, Lsn through,
                     const std::string& place, absl::FunctionRef<void(Lsn)> on_copied) {
  auto log = log::RocksLog::Create({.data_dir = place}, before);
  if (!log.ok()) return log.status();
  return CopyRecords(from, before, through, [&](const log::Group& group) {
    absl::Status appended;
    (*log)->Append(group, [&](absl::Status status) { appended = std::move(status); });
    on_copied(group.head.lsn);
    return appended;
  });
}

absl::Status Prove(const std::string& place, const Folded& expected) {
  absl::StatusOr<Recovered> found = Recover({.data_dir = place});
  if (!found.ok()) return found.status();
  if (found->folded.head == expected.head && found->folded.world == expected.world) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("copied up to lsn ", expected.head.lsn.value,
                                          ", but a start there comes to another state at lsn ",
                                          found->folded.head.lsn.value));
}

absl::Status MoveIntoPlace(const std::string& place, const std::string& data_dir) {
  if (Exists(data_dir)) {
    return absl::AlreadyExistsError(absl::StrCat(data_dir, " was made meanwhile"));
  }
  absl::Status status = snapshot::RealFiles().SyncDir(place);
  if (status.ok()) status = snapshot::RealFiles().Rename(place, data_dir);
  if (status.ok()) status = snapshot::RealFiles().SyncDir(ParentOf(data_dir));
  return status;
}

}  // namespace pegel::replay

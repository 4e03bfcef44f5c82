#include "replay/backup.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "replay/copy.h"
#include "replay/place.h"
#include "replay/recover.h"
#include "snapshot/files.h"

namespace pegel::replay {
namespace {

snapshot::Store SnapshotsOf(const std::string& dir) {
  return snapshot::Store(snapshot::RealFiles(), log::DataDir{dir}.Snapshots());
}

std::string LogOf(const std::string& dir) { return absl::StrCat(dir, "/log.groups"); }

// A running server may take files away while they are opened, and a snapshot when it trims: then
// all begins again.
constexpr int kAttemptsMax = 3;

// A bad snapshot is passed over when another will do: it is the next older one that counts.
void PassOver(const absl::Status&) {}

absl::Status Keep(const Folded& folded, const std::string& dir) {
  return SnapshotsOf(dir).Write(folded.world, folded.head.chain, folded.answered_chains).status();
}

// Of the snapshots that `dir` needs: the one at the trim point, if any, and the newest.
absl::Status KeepSnapshots(const snapshot::Store& from, const log::Head& trimmed,
                           const Folded& newest, const std::string& dir) {
  if (trimmed != log::Head{} && newest.head != trimmed) {
    absl::StatusOr<Folded> first = StartFor(trimmed.lsn, trimmed, from, PassOver);
    if (!first.ok()) return first.status();
    if (absl::Status status = Keep(*first, dir); !status.ok()) return status;
  }
  return newest.head == log::Head{} ? absl::OkStatus() : Keep(newest, dir);
}

// Only what an interrupted create may have left.
absl::Status MakePlace(const std::string& dir) {
  if (Exists(LogOf(dir))) {
    return absl::AlreadyExistsError(
        absl::StrCat(dir,
                     " holds a backup already, which is never overwritten. Nothing was "
                     "changed. Name a directory that does not exist."));
  }
  absl::StatusOr<std::vector<std::string>> names = snapshot::RealFiles().List(dir);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (name == "snapshots" || name == "log.groups.tmp") continue;
    return absl::AlreadyExistsError(
        absl::StrCat(dir, " is there already, with '", name,
                     "' in it. Nothing was changed. Name a directory that does not exist."));
  }
  std::error_code error;
  std::filesystem::remove_all(log::DataDir{dir}.Snapshots(), error);
  if (error) return absl::UnavailableError(absl::StrCat("clearing ", dir, ": ", error.message()));
  absl::Status made = snapshot::RealFiles().MakeDir(dir);
  if (made.ok()) made = snapshot::RealFiles().SyncDir(ParentOf(dir));
  return made;
}

// Progress over two walks: a fold from a snapshot on, and a copy of all records.
class Steps {
 public:
  Steps(Lsn snapshot, Lsn before, Lsn through, OnProgress on_progress)
      : snapshot_(snapshot), before_(before), through_(through), on_progress_(on_progress) {}

  auto OnFolded() {
    return [this](const Record& record, const Applied&, const Hash256&) {
      folded_ = record.moment.lsn.value - snapshot_.value;
      Tell();
    };
  }
  void OnCopied(Lsn lsn) {
    copied_ = lsn.value - before_.value;
    Tell();
  }

 private:
  void Tell() {
    on_progress_(folded_ + copied_, 2 * through_.value - snapshot_.value - before_.value);
  }

  const Lsn snapshot_, before_, through_;
  OnProgress on_progress_;
  uint64_t folded_ = 0, copied_ = 0;
};

BackedUp Tell(const log::Head& before, const Folded& folded, uint64_t bytes) {
  return BackedUp{Next(before.lsn), folded.head, folded.world.time, Digest(folded.world), bytes};
}

absl::Status OutOfBackup(Lsn lsn, const log::GroupFile& log) {
  return absl::OutOfRangeError(absl::StrCat("lsn ", lsn.value, " is not in the backup, which goes ",
                                            "from lsn ", log.before().lsn.value, " to ",
                                            log.head().lsn.value));
}

// A full disk needs its room back: `made` is removed. Another failure leaves it, for whoever wants
// to look, and for the next attempt to clear.
absl::Status GiveRoomBack(const absl::Status& failure, const std::vector<std::string>& made) {
  if (!absl::IsResourceExhausted(failure)) return failure;
  std::error_code error;
  for (const std::string& path : made) {
    if (!error) std::filesystem::remove_all(path, error);
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("the disk is full (", failure.message(), "). What had been written was ",
                   error ? absl::StrCat("not all removed: ", error.message()) : "removed again",
                   ". Free room on that file system, or name a directory on another one."));
}

absl::StatusOr<BackedUp> FillFrom(const log::Inspection& source, Folded newest,
                                  const snapshot::Store& snapshots, const std::string& dir,
                                  OnProgress on_progress) {
  const log::Head& trimmed = source.trimmed;
  const Lsn through = std::max(source.anchor.lsn, trimmed.lsn);
  absl::Status kept = KeepSnapshots(snapshots, trimmed, newest, dir);
  if (!kept.ok()) return kept;
  Steps steps(newest.head.lsn, trimmed.lsn, through, on_progress);
  absl::StatusOr<Folded> folded = FoldTo(*source.log, std::move(newest), through, steps.OnFolded());
  if (!folded.ok()) return folded.status();
  absl::StatusOr<log::Head> head =
      CopyToFile(*source.log, trimmed, through, LogOf(dir), [&](Lsn lsn) { steps.OnCopied(lsn); });
  if (!head.ok()) return head.status();
  if (*head != folded->head || (source.anchor.lsn == through && *head != source.anchor)) {
    return absl::DataLossError(absl::StrCat("the log's record of lsn ", through.value,
                                            " is not the one that was acknowledged"));
  }
  auto made = log::GroupFile::Open(LogOf(dir), nullptr);
  if (!made.ok()) return made.status();
  return Tell(trimmed, *folded, (*made)->bytes());
}

absl::StatusOr<BackedUp> CreateFrom(const std::string& data_dir, const log::Inspection& source,
                                    const std::string& dir, OnProgress on_progress) {
  const Lsn through = std::max(source.anchor.lsn, source.trimmed.lsn);
  const snapshot::Store snapshots = SnapshotsOf(TrimmedPath(data_dir));
  absl::StatusOr<Folded> newest = StartFor(through, source.trimmed, snapshots, PassOver);
  if (!newest.ok()) return newest.status();
  if (absl::Status made = MakePlace(dir); !made.ok()) return made;
  absl::StatusOr<BackedUp> filled =
      FillFrom(source, *std::move(newest), snapshots, dir, on_progress);
  if (filled.ok()) return filled;
  return GiveRoomBack(filled.status(),
                      {log::DataDir{dir}.Snapshots(), absl::StrCat(LogOf(dir), ".tmp")});
}

// ---- restore ----

}  // namespace

absl::StatusOr<OpenedBackup> OpenBackup(const std::string& dir) {
  absl::StatusOr<std::unique_ptr<log::GroupFile>> log = log::GroupFile::Open(LogOf(dir), nullptr);
  if (log.ok()) return OpenedBackup{*std::move(log), SnapshotsOf(dir)};
  if (!absl::IsNotFound(log.status())) return log.status();
  return absl::NotFoundError(
      absl::StrCat("there is no whole backup in ", dir, ": no file ", LogOf(dir)));
}

absl::StatusOr<BackedUp> CreateBackup(const std::string& data_dir, const std::string& dir,
                                      OnProgress on_progress) {
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<log::Inspection> source = log::RocksLog::Inspect({.data_dir = data_dir}, true);
    if (!source.ok() && attempt < kAttemptsMax && !absl::IsNotFound(source.status())) continue;
    if (!source.ok()) return source.status();
    absl::StatusOr<BackedUp> made = CreateFrom(data_dir, *source, TrimmedPath(dir), on_progress);
    if (made.ok() || attempt == kAttemptsMax) return made;
    absl::StatusOr<log::Inspection> now = log::RocksLog::Inspect({.data_dir = data_dir}, true);
    if (!now.ok() || now->trimmed == source->trimmed) return made;
  }
}

absl::StatusOr<BackedUp> VerifyBackup(const std::string& dir_given, OnProgress on_progress) {
  const std::string dir = TrimmedPath(dir_given);
  absl::StatusOr<OpenedBackup> backup = OpenBackup(dir);
  if (!backup.ok()) return backup.status();
  const log::Head before = backup->log->before(), head = backup->log->head();
  absl::StatusOr<std::vector<Lsn>> lsns = backup->snapshots.List();
  if (!lsns.ok()) return lsns.status();
  std::map<Lsn, snapshot::Decoded> expected;
  for (Lsn lsn : *lsns) {
    absl::StatusOr<snapshot::Decoded> decoded = backup->snapshots.Read(lsn);
    if (!decoded.ok()) return decoded.status();
    expected.emplace(lsn, *std::move(decoded));
  }
  absl::StatusOr<Folded> folded = StartFor(before.lsn, before, backup->snapshots, PassOver);
  auto observe = [&](const Record& record, const Applied&, const Hash256&) {
    on_progress(record.moment.lsn.value - before.lsn.value, head.lsn.value - before.lsn.value);
  };
  for (const auto& [lsn, decoded] : expected) {
    if (!folded.ok()) return folded.status();
    folded = FoldTo(*backup->log, *std::move(folded), lsn, observe);
    if (!folded.ok()) return folded.status();
    if (folded->head.chain == decoded.snapshot.chain && folded->world == decoded.snapshot.world) {
      continue;
    }
    return absl::DataLossError(absl::StrCat(backup->snapshots.PathOf(lsn),
                                            ": it is not what the records up to lsn ", lsn.value,
                                            " come to"));
  }
  if (folded.ok()) folded = FoldTo(*backup->log, *std::move(folded), head.lsn, observe);
  if (!folded.ok()) return folded.status();
  if (folded->head == head) return Tell(before, *folded, backup->log->bytes());
  return absl::DataLossError(
      absl::StrCat(LogOf(dir), ": its end speaks of another record of lsn ", head.lsn.value));
}

absl::StatusOr<BackedUp> RestoreBackup(const std::string& dir, const std::string& data_dir_given,
                                       std::optional<Lsn> through_given, OnProgress on_progress) {
  const std::string data_dir = TrimmedPath(data_dir_given);
  const std::string place = absl::StrCat(data_dir, ".restoring");
  if (Exists(data_dir)) {
    return absl::AlreadyExistsError(
        absl::StrCat(data_dir,
                     " is there already, and a restore never overwrites. Nothing was "
                     "changed. Name a directory that does not exist."));
  }
  absl::StatusOr<OpenedBackup> backup = OpenBackup(TrimmedPath(dir));
  if (!backup.ok()) return backup.status();
  const log::Head before = backup->log->before();
  const Lsn through = through_given.value_or(backup->log->head().lsn);
  if (through > backup->log->head().lsn || through < before.lsn) {
    return OutOfBackup(through, *backup->log);
  }
  absl::StatusOr<Folded> newest = StartFor(through, before, backup->snapshots, PassOver);
  if (!newest.ok()) return newest.status();
  Steps steps(newest->head.lsn, before.lsn, through, on_progress);
  auto on_copied = [&](Lsn lsn) { steps.OnCopied(lsn); };
  absl::Status status = ClearUnfinished(place);
  if (status.ok()) status = FillLog(*backup->log, before, through, place, on_copied);
  if (status.ok()) status = KeepSnapshots(backup->snapshots, before, *newest, place);
  if (!status.ok()) return GiveRoomBack(status, {place});
  absl::StatusOr<Folded> folded =
      FoldTo(*backup->log, *std::move(newest), through, steps.OnFolded());
  if (!folded.ok()) return folded.status();
  if (folded->head != log::Head{}) status = Keep(*folded, place);
  if (status.ok()) status = Prove(place, *folded);
  if (status.ok()) status = MoveIntoPlace(place, data_dir);
  if (!status.ok()) return GiveRoomBack(status, {place});
  return Tell(before, *folded, backup->log->bytes());
}

}  // namespace pegel::replay

#include "replay/recover.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "log/data_dir.h"
#include "replay/folder.h"

namespace pegel::replay {
namespace {

constexpr Lsn kEnd{UINT64_MAX};

absl::Status NoStart(const log::Head& trimmed, const snapshot::Store& snapshots) {
  return DataLossAt(trimmed.lsn,
                    absl::StrCat("data loss: the log was trimmed up to here, and there is no good "
                                 "snapshot of this lsn or a later one in ",
                                 snapshots.dir(), " to go on from."));
}

struct Began {
  Lsn lsn;
  UnixNanos time;
};

// Folds the inspected log. `from`: the newest snapshot up to there is where it begins, which comes
// back as `began`.
absl::StatusOr<Folded> Judge(const log::Inspection& inspection, const snapshot::Store& snapshots,
                             Lsn from, const log::RocksLogOptions& options, Observer observe,
                             Began* began) {
  auto warn = [&](const absl::Status& bad) {
    if (options.on_warning) options.on_warning(std::string(bad.message()));
  };
  absl::StatusOr<Folded> start = StartFor(from, inspection.trimmed, snapshots, warn);
  if (!start.ok()) return start;
  *began = Began{start->head.lsn, start->world.time};
  return FoldLog(*inspection.log, *std::move(start), inspection.trimmed, inspection.anchor,
                 observe);
}

snapshot::Store StoreOf(const log::RocksLogOptions& options, snapshot::Files& files) {
  return snapshot::Store(files, log::DataDir{options.data_dir}.Snapshots());
}

absl::Status ReadAndJudge(const log::RocksLogOptions& options, snapshot::Files& files,
                          const OnRecovering& on_recovering, Recovered* recovered) {
  absl::StatusOr<log::Inspection> inspection = log::RocksLog::Inspect(options, false);
  if (!inspection.ok()) return inspection.status();
  recovered->anchor = inspection->anchor;
  recovered->trimmed = inspection->trimmed;
  if (inspection->is_new && inspection->trimmed == log::Head{}) return absl::OkStatus();
  if (inspection->is_new) {
    return DataLossAt(inspection->trimmed.lsn,
                      "data loss: the log was trimmed up to here, but there is no log.");
  }
  auto observe = [&](const Record& record, const Applied&, const Hash256&) {
    if (on_recovering) on_recovering(record.moment.lsn, inspection->anchor.lsn);
  };
  Began began;
  absl::StatusOr<Folded> folded =
      Judge(*inspection, StoreOf(options, files), kEnd, options, observe, &began);
  recovered->snapshot = began.lsn;
  recovered->snapshot_time = began.time;
  if (!folded.ok()) return folded.status();
  recovered->folded = *std::move(folded);
  return absl::OkStatus();
}

// The newest snapshot that reads well and is not later than `time`.
absl::StatusOr<snapshot::Decoded> NewestUntil(
    UnixNanos time, const snapshot::Store& snapshots,
    const std::function<void(const absl::Status&)>& on_bad) {
  Lsn through = kEnd;
  for (;;) {
    absl::StatusOr<snapshot::Decoded> newest = snapshots.ReadNewest(through, on_bad);
    if (!newest.ok() || newest->snapshot.world.time <= time) return newest;
    through = Lsn{newest->snapshot.world.lsn.value - 1};
  }
}

absl::StatusOr<Folded> StartFrom(absl::StatusOr<snapshot::Decoded> newest, const log::Head& trimmed,
                                 const snapshot::Store& snapshots) {
  bool is_found = newest.ok() && newest->snapshot.world.lsn >= trimmed.lsn;
  if (!newest.ok() && !absl::IsNotFound(newest.status())) return newest.status();
  if (!is_found)
    return trimmed == log::Head{} ? absl::StatusOr<Folded>(Folded{}) : NoStart(trimmed, snapshots);
  Folded start = ToFolded(std::move(newest->snapshot));
  if (start.head.lsn != trimmed.lsn || start.head == trimmed) return start;
  return DataLossAt(trimmed.lsn, Mismatch("the snapshot is not of the record up to which the log "
                                          "was trimmed; chain",
                                          trimmed.chain, start.head.chain));
}

}  // namespace

absl::StatusOr<Folded> StartFor(Lsn lsn, const log::Head& trimmed, const snapshot::Store& snapshots,
                                const std::function<void(const absl::Status&)>& on_bad) {
  if (lsn < trimmed.lsn) {
    return absl::OutOfRangeError(absl::StrCat("the log was trimmed up to lsn ", trimmed.lsn.value,
                                              "; what was before it is in the exports"));
  }
  return StartFrom(snapshots.ReadNewest(lsn, on_bad), trimmed, snapshots);
}

absl::StatusOr<Folded> StartFor(const AsOf& goal, const log::Head& trimmed,
                                const snapshot::Store& snapshots,
                                const std::function<void(const absl::Status&)>& on_bad) {
  if (const auto* lsn = std::get_if<Lsn>(&goal)) return StartFor(*lsn, trimmed, snapshots, on_bad);
  const UnixNanos time = std::get<UnixNanos>(goal);
  absl::StatusOr<snapshot::Decoded> newest = NewestUntil(time, snapshots, on_bad);
  bool is_trimmed =
      trimmed.lsn > Lsn{} && (absl::IsNotFound(newest.status()) ||
                              (newest.ok() && newest->snapshot.world.lsn < trimmed.lsn));
  if (is_trimmed && snapshots.ReadNewest(kEnd, on_bad).ok()) {
    return absl::OutOfRangeError(absl::StrCat(ToText(goal), " lies before lsn ", trimmed.lsn.value,
                                              ", up to which the log was trimmed; what was before "
                                              "it is in the exports"));
  }
  return StartFrom(std::move(newest), trimmed, snapshots);
}

absl::Status Explain(const absl::Status& status, const std::string& data_dir) {
  if (status.code() != absl::StatusCode::kDataLoss) return status;
  absl::Status explained(
      status.code(),
      absl::StrCat(status.message(), " Nothing was changed in ", data_dir,
                   ". Keep a copy of the directory, then restore a backup that `pegel backup "
                   "verify` calls good."));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    explained.SetPayload(type, payload);
  });
  return explained;
}

absl::StatusOr<Recovered> Recover(const log::RocksLogOptions& options, snapshot::Files& files,
                                  const OnRecovering& on_recovering) {
  Recovered recovered;
  absl::Status judged = ReadAndJudge(options, files, on_recovering, &recovered);
  if (!judged.ok()) return Explain(judged, options.data_dir);
  absl::StatusOr<std::unique_ptr<log::RocksLog>> log =
      log::RocksLog::Open(options, recovered.folded.head);
  if (!log.ok()) return log.status();
  recovered.log = *std::move(log);
  return recovered;
}

absl::StatusOr<Folded> Audit(const log::RocksLogOptions& options, Observer observe,
                             snapshot::Files& files) {
  absl::StatusOr<log::Inspection> inspection = log::RocksLog::Inspect(options, true);
  if (!inspection.ok()) return Explain(inspection.status(), options.data_dir);
  Began began;
  absl::StatusOr<Folded> folded = Judge(*inspection, StoreOf(options, files),
                                        inspection->trimmed.lsn, options, observe, &began);
  if (!folded.ok()) return Explain(folded.status(), options.data_dir);
  return folded;
}

}  // namespace pegel::replay

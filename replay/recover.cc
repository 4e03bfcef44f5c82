#include "replay/recover.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace pegel::replay {
namespace {

absl::StatusOr<Folded> Judge(const log::Inspection& inspection, Observer observe) {
  if (inspection.is_new) return Folded{};
  return FoldLog(*inspection.log, inspection.anchor, observe);
}

}  // namespace

absl::Status Explain(const absl::Status& status, const std::string& data_dir) {
  if (status.code() != absl::StatusCode::kDataLoss) return status;
  absl::Status explained(
      status.code(),
      absl::StrCat(status.message(), " Nothing was changed in ", data_dir,
                   ". Keep a copy of the directory, then restore one that `pegel-replay verify` "
                   "calls good."));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    explained.SetPayload(type, payload);
  });
  return explained;
}

absl::StatusOr<Recovered> Recover(const log::RocksLogOptions& options) {
  Recovered recovered;
  {
    absl::StatusOr<log::Inspection> inspection = log::RocksLog::Inspect(options, false);
    if (!inspection.ok()) return Explain(inspection.status(), options.data_dir);
    absl::StatusOr<Folded> folded =
        Judge(*inspection, [](const Record&, const Applied&, const Hash256&) {});
    if (!folded.ok()) return Explain(folded.status(), options.data_dir);
    recovered.anchor = inspection->anchor;
    recovered.folded = *std::move(folded);
  }  // Closes the read-only log.
  absl::StatusOr<std::unique_ptr<log::RocksLog>> log =
      log::RocksLog::Open(options, recovered.folded.head);
  if (!log.ok()) return log.status();
  recovered.log = *std::move(log);
  return recovered;
}

absl::StatusOr<Folded> Audit(const log::RocksLogOptions& options, Observer observe) {
  absl::StatusOr<log::Inspection> inspection = log::RocksLog::Inspect(options, true);
  if (!inspection.ok()) return Explain(inspection.status(), options.data_dir);
  absl::StatusOr<Folded> folded = Judge(*inspection, observe);
  if (!folded.ok()) return Explain(folded.status(), options.data_dir);
  return folded;
}

}  // namespace pegel::replay

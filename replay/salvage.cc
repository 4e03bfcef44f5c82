#include "replay/salvage.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "log/data_dir.h"
#include "replay/place.h"
#include "snapshot/files.h"
#include "snapshot/store.h"

namespace pegel::replay {
namespace {

void Ignore(const Record&, const Applied&, const Hash256&) {}

// A log that was trimmed begins at a snapshot.
absl::Status KeepBeginning(const Folded& start, const std::string& place) {
  if (start.head == log::Head{}) return absl::OkStatus();
  snapshot::Store store(snapshot::RealFiles(), log::DataDir{place}.Snapshots());
  return store.Write(start.world, start.head.chain, start.answered_chains).status();
}

absl::Status Make(const log::Log& log, const Folded& start, const Folded& expected,
                  const std::string& data_dir, absl::FunctionRef<void(Lsn)> on_progress) {
  const std::string place = absl::StrCat(data_dir, ".salvaging");
  absl::Status status = ClearUnfinished(place);
  if (status.ok()) status = FillLog(log, start.head, expected.head.lsn, place, on_progress);
  if (status.ok()) status = KeepBeginning(start, place);
  if (status.ok()) status = Prove(place, expected);
  if (status.ok()) status = MoveIntoPlace(place, data_dir);
  return status;
}

}  // namespace

absl::StatusOr<Salvaged> Salvage(const log::Log& log, const Folded& start, const log::Head& trimmed,
                                 const std::vector<Witness>& witnesses,
                                 const std::string& data_dir_given,
                                 absl::FunctionRef<void(Lsn)> on_progress) {
  const std::string data_dir = TrimmedPath(data_dir_given);
  if (Exists(data_dir)) {
    return absl::AlreadyExistsError(
        absl::StrCat(data_dir,
                     " is there already, and a salvage never overwrites. Nothing was "
                     "changed. Name a directory that does not exist."));
  }
  absl::StatusOr<Verified> verified = Verify(log, start, {trimmed, witnesses, nullptr},
                                             [&](const log::Head& head) { on_progress(head.lsn); });
  if (verified.ok()) {
    absl::Status made = Make(log, start, verified->folded, data_dir, on_progress);
    if (!made.ok()) return made;
    return Salvaged{verified->folded.head, Digest(verified->folded.world), absl::OkStatus()};
  }
  std::optional<Lsn> bad = LsnOf(verified.status());
  if (!bad.has_value() || bad->value <= start.head.lsn.value + 1) return verified.status();
  absl::StatusOr<Folded> good = FoldTo(log, start, Lsn{bad->value - 1}, Ignore);
  if (!good.ok()) return good.status();
  absl::Status made = Make(log, start, *good, data_dir, on_progress);
  if (!made.ok()) return made;
  return Salvaged{good->head, Digest(good->world), verified.status()};
}

}  // namespace pegel::replay

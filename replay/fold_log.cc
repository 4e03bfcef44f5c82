#include "replay/fold_log.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "replay/folder.h"

namespace pegel::replay {
namespace {

absl::Status JudgeRecord(const log::Head& anchor, Lsn lsn, const Hash256& chain) {
  if (lsn != anchor.lsn || chain == anchor.chain) return absl::OkStatus();
  return DataLossAt(lsn,
                    Mismatch("the record is not the one that the anchor says was acknowledged; "
                             "chain",
                             anchor.chain, chain));
}

}  // namespace

absl::Status JudgeEnd(const log::Head& anchor, const log::Head& end) {
  if (anchor.lsn <= end.lsn) return absl::OkStatus();
  return DataLossAt(
      anchor.lsn, absl::StrCat("data loss: the anchor says lsn ", anchor.lsn.value, " (chain ",
                               ToHex(anchor.chain), ") was acknowledged, but the log ends at lsn ",
                               end.lsn.value, "."));
}

absl::StatusOr<Folded> FoldLog(const log::Log& log, Observer observe) {
  return FoldLog(log, log::Head{}, observe);
}

absl::StatusOr<Folded> FoldLog(const log::Log& log, const log::Head& anchor, Observer observe) {
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log.Read(Lsn{1});
  if (!reader.ok()) return reader.status();
  absl::Status judged;
  auto judge = [&](const Record& record, const Applied& applied, const Hash256& chain) {
    if (judged.ok()) judged = JudgeRecord(anchor, record.moment.lsn, chain);
    observe(record, applied, chain);
  };
  Folder folder;
  while (judged.ok()) {
    Lsn first;
    absl::string_view bytes;
    absl::StatusOr<bool> more = (*reader)->Next(&first, &bytes);
    if (!more.ok()) {
      return FaultAt(folder.NextLsn(), more.status().code(), more.status().message());
    }
    if (!*more) break;
    if (absl::Status status = folder.AddGroup(first, bytes, judge); !status.ok()) return status;
  }
  if (judged.ok()) judged = JudgeEnd(anchor, folder.head());
  if (!judged.ok()) return judged;
  return folder.Take();
}

}  // namespace pegel::replay

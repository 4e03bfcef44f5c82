#include "replay/fold_log.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "replay/chain_at.h"
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

// The anchor's record, when it lies before `start` and so is not folded.
absl::Status JudgeEarlyAnchor(const log::Log& log, const Folded& start, const log::Head& trimmed,
                              const log::Head& anchor) {
  if (anchor.lsn > start.head.lsn) return absl::OkStatus();  // It is folded.
  if (anchor.lsn <= trimmed.lsn) return JudgeRecord(anchor, trimmed.lsn, trimmed.chain);
  absl::StatusOr<std::optional<Hash256>> chain = ChainAt(log, anchor.lsn);
  if (!chain.ok()) return FaultAt(anchor.lsn, chain.status().code(), chain.status().message());
  if (!chain->has_value()) {
    return DataLossAt(
        anchor.lsn,
        "data loss: the anchor says it was acknowledged, but the log does not have it.");
  }
  return JudgeRecord(anchor, anchor.lsn, **chain);
}

// Reads and folds from behind `folder` on, while `go_on` says so.
absl::Status Walk(const log::Log& log, Folder& folder, Lsn through, absl::FunctionRef<bool()> go_on,
                  Observer observe) {
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log.Read(folder.NextLsn());
  if (!reader.ok()) return reader.status();
  while (go_on()) {
    Lsn first;
    absl::string_view bytes;
    absl::StatusOr<bool> more = (*reader)->Next(&first, &bytes);
    if (!more.ok()) {
      return FaultAt(folder.NextLsn(), more.status().code(), more.status().message());
    }
    if (!*more) break;
    absl::Status status = folder.AddGroup(first, bytes, observe, through);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status JudgeEnd(const log::Head& anchor, const log::Head& end) {
  if (anchor.lsn <= end.lsn) return absl::OkStatus();
  return DataLossAt(
      anchor.lsn, absl::StrCat("data loss: the anchor says lsn ", anchor.lsn.value, " (chain ",
                               ToHex(anchor.chain), ") was acknowledged, but the log ends at lsn ",
                               end.lsn.value, "."));
}

absl::Status JudgeStart(const log::Log& log, const Folded& start, const log::Head& trimmed) {
  const log::Head& head = start.head;
  if (head.lsn == Lsn{} || head == trimmed) return absl::OkStatus();
  absl::StatusOr<std::optional<Hash256>> chain = ChainAt(log, head.lsn);
  if (!chain.ok()) return FaultAt(head.lsn, chain.status().code(), chain.status().message());
  if (!chain->has_value()) {
    return DataLossAt(
        head.lsn, absl::StrCat("data loss: there is a snapshot of lsn ", head.lsn.value, " (chain ",
                               ToHex(head.chain), "), but the log does not have this record."));
  }
  if (**chain == head.chain) return absl::OkStatus();
  return DataLossAt(head.lsn, Mismatch("the record is not the one that the snapshot was made of; "
                                       "chain",
                                       head.chain, **chain));
}

absl::StatusOr<Folded> FoldLog(const log::Log& log, Observer observe) {
  return FoldLog(log, Folded{}, log::Head{}, log::Head{}, observe);
}

absl::StatusOr<Folded> FoldLog(const log::Log& log, Folded start, const log::Head& trimmed,
                               const log::Head& anchor, Observer observe) {
  absl::Status judged = JudgeStart(log, start, trimmed);
  if (judged.ok()) judged = JudgeEarlyAnchor(log, start, trimmed, anchor);
  if (!judged.ok()) return judged;
  auto judge = [&](const Record& record, const Applied& applied, const Hash256& chain) {
    if (judged.ok()) judged = JudgeRecord(anchor, record.moment.lsn, chain);
    observe(record, applied, chain);
  };
  Folder folder(std::move(start));
  absl::Status walked = Walk(
      log, folder, Lsn{UINT64_MAX}, [&] { return judged.ok(); }, judge);
  if (!walked.ok()) return walked;
  if (judged.ok()) judged = JudgeEnd(anchor, folder.head());
  if (!judged.ok()) return judged;
  return folder.Take();
}

absl::StatusOr<Folded> FoldTo(const log::Log& log, Folded start, Lsn through, Observer observe) {
  Folder folder(std::move(start));
  absl::Status walked = Walk(
      log, folder, through, [&] { return folder.head().lsn < through; }, observe);
  if (!walked.ok()) return walked;
  if (folder.head().lsn == through) return folder.Take();
  return absl::OutOfRangeError(absl::StrCat("lsn ", through.value, " is not in the log, which ",
                                            folder.head().lsn < through ? "ends" : "was read from",
                                            " at lsn ", folder.head().lsn.value));
}

Folded ToFolded(snapshot::Snapshot snapshot) {
  log::Head head{snapshot.world.lsn, snapshot.chain};
  return Folded{std::move(snapshot.world), head, std::move(snapshot.answered_chains)};
}

}  // namespace pegel::replay

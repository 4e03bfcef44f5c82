#include "tools/retention.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "replay/chain_at.h"
#include "replay/copy.h"
#include "snapshot/files.h"

namespace pegel::tools {
namespace {

// Sorts by lsn, as snapshots do.
std::string TwentyDigits(Lsn lsn) {
  std::string digits = absl::StrCat(lsn.value);
  return std::string(20 - digits.size(), '0') + digits;
}

absl::Status NotOfThisLog(const snapshot::Store& store, Lsn lsn) {
  return absl::DataLossError(
      absl::StrCat("snapshot ", store.PathOf(lsn), ": the log has no such record, or another one"));
}

}  // namespace

absl::Status Retention::Run(Lsn newest) {
  if (options_.records == 0 || newest.value <= options_.records) return absl::OkStatus();
  absl::StatusOr<std::vector<Lsn>> lsns = store_.List();
  if (!lsns.ok()) return lsns.status();
  std::optional<Lsn> target;
  for (Lsn lsn : *lsns) {
    if (lsn.value <= newest.value - options_.records && lsn > log_.trimmed().lsn) target = lsn;
  }
  return target.has_value() ? TrimTo(*target) : absl::OkStatus();
}

absl::Status Retention::TrimTo(Lsn lsn) {
  absl::StatusOr<snapshot::Decoded> decoded = store_.Read(lsn);
  if (!decoded.ok()) return decoded.status();
  absl::StatusOr<std::optional<Hash256>> chain = replay::ChainAt(log_, lsn);
  if (!chain.ok()) return chain.status();
  if (*chain != decoded->snapshot.chain) return NotOfThisLog(store_, lsn);
  const log::Head before = log_.trimmed();
  absl::Status made = snapshot::RealFiles().MakeDir(options_.export_dir);
  if (!made.ok()) return made;
  const std::string path = absl::StrCat(options_.export_dir, "/", TwentyDigits(Next(before.lsn)),
                                        "-", TwentyDigits(lsn), ".groups");
  absl::StatusOr<log::Head> exported = replay::CopyToFile(log_, before, lsn, path, [](Lsn) {});
  if (!exported.ok()) return exported.status();
  if (exported->chain != **chain) return NotOfThisLog(store_, lsn);
  return log_.Trim(*exported);
}

std::set<Lsn> Retention::Pinned() const {
  const Lsn trimmed = log_.trimmed().lsn;
  std::set<Lsn> pinned;
  if (trimmed != Lsn{}) pinned.insert(trimmed);
  absl::StatusOr<std::vector<Lsn>> lsns = store_.List();
  if (options_.records == 0 || !lsns.ok()) return pinned;
  for (Lsn lsn : *lsns) {
    if (lsn <= trimmed) continue;
    pinned.insert(lsn);
    break;
  }
  return pinned;
}

}  // namespace pegel::tools

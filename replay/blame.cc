#include "replay/blame.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "log/group.h"
#include "log/record_codec.h"

namespace pegel::replay {
namespace {

constexpr size_t kNeighbours = 3;  // The last one folded, the one that did not fit, its successor.

// The bytes of up to `kNeighbours` records from `from` on, whatever they say of themselves.
std::vector<std::string> RawFrom(const log::Log& log, Lsn from) {
  std::vector<std::string> raw;
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log.Read(from);
  if (!reader.ok()) return raw;
  for (bool is_first = true; raw.size() < kNeighbours; is_first = false) {
    Lsn key;
    absl::string_view bytes;
    absl::StatusOr<bool> more = (*reader)->Next(&key, &bytes);
    if (!more.ok() || !*more) return raw;
    std::vector<absl::string_view> records;
    absl::Status split = log::SplitGroup(bytes, &records);
    size_t skipped = is_first && key < from ? from.value - key.value : 0;
    for (size_t i = skipped; i < records.size() && raw.size() < kNeighbours; ++i) {
      raw.emplace_back(records[i]);
    }
    if (!split.ok()) return raw;
  }
  return raw;
}

// Whether the record is, byte for byte, what this version would write. An older version's may not
// be.
bool IsOwnEncoding(absl::string_view bytes, const log::StoredRecord& stored) {
  std::string encoded;
  log::EncodeRecord(stored.record, stored.previous, &encoded);
  return encoded == bytes;
}

}  // namespace

Lsn Blame(const log::Log& log, const log::Head& last, const log::Head& before,
          const IsVouched& is_vouched) {
  const Lsn next = Next(last.lsn);
  if (last.lsn <= before.lsn || is_vouched(last)) return next;
  std::vector<std::string> raw = RawFrom(log, last.lsn);
  if (raw.empty()) return next;
  absl::StatusOr<log::StoredRecord> folded = log::DecodeRecord(raw[0]);
  if (!folded.ok()) return next;
  // With a changed length in front it may have swallowed those behind it, or left a rest of itself.
  Lsn of_a_gap = IsOwnEncoding(raw[0], *folded) ? next : last.lsn;
  if (raw.size() == 1) return of_a_gap;
  absl::StatusOr<log::StoredRecord> found = log::DecodeRecord(raw[1]);
  if (!found.ok()) return of_a_gap;
  const Lsn says = found->record.moment.lsn;
  if (says > next) return of_a_gap;
  const Hash256 chain = log::ChainHash(raw[1]);
  if (chain == last.chain) return next;  // The same once more.
  bool fits_in_its_place = says == last.lsn && found->previous == folded->previous;
  bool is_behind_another = says == next && found->previous != last.chain;
  if (!fits_in_its_place && !is_behind_another) return next;
  std::optional<log::StoredRecord> successor;
  if (raw.size() > 2) {
    absl::StatusOr<log::StoredRecord> decoded = log::DecodeRecord(raw[2]);
    if (decoded.ok()) successor = *std::move(decoded);
  }
  bool is_genuine =
      is_vouched({says, chain}) || (successor.has_value() && successor->previous == chain);
  return is_genuine ? last.lsn : next;
}

}  // namespace pegel::replay

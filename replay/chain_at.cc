#include "replay/chain_at.h"

#include <memory>
#include <vector>

#include "log/group.h"
#include "log/record_codec.h"

namespace pegel::replay {

absl::StatusOr<std::optional<Hash256>> ChainAt(const log::Log& log, Lsn lsn) {
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log.Read(lsn);
  if (!reader.ok()) return reader.status();
  Lsn first;
  absl::string_view bytes;
  absl::StatusOr<bool> has_group = (*reader)->Next(&first, &bytes);
  if (!has_group.ok()) return has_group.status();
  if (!*has_group || first > lsn) return std::nullopt;
  absl::StatusOr<std::vector<absl::string_view>> records = log::SplitGroup(bytes);
  if (!records.ok()) return records.status();
  size_t index = lsn.value - first.value;
  if (index >= records->size()) return std::nullopt;
  return log::ChainHash((*records)[index]);
}

}  // namespace pegel::replay

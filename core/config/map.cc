#include "core/config/map.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/config/list.h"
#include "core/config/shown.h"

namespace pegel::config {
namespace {

absl::Status Duplicate(const MapEntry& first, const MapEntry& second) {
  return absl::InvalidArgumentError(absl::StrCat("Duplicate key ", Shown(first.first),
                                                 " (attempted merging values ", Shown(first.second),
                                                 " and ", Shown(second.second), ")"));
}

}  // namespace

absl::StatusOr<std::vector<MapEntry>> ParseMap(absl::string_view text) {
  absl::StatusOr<std::vector<std::string>> pieces = SplitQuoted(text, ',');
  if (!pieces.ok()) return pieces.status();
  std::vector<MapEntry> entries;
  std::map<std::string, size_t> seen;  // Key to its place in `entries`.
  for (const std::string& piece : *pieces) {
    absl::StatusOr<std::vector<std::string>> pair = SplitQuoted(piece, ':');
    if (!pair.ok()) return pair.status();
    if (pair->size() != 2) {
      return absl::InvalidArgumentError("Map item is not a key-value pair (missing ':'?)");
    }
    MapEntry entry{std::move((*pair)[0]), std::move((*pair)[1])};
    auto [place, is_new] = seen.emplace(entry.first, entries.size());
    if (!is_new) return Duplicate(entries[place->second], entry);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string JoinMap(absl::Span<const MapEntry> entries) {
  std::vector<std::string> pieces;
  for (const MapEntry& entry : entries) {
    pieces.push_back(JoinQuoted({entry.first, entry.second}, ':'));
  }
  return JoinQuoted(pieces, ',');
}

}  // namespace pegel::config

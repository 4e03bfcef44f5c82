#include "replay/record_stream.h"

#include <utility>

#include "replay/folder.h"

namespace pegel::replay {

absl::StatusOr<RecordStream> RecordStream::Open(const log::Log& log, const log::Head& head) {
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log.Read(pegel::Next(head.lsn));
  if (!reader.ok()) return reader.status();
  return RecordStream(*std::move(reader));
}

absl::StatusOr<std::optional<absl::string_view>> RecordStream::Next(const log::Head& head) {
  while (next_ == group_.size()) {
    absl::StatusOr<bool> more = NextGroup(head);
    if (!more.ok()) return more.status();
    if (!*more) return std::optional<absl::string_view>();
  }
  return std::optional<absl::string_view>(group_[next_++]);
}

absl::StatusOr<bool> RecordStream::NextGroup(const log::Head& head) {
  Lsn key;
  absl::string_view bytes;
  absl::StatusOr<bool> more = reader_->Next(&key, &bytes);
  if (!more.ok()) {
    return FaultAt(pegel::Next(head.lsn), more.status().code(), more.status().message());
  }
  if (!*more) return false;
  absl::StatusOr<std::vector<absl::string_view>> records =
      RecordsBehind(head, !has_group_, key, bytes);
  if (!records.ok()) return records.status();
  has_group_ = true;
  group_ = *std::move(records);
  next_ = 0;
  return true;
}

}  // namespace pegel::replay

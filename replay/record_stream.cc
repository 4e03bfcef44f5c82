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
  if (!behind_group_.ok()) return behind_group_;
  Lsn key;
  absl::string_view bytes;
  absl::StatusOr<bool> more = reader_->Next(&key, &bytes);
  if (!more.ok()) {
    return FaultAt(pegel::Next(head.lsn), more.status().code(), more.status().message());
  }
  if (!*more) return false;
  behind_group_ = RecordsBehind(head, !has_group_, key, bytes, &group_);
  has_group_ = true;
  next_ = 0;
  if (group_.empty() && !behind_group_.ok()) return behind_group_;
  return true;
}

}  // namespace pegel::replay

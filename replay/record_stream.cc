#include "replay/record_stream.h"

#include "absl/strings/str_cat.h"
#include "log/group.h"
#include "replay/folder.h"

namespace pegel::replay {

absl::StatusOr<RecordStream> RecordStream::Open(const log::Log& log) {
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log.Read(Lsn{1});
  if (!reader.ok()) return reader.status();
  return RecordStream(*std::move(reader));
}

absl::StatusOr<std::optional<absl::string_view>> RecordStream::Next(Lsn expected) {
  while (next_ == group_.size()) {
    absl::StatusOr<bool> more = NextGroup(expected);
    if (!more.ok()) return more.status();
    if (!*more) return std::optional<absl::string_view>();
  }
  return std::optional<absl::string_view>(group_[next_++]);
}

absl::StatusOr<bool> RecordStream::NextGroup(Lsn expected) {
  Lsn key;
  absl::string_view bytes;
  absl::StatusOr<bool> more = reader_->Next(&key, &bytes);
  if (!more.ok()) return FaultAt(expected, more.status().code(), more.status().message());
  if (!*more) return false;
  if (key != expected) return WrongGroup(expected, key);
  absl::StatusOr<std::vector<absl::string_view>> records = log::SplitGroup(bytes);
  if (!records.ok()) return FaultAt(key, records.status().code(), records.status().message());
  group_ = *std::move(records);
  next_ = 0;
  return true;
}

}  // namespace pegel::replay

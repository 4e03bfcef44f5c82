#include "tests/log/walk.h"

#include "absl/strings/str_cat.h"
#include "log/group.h"
#include "log/record_codec.h"

namespace pegel::log {
namespace {

absl::Status Wrong(Lsn lsn, absl::string_view problem) {
  return absl::DataLossError(absl::StrCat("lsn ", lsn.value, ": ", problem));
}

class Walker {
 public:
  explicit Walker(const Head& anchor) : anchor_(anchor) {}

  absl::Status Take(Lsn first, absl::string_view bytes) {
    if (first != Next(head_.lsn)) {
      return Wrong(Next(head_.lsn), absl::StrCat("found a group that starts at ", first.value));
    }
    auto records = SplitGroup(bytes);
    if (!records.ok()) return Wrong(first, records.status().message());
    for (absl::string_view record : *records) {
      if (absl::Status status = TakeRecord(record); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Head> Finish() const {
    if (head_.lsn >= anchor_.lsn) return head_;
    return Wrong(anchor_.lsn, absl::StrCat("acknowledged, but the log ends at ", head_.lsn.value));
  }

 private:
  absl::Status TakeRecord(absl::string_view bytes) {
    Lsn expected = Next(head_.lsn);
    absl::StatusOr<StoredRecord> stored = DecodeRecord(bytes);
    if (!stored.ok()) return Wrong(expected, stored.status().message());
    if (Lsn found = stored->record.moment.lsn; found != expected) {
      return Wrong(expected, absl::StrCat("found the record of lsn ", found.value));
    }
    if (stored->previous != head_.chain) return Wrong(expected, "does not follow the one before");
    head_ = {expected, ChainHash(bytes)};
    if (head_.lsn == anchor_.lsn && head_ != anchor_) return Wrong(expected, "not as anchored");
    return absl::OkStatus();
  }

  const Head anchor_;
  Head head_;
};

absl::StatusOr<Head> Judge(const RocksLogOptions& options, Head* anchor) {
  absl::StatusOr<Inspection> found = RocksLog::Inspect(options, /*must_exist=*/false);
  if (!found.ok()) return found.status();
  *anchor = found->anchor;
  if (found->is_new) return Head{};
  return Walk(*found->log, found->anchor);
}

}  // namespace

absl::StatusOr<Head> Walk(const Log& log, const Head& anchor) {
  auto reader = log.Read(Lsn{1});
  if (!reader.ok()) return reader.status();
  Walker walker(anchor);
  for (;;) {
    Lsn first;
    absl::string_view bytes;
    absl::StatusOr<bool> has_group = (*reader)->Next(&first, &bytes);
    if (!has_group.ok()) return has_group.status();
    if (!*has_group) return walker.Finish();
    if (absl::Status status = walker.Take(first, bytes); !status.ok()) return status;
  }
}

absl::StatusOr<Head> Judge(const RocksLogOptions& options) {
  Head anchor;
  return Judge(options, &anchor);
}

absl::StatusOr<Booted> BootUp(const RocksLogOptions& options) {
  Booted booted;
  absl::StatusOr<Head> head = Judge(options, &booted.anchor);
  if (!head.ok()) return head.status();
  auto log = RocksLog::Open(options, *head);
  if (!log.ok()) return log.status();
  booted.head = *head;
  booted.log = *std::move(log);
  return booted;
}

}  // namespace pegel::log

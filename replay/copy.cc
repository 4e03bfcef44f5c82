#include "replay/copy.h"

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "log/group.h"
#include "log/group_file.h"
#include "log/record_codec.h"
#include "replay/folder.h"
#include "snapshot/files.h"

namespace pegel::replay {
namespace {

// As large as the log's own may be: a reader holds one in memory.
constexpr size_t kGroupRecordsMax = 4096;
constexpr size_t kGroupBytesMax = 1 << 20;

// Collects records until they make a group.
class Regrouper {
 public:
  Regrouper(const log::Head& before, absl::FunctionRef<absl::Status(const log::Group&)> sink)
      : head_(before), sink_(sink) {}

  const log::Head& head() const { return head_; }

  absl::Status Add(absl::string_view bytes) {
    absl::StatusOr<log::StoredRecord> stored = log::DecodeRecord(bytes);
    const Lsn lsn = Next(head_.lsn);
    if (!stored.ok()) return FaultAt(lsn, stored.status().code(), stored.status().message());
    if (stored->record.moment.lsn != lsn) {
      return DataLossAt(
          lsn, absl::StrCat("found a record that says lsn ", stored->record.moment.lsn.value));
    }
    if (stored->previous != head_.chain) {
      return DataLossAt(lsn, Mismatch("the chain is broken: hash of the record before", head_.chain,
                                      stored->previous));
    }
    if (group_.bytes.size() + bytes.size() > kGroupBytesMax || records_ == kGroupRecordsMax) {
      if (absl::Status status = Flush(); !status.ok()) return status;
    }
    if (records_++ == 0) group_.first = lsn;
    group_.bytes.append(bytes.data(), bytes.size());
    group_.head = head_ = log::Head{lsn, log::ChainHash(bytes)};
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (std::exchange(records_, 0) == 0) return absl::OkStatus();
    absl::Status status = sink_(group_);
    group_.bytes.clear();
    return status;
  }

 private:
  log::Head head_;  // Of the last record added.
  absl::FunctionRef<absl::Status(const log::Group&)> sink_;
  log::Group group_;
  size_t records_ = 0;  // In group_.
};

absl::Status AddGroup(Lsn first, absl::string_view bytes, Lsn through, Regrouper* to) {
  std::vector<absl::string_view> records;
  absl::Status split = log::SplitGroup(bytes, &records);
  if (first > Next(to->head().lsn)) {
    return DataLossAt(
        Next(to->head().lsn),
        absl::StrCat("expected the next group here, found one that begins at lsn ", first.value));
  }
  for (size_t i = to->head().lsn.value + 1 - first.value; i < records.size(); ++i) {
    if (to->head().lsn == through) break;
    if (absl::Status status = to->Add(records[i]); !status.ok()) return status;
  }
  if (split.ok() || to->head().lsn == through) return absl::OkStatus();
  return FaultAt(Lsn{first.value + records.size()}, split.code(), split.message());
}

// Reads all of a finished file again.
absl::Status CheckFile(const std::string& path, const log::Head& before, const log::Head& head) {
  absl::StatusOr<std::unique_ptr<log::GroupFile>> file = log::GroupFile::Open(path, nullptr);
  if (!file.ok()) return file.status();
  if ((*file)->before() == before && (*file)->head() == head) {
    return CopyRecords(**file, before, head.lsn,
                       [](const log::Group&) { return absl::OkStatus(); });
  }
  return absl::DataLossError(absl::StrCat(path, ": it was read back as another"));
}

}  // namespace

absl::Status CopyRecords(const log::Log& log, const log::Head& before, Lsn through,
                         absl::FunctionRef<absl::Status(const log::Group&)> sink) {
  Regrouper regrouper(before, sink);
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log.Read(Next(before.lsn));
  if (!reader.ok()) return reader.status();
  while (regrouper.head().lsn < through) {
    Lsn first;
    absl::string_view bytes;
    absl::StatusOr<bool> more = (*reader)->Next(&first, &bytes);
    const Lsn next = Next(regrouper.head().lsn);
    if (!more.ok()) return FaultAt(next, more.status().code(), more.status().message());
    if (!*more) {
      return DataLossAt(next, absl::StrCat("expected records up to lsn ", through.value,
                                           ", found the end of the log"));
    }
    if (absl::Status status = AddGroup(first, bytes, through, &regrouper); !status.ok()) {
      return status;
    }
  }
  return regrouper.Flush();
}

absl::StatusOr<log::Head> CopyToFile(const log::Log& log, const log::Head& before, Lsn through,
                                     const std::string& path,
                                     absl::FunctionRef<void(Lsn)> on_progress) {
  const std::string aside = absl::StrCat(path, ".tmp");
  snapshot::Files& files = snapshot::RealFiles();
  auto writer = log::GroupFileWriter::Create(aside, before, nullptr);
  if (!writer.ok()) {
    files.Remove(aside).IgnoreError();
    return writer.status();
  }
  absl::Status status = CopyRecords(log, before, through, [&](const log::Group& group) {
    on_progress(group.head.lsn);
    return (*writer)->Add(group.first, group.bytes);
  });
  if (status.ok()) status = (*writer)->Finish();
  const log::Head head = (*writer)->head();
  if (status.ok()) status = CheckFile(aside, before, head);
  if (status.ok()) status = files.Rename(aside, path);
  if (status.ok()) status = files.SyncDir(path.substr(0, path.find_last_of('/')));
  if (status.ok()) return head;
  files.Remove(aside).IgnoreError();  // A full disk needs its room back.
  return status;
}

}  // namespace pegel::replay

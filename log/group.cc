#include "log/group.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "log/frame.h"
#include "log/record_codec.h"

namespace pegel::log {
namespace {

constexpr size_t kRecordBytesTypical = 512;

absl::Status Bad(size_t offset, absl::string_view problem) {
  return absl::DataLossError(absl::StrCat("group: at byte ", offset, ": ", problem));
}

// Bytes of the record that starts at `offset`.
absl::StatusOr<size_t> RecordBytes(absl::string_view bytes, size_t offset) {
  absl::string_view rest = bytes.substr(offset);
  absl::StatusOr<uint64_t> size = FrameBytes(rest);
  if (!size.ok()) return Bad(offset, size.status().message());
  if (*size > rest.size()) {
    return Bad(offset, absl::StrCat("expected a record of ", *size, " bytes, found ", rest.size()));
  }
  return *size;
}

}  // namespace

Group PackGroup(absl::Span<const Record> records, const Head& after, std::vector<Hash256>* chains) {
  PEGEL_CHECK(!records.empty(), "group behind lsn ", after.lsn.value);
  Group group{Next(after.lsn), after, {}};
  group.bytes.reserve(records.size() * kRecordBytesTypical);
  for (const Record& record : records) {
    PEGEL_CHECK(record.moment.lsn == Next(group.head.lsn), "record of lsn ",
                record.moment.lsn.value, " behind lsn ", group.head.lsn.value);
    size_t start = group.bytes.size();
    EncodeRecord(record, group.head.chain, &group.bytes);
    group.head = {record.moment.lsn, ChainHash(absl::string_view(group.bytes).substr(start))};
    chains->push_back(group.head.chain);
  }
  return group;
}

absl::Status SplitGroup(absl::string_view bytes, std::vector<absl::string_view>* records) {
  if (bytes.empty()) return Bad(0, "expected at least one record, found nothing");
  for (size_t offset = 0; offset < bytes.size();) {
    absl::StatusOr<size_t> size = RecordBytes(bytes, offset);
    if (!size.ok()) return size.status();
    records->push_back(bytes.substr(offset, *size));
    offset += *size;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<absl::string_view>> SplitGroup(absl::string_view bytes) {
  std::vector<absl::string_view> records;
  if (absl::Status status = SplitGroup(bytes, &records); !status.ok()) return status;
  return records;
}

}  // namespace pegel::log

#include "log/group_file.h"

#include <rocksdb/file_system.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/sha256.h"
#include "log/big_endian.h"
#include "log/group.h"
#include "log/record_codec.h"
#include "log/rocks_status.h"

namespace pegel::log {
namespace {

// Header: 0 magic (8)  8 format (4)  12 zero (4)  16 lsn before (8)  24 its chain (32)
//         56 SHA-256 of bytes 0 to 55 (32)
// Group:  0 lsn of its first record (8)  8 bytes that follow (8)  16 the group
// End:    0 ones (8)  8 zero (8)  16 lsn of the last record (8)  24 its chain (32)
//         56 SHA-256 of the header and of bytes 0 to 55 (32)
constexpr absl::string_view kMagic = "PGLGROUP";
constexpr uint32_t kFormat = 1;
constexpr size_t kChecksumAt = 56;
constexpr size_t kEdgeBytes = kChecksumAt + sizeof(Hash256);  // Of header and end alike.
constexpr size_t kFrameBytes = 16;
constexpr uint64_t kEndMark = ~uint64_t{0};

// Written without a sync between; the log's own syncs may have to wait for this much.
constexpr uint64_t kUnsyncedBytesMax = 1 << 20;

rocksdb::FileSystem* OrReal(rocksdb::FileSystem* fs) {
  return fs != nullptr ? fs : rocksdb::FileSystem::Default().get();
}

std::string EncodeHeader(const Head& before) {
  std::string bytes(kMagic.data(), kMagic.size());
  PutBigEndian(kFormat, &bytes);
  PutBigEndian(uint32_t{0}, &bytes);
  PutBigEndian(before.lsn.value, &bytes);
  PutHash(before.chain, &bytes);
  PutHash(Sha256(bytes), &bytes);
  return bytes;
}

std::string EncodeEnd(const std::string& header, const Head& head) {
  std::string bytes;
  PutBigEndian(kEndMark, &bytes);
  PutBigEndian(uint64_t{0}, &bytes);
  PutBigEndian(head.lsn.value, &bytes);
  PutHash(head.chain, &bytes);
  PutHash(Sha256(header + bytes), &bytes);
  return bytes;
}

Head HeadIn(absl::string_view edge) {
  return Head{Lsn{BigEndianAt<uint64_t>(edge, 16)}, HashIn(edge, 24)};
}

absl::Status Damaged(const std::string& path, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(path, ": ", what));
}

// `size` bytes at `offset`; kDataLoss when there are fewer.
absl::StatusOr<std::string> ReadAt(const rocksdb::FSRandomAccessFile& file, uint64_t offset,
                                   size_t size, const std::string& path) {
  std::string bytes(size, '\0');
  rocksdb::Slice found;
  rocksdb::IOStatus status =
      file.Read(offset, size, rocksdb::IOOptions(), &found, bytes.data(), nullptr);
  if (!status.ok()) return ToReadStatus(status, absl::StrCat("reading ", path));
  if (found.size() < size) {
    return Damaged(path,
                   absl::StrCat("expected ", size, " bytes at ", offset, ", found ", found.size()));
  }
  if (found.data() != bytes.data()) bytes.assign(found.data(), found.size());
  return bytes;
}

absl::StatusOr<std::unique_ptr<rocksdb::FSRandomAccessFile>> OpenFile(const std::string& path,
                                                                      rocksdb::FileSystem* fs) {
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  rocksdb::IOStatus status = fs->NewRandomAccessFile(path, rocksdb::FileOptions(), &file, nullptr);
  if (!status.ok()) return ToStatus(status, absl::StrCat("opening ", path));
  return file;
}

class GroupFileReader final : public Reader {
 public:
  GroupFileReader(std::string path, std::unique_ptr<rocksdb::FSRandomAccessFile> file, uint64_t end)
      : path_(std::move(path)), file_(std::move(file)), end_(end) {}

  // Passes over the groups that end before `from`.
  absl::Status Seek(Lsn from) {
    for (;;) {
      Frame frame = at_;
      absl::Status status = Look(&frame);
      if (!status.ok() || frame.is_end || frame.first >= from) return status;
      Frame next = frame.Next();
      status = Look(&next);
      if (!status.ok()) return status;
      if (next.is_end || next.first > from) return absl::OkStatus();
      at_ = next;
    }
  }

  absl::StatusOr<bool> Next(Lsn* first, absl::string_view* bytes) override {
    if (absl::Status status = Look(&at_); !status.ok()) return status;
    if (at_.is_end) return false;
    absl::StatusOr<std::string> read = ReadAt(*file_, at_.offset + kFrameBytes, at_.size, path_);
    if (!read.ok()) return read.status();
    group_ = *std::move(read);
    *first = at_.first;
    *bytes = group_;
    at_ = at_.Next();
    return true;
  }

 private:
  struct Frame {
    uint64_t offset = kEdgeBytes;
    Lsn first;
    uint64_t size = 0;
    bool is_end = false;
    Frame Next() const { return Frame{offset + kFrameBytes + size, {}, 0, false}; }
  };

  // Reads what stands at the frame's offset.
  absl::Status Look(Frame* frame) const {
    frame->is_end = frame->offset == end_;
    if (frame->is_end) return absl::OkStatus();
    absl::StatusOr<std::string> read = ReadAt(*file_, frame->offset, kFrameBytes, path_);
    if (!read.ok()) return read.status();
    frame->first = Lsn{BigEndianAt<uint64_t>(*read, 0)};
    frame->size = BigEndianAt<uint64_t>(*read, 8);
    if (frame->offset + kFrameBytes <= end_ && frame->size <= end_ - frame->offset - kFrameBytes) {
      return absl::OkStatus();
    }
    return Damaged(path_, absl::StrCat("at byte ", frame->offset, ": expected a group of at most ",
                                       end_ - frame->offset, " bytes, found one of ", frame->size));
  }

  const std::string path_;
  const std::unique_ptr<rocksdb::FSRandomAccessFile> file_;
  const uint64_t end_;  // Where the end begins.
  Frame at_;
  std::string group_;
};

}  // namespace

GroupFileWriter::GroupFileWriter(std::string path, const Head& before,
                                 std::unique_ptr<rocksdb::FSWritableFile> file)
    : path_(std::move(path)),
      header_(EncodeHeader(before)),
      file_(std::move(file)),
      head_(before) {}

GroupFileWriter::~GroupFileWriter() = default;

absl::StatusOr<std::unique_ptr<GroupFileWriter>> GroupFileWriter::Create(const std::string& path,
                                                                         const Head& before,
                                                                         rocksdb::FileSystem* fs) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::IOStatus made =
      OrReal(fs)->NewWritableFile(path, rocksdb::FileOptions(), &file, nullptr);
  if (!made.ok()) return ToStatus(made, absl::StrCat("making ", path));
  std::unique_ptr<GroupFileWriter> writer(new GroupFileWriter(path, before, std::move(file)));
  if (absl::Status status = writer->Write(writer->header_); !status.ok()) return status;
  return writer;
}

absl::Status GroupFileWriter::Write(absl::string_view bytes) {
  rocksdb::IOStatus status =
      file_->Append({bytes.data(), bytes.size()}, rocksdb::IOOptions(), nullptr);
  bytes_ += bytes.size();
  unsynced_ += bytes.size();
  return ToStatus(status, absl::StrCat("writing ", path_));
}

absl::Status GroupFileWriter::Sync() {
  unsynced_ = 0;
  return ToStatus(file_->Sync(rocksdb::IOOptions(), nullptr), absl::StrCat("syncing ", path_));
}

absl::Status GroupFileWriter::Add(Lsn first, absl::string_view bytes) {
  absl::StatusOr<std::vector<absl::string_view>> records = SplitGroup(bytes);
  if (!records.ok()) return records.status();
  Head head = head_;
  for (absl::string_view record : *records) {
    absl::StatusOr<StoredRecord> stored = DecodeRecord(record);
    if (!stored.ok()) return stored.status();
    if (stored->record.moment.lsn != Next(head.lsn) || stored->previous != head.chain) {
      return absl::DataLossError(absl::StrCat("lsn ", Next(head.lsn).value,
                                              ": expected the record that continues the chain, "
                                              "found one that says lsn ",
                                              stored->record.moment.lsn.value));
    }
    head = Head{stored->record.moment.lsn, ChainHash(record)};
  }
  if (first != Next(head_.lsn)) {
    return absl::DataLossError(absl::StrCat("expected a group from lsn ", Next(head_.lsn).value,
                                            " on, found one from ", first.value));
  }
  head_ = head;
  std::string frame;
  PutBigEndian(first.value, &frame);
  PutBigEndian(uint64_t{bytes.size()}, &frame);
  absl::Status status = Write(frame);
  if (status.ok()) status = Write(bytes);
  if (status.ok() && unsynced_ >= kUnsyncedBytesMax) status = Sync();
  return status;
}

absl::Status GroupFileWriter::Finish() {
  absl::Status status = Write(EncodeEnd(header_, head_));
  if (status.ok()) status = Sync();
  if (!status.ok()) return status;
  return ToStatus(file_->Close(rocksdb::IOOptions(), nullptr), absl::StrCat("closing ", path_));
}

absl::StatusOr<std::unique_ptr<GroupFile>> GroupFile::Open(const std::string& path,
                                                           rocksdb::FileSystem* fs) {
  std::unique_ptr<GroupFile> group_file(new GroupFile(path, OrReal(fs)));
  absl::StatusOr<std::unique_ptr<rocksdb::FSRandomAccessFile>> file =
      OpenFile(path, group_file->fs_);
  if (!file.ok()) return file.status();
  rocksdb::IOStatus sized =
      group_file->fs_->GetFileSize(path, rocksdb::IOOptions(), &group_file->bytes_, nullptr);
  if (!sized.ok()) return ToReadStatus(sized, absl::StrCat("reading ", path));
  if (group_file->bytes_ < 2 * kEdgeBytes) return Damaged(path, "it is not whole");
  absl::StatusOr<std::string> header = ReadAt(**file, 0, kEdgeBytes, path);
  absl::StatusOr<std::string> end =
      ReadAt(**file, group_file->bytes_ - kEdgeBytes, kEdgeBytes, path);
  if (!header.ok()) return header.status();
  if (!end.ok()) return end.status();
  group_file->before_ = HeadIn(*header);
  group_file->head_ = HeadIn(*end);
  // Neither has any freedom: what would not be written so is damaged, or was never finished.
  if (*header != EncodeHeader(group_file->before_)) return Damaged(path, "its header is damaged");
  if (*end == EncodeEnd(*header, group_file->head_)) return group_file;
  return Damaged(path, "its end is missing or damaged");
}

void GroupFile::Append(const Group&, std::function<void(absl::Status)> done) {
  done(absl::FailedPreconditionError("the log is open for reading only"));
}

absl::StatusOr<std::unique_ptr<Reader>> GroupFile::Read(Lsn from) const {
  absl::StatusOr<std::unique_ptr<rocksdb::FSRandomAccessFile>> file = OpenFile(path_, fs_);
  if (!file.ok()) return file.status();
  auto reader = std::make_unique<GroupFileReader>(path_, *std::move(file), bytes_ - kEdgeBytes);
  if (absl::Status status = reader->Seek(from); !status.ok()) return status;
  return reader;
}

}  // namespace pegel::log

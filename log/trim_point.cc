#include "log/trim_point.h"

#include <rocksdb/file_system.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "core/sha256.h"
#include "log/big_endian.h"
#include "log/data_dir.h"
#include "log/rocks_status.h"

namespace pegel::log {
namespace {

// 0 magic (8)  8 format (4)  12 zero (4)  16 lsn (8)  24 chain (32)  56 SHA-256 of bytes 0 to 55
constexpr absl::string_view kMagic = "PGLTRIMP";
constexpr uint32_t kFormat = 1;
constexpr size_t kChecksumAt = 56;
constexpr size_t kFileBytes = kChecksumAt + sizeof(Hash256);

std::string Encode(const Head& trimmed) {
  std::string bytes(kMagic.data(), kMagic.size());
  PutBigEndian(kFormat, &bytes);
  PutBigEndian(uint32_t{0}, &bytes);
  PutBigEndian(trimmed.lsn.value, &bytes);
  PutHash(trimmed.chain, &bytes);
  PutHash(Sha256(bytes), &bytes);
  return bytes;
}

// The encoding has no freedom, so whatever is not what would be written is damaged.
absl::StatusOr<Head> Decode(absl::string_view bytes, const std::string& path) {
  if (bytes.size() == kFileBytes) {
    Head trimmed{Lsn{BigEndianAt<uint64_t>(bytes, 16)}, HashIn(bytes, 24)};
    if (Encode(trimmed) == bytes) return trimmed;
  }
  return absl::DataLossError(absl::StrCat("the trim point ", path, " is damaged (", bytes.size(),
                                          " bytes, expected ", kFileBytes,
                                          " that match their checksum)"));
}

rocksdb::IOStatus WriteWhole(const std::string& path, const std::string& bytes,
                             rocksdb::FileSystem* fs) {
  const rocksdb::IOOptions io;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::IOStatus status = fs->NewWritableFile(path, rocksdb::FileOptions(), &file, nullptr);
  if (status.ok()) status = file->Append(bytes, io, nullptr);
  if (status.ok()) status = file->Sync(io, nullptr);
  if (status.ok()) status = file->Close(io, nullptr);
  return status;
}

}  // namespace

absl::StatusOr<Head> ReadTrimPoint(const DataDir& dir, rocksdb::FileSystem* fs) {
  const std::string path = dir.TrimPoint();
  if (fs->FileExists(path, rocksdb::IOOptions(), nullptr).IsNotFound()) return Head{};
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  rocksdb::IOStatus status = fs->NewSequentialFile(path, rocksdb::FileOptions(), &file, nullptr);
  char scratch[kFileBytes + 1];
  rocksdb::Slice found;
  if (status.ok()) {
    status = file->Read(sizeof scratch, rocksdb::IOOptions(), &found, scratch, nullptr);
  }
  if (!status.ok()) return ToReadStatus(status, absl::StrCat("reading the trim point ", path));
  return Decode({found.data(), found.size()}, path);
}

absl::Status WriteTrimPoint(const DataDir& dir, const Head& trimmed, rocksdb::FileSystem* fs) {
  const std::string path = dir.TrimPoint();
  const std::string aside = absl::StrCat(path, ".new");
  rocksdb::IOStatus status = WriteWhole(aside, Encode(trimmed), fs);
  if (status.ok()) status = fs->RenameFile(aside, path, rocksdb::IOOptions(), nullptr);
  if (!status.ok()) return ToStatus(status, absl::StrCat("writing the trim point ", path));
  return SyncDir(dir.path, fs);
}

}  // namespace pegel::log

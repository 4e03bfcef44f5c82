#include "log/anchor.h"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/sha256.h"
#include "log/rocks_status.h"

namespace pegel::log {
namespace {

// One slot, numbers big-endian (log/FORMAT.md):
//   0 magic (8)  8 format (4)  12 zero (4)  16 sequence (8)  24 lsn (8)  32 chain (32)
//   64 zero (4000)  4064 SHA-256 of bytes 0 to 4063 (32)
constexpr absl::string_view kMagic = "PGLANCHR";
constexpr uint32_t kFormat = 1;
constexpr size_t kSlotBytes = 4096;
constexpr size_t kFileBytes = 2 * kSlotBytes;
constexpr size_t kFormatAt = 8, kSequenceAt = 16, kLsnAt = 24, kChainAt = 32;
constexpr size_t kChecksumAt = kSlotBytes - sizeof(Hash256);

struct Slot {
  uint64_t sequence = 0;
  Head head;
};

template <typename T>
void PutBigEndian(T number, size_t at, std::string* bytes) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    (*bytes)[at + i] = static_cast<char>(number >> 8 * (sizeof(T) - 1 - i));
  }
}

template <typename T>
T BigEndian(absl::string_view bytes, size_t at) {
  T number = 0;
  for (size_t i = 0; i < sizeof(T); ++i) number = number << 8 | static_cast<uint8_t>(bytes[at + i]);
  return number;
}

std::string EncodeSlot(const Slot& slot) {
  std::string bytes(kSlotBytes, '\0');
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  PutBigEndian(kFormat, kFormatAt, &bytes);
  PutBigEndian(slot.sequence, kSequenceAt, &bytes);
  PutBigEndian(slot.head.lsn.value, kLsnAt, &bytes);
  std::copy(slot.head.chain.begin(), slot.head.chain.end(), bytes.begin() + kChainAt);
  Hash256 checksum = Sha256(absl::string_view(bytes).substr(0, kChecksumAt));
  std::copy(checksum.begin(), checksum.end(), bytes.begin() + kChecksumAt);
  return bytes;
}

Hash256 HashAt(absl::string_view bytes, size_t at) {
  Hash256 hash;
  std::copy_n(bytes.begin() + at, hash.size(), hash.begin());
  return hash;
}

// Decodes slot number `index`, whose bytes may be torn, rotten or another slot's. The error says
// which.
absl::StatusOr<Slot> DecodeSlot(absl::string_view bytes, uint64_t index) {
  if (bytes.size() != kSlotBytes) {
    return absl::DataLossError(absl::StrCat("has ", bytes.size(), " of ", kSlotBytes, " bytes"));
  }
  if (Sha256(bytes.substr(0, kChecksumAt)) != HashAt(bytes, kChecksumAt)) {
    return absl::DataLossError("does not match its checksum");
  }
  if (bytes.substr(0, kMagic.size()) != kMagic ||
      BigEndian<uint32_t>(bytes, kFormatAt) != kFormat) {
    return absl::DataLossError(absl::StrCat("is not of format ", kFormat));
  }
  Slot slot{BigEndian<uint64_t>(bytes, kSequenceAt),
            {Lsn{BigEndian<uint64_t>(bytes, kLsnAt)}, HashAt(bytes, kChainAt)}};
  if (slot.sequence % 2 != index) {
    return absl::DataLossError(
        absl::StrCat("holds sequence ", slot.sequence, " of the other slot"));
  }
  // The write behind it would count from 0 again and lose against this one for ever.
  if (slot.sequence == UINT64_MAX) return absl::DataLossError("holds the last sequence there is");
  return slot;
}

// The newer good slot of a file's bytes.
absl::StatusOr<Slot> Newest(absl::string_view bytes, const std::string& path) {
  std::array<absl::StatusOr<Slot>, 2> slots;
  for (size_t i = 0; i < slots.size(); ++i) {
    absl::string_view slot = bytes.substr(std::min(i * kSlotBytes, bytes.size()), kSlotBytes);
    slots[i] = DecodeSlot(slot, i);
  }
  if (slots[0].ok() && slots[1].ok()) {
    return slots[0]->sequence > slots[1]->sequence ? slots[0] : slots[1];
  }
  if (slots[0].ok() || slots[1].ok()) return slots[0].ok() ? slots[0] : slots[1];
  return absl::DataLossError(absl::StrCat(
      "no good slot in the anchor ", path, " (", bytes.size(), " bytes, expected ", kFileBytes,
      "): slot 0 ", slots[0].status().message(), ", slot 1 ", slots[1].status().message()));
}

// Up to kFileBytes bytes. The error is RocksDB's.
rocksdb::IOStatus ReadBytes(const std::string& path, rocksdb::FileSystem* fs, std::string* bytes) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  rocksdb::IOStatus status = fs->NewSequentialFile(path, rocksdb::FileOptions(), &file, nullptr);
  if (!status.ok()) return status;
  char scratch[kFileBytes];
  rocksdb::Slice found;
  status = file->Read(sizeof scratch, rocksdb::IOOptions(), &found, scratch, nullptr);
  if (status.ok()) *bytes = found.ToString();
  return status;
}

absl::StatusOr<Slot> ReadNewest(const std::string& path, rocksdb::FileSystem* fs) {
  std::string bytes;
  rocksdb::IOStatus status = ReadBytes(path, fs, &bytes);
  if (!status.ok()) return ToReadStatus(status, absl::StrCat("reading the anchor ", path));
  return Newest(bytes, path);
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

Anchor::Anchor(std::string path, std::unique_ptr<rocksdb::FSRandomRWFile> file, uint64_t sequence)
    : path_(std::move(path)), file_(std::move(file)), sequence_(sequence) {}

Anchor::~Anchor() = default;

absl::StatusOr<std::optional<Head>> Anchor::Read(const std::string& path, rocksdb::FileSystem* fs) {
  rocksdb::IOStatus exists = fs->FileExists(path, rocksdb::IOOptions(), nullptr);
  if (exists.IsNotFound()) return std::nullopt;
  absl::StatusOr<Slot> newest = ReadNewest(path, fs);
  if (!newest.ok()) return newest.status();
  return newest->head;
}

// Written aside and renamed, so that the file is never there in part: a crash leaves either no
// anchor (and a file that the next attempt overwrites) or the whole one.
absl::Status Anchor::Create(const std::string& path, const Head& head, rocksdb::FileSystem* fs) {
  std::string aside = absl::StrCat(path, ".new");
  std::string bytes = EncodeSlot({0, head}) + EncodeSlot({1, head});
  rocksdb::IOStatus status = WriteWhole(aside, bytes, fs);
  if (status.ok()) status = fs->RenameFile(aside, path, rocksdb::IOOptions(), nullptr);
  return ToStatus(status, absl::StrCat("creating the anchor ", path));
}

absl::StatusOr<std::unique_ptr<Anchor>> Anchor::Open(const std::string& path,
                                                     rocksdb::FileSystem* fs) {
  absl::StatusOr<Slot> newest = ReadNewest(path, fs);
  if (!newest.ok()) return newest.status();
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  rocksdb::IOStatus status = fs->NewRandomRWFile(path, rocksdb::FileOptions(), &file, nullptr);
  // What was read may be in the page cache only, if a process was killed before its sync. The first
  // Write replaces the other slot, which then is the only durable one: sync what we stand on first.
  if (status.ok()) status = file->Sync(rocksdb::IOOptions(), nullptr);
  if (!status.ok()) return ToStatus(status, absl::StrCat("opening the anchor ", path));
  return std::unique_ptr<Anchor>(new Anchor(path, std::move(file), newest->sequence));
}

absl::Status Anchor::Write(const Head& head) {
  const rocksdb::IOOptions io;
  uint64_t sequence = sequence_ + 1;
  uint64_t offset = sequence % 2 * kSlotBytes;
  rocksdb::IOStatus status = file_->Write(offset, EncodeSlot({sequence, head}), io, nullptr);
  if (status.ok()) status = file_->Sync(io, nullptr);
  if (status.ok()) sequence_ = sequence;
  return ToStatus(status, absl::StrCat("writing the anchor ", path_));
}

}  // namespace pegel::log

#include <algorithm>
#include <memory>

#include "core/check.h"
#include "core/sha256.h"
#include "log/anchor.h"
#include "tests/fuzz/targets.h"
#include "tests/sim/sim_disk.h"
#include "tests/support/random.h"

namespace pegel::fuzz {
namespace {

constexpr size_t kSlotBytes = 4096, kSlots = 2;  // log/FORMAT.md
constexpr size_t kHeadBytes = 64;                // What a slot says, before its zeros.
constexpr char kPath[] = "/anchor";

void WriteFile(testing::SimDisk& disk, absl::string_view bytes) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  auto status = disk.NewWritableFile(kPath, rocksdb::FileOptions(), &file, nullptr);
  PEGEL_CHECK(status.ok(), "no file");
  status = file->Append(rocksdb::Slice(bytes.data(), bytes.size()), rocksdb::IOOptions(), nullptr);
  PEGEL_CHECK(status.ok(), "not written");
}

// Makes the checksum of each slot right, so that what stands in it is read.
void Seal(std::string* bytes) {
  for (size_t slot = 0; slot < kSlots; ++slot) {
    absl::string_view body = absl::string_view(*bytes).substr(slot * kSlotBytes, kSlotBytes - 32);
    Hash256 checksum = Sha256(body);
    std::copy(checksum.begin(), checksum.end(), bytes->begin() + (slot + 1) * kSlotBytes - 32);
  }
}

}  // namespace

// The two slots. A file that was read can be written on, and then says what was written.
void RunAnchor(absl::string_view bytes) {
  testing::SimDisk disk;
  WriteFile(disk, bytes);
  auto read = log::Anchor::Read(kPath, &disk);
  if (!read.ok()) return;
  PEGEL_CHECK(read->has_value(), "a file that is there was not seen");
  auto anchor = log::Anchor::Open(kPath, &disk);
  PEGEL_CHECK(anchor.ok(), "read, but not opened: ", anchor.status().ToString());
  log::Head next{Lsn{(*read)->lsn.value + 1}, Sha256("next")};
  PEGEL_CHECK((*anchor)->Write(next).ok(), "not written");
  auto again = log::Anchor::Read(kPath, &disk);
  PEGEL_CHECK(again.ok() && **again == next, "another anchor than was written");
}

// Bends a byte or a number of one slot and seals both.
std::string MutateAnchor(absl::string_view bytes, uint64_t seed) {
  testing::Random random(seed);
  std::string mutated(bytes);
  mutated.resize(kSlots * kSlotBytes);
  size_t at = random.Below(kSlots) * kSlotBytes + random.Below(kHeadBytes);
  size_t length = random.OneIn(2) ? 1 : std::min<size_t>(8, kSlotBytes - at % kSlotBytes);
  char byte = static_cast<char>(random.OneIn(2) ? 0xFF : random.Below(256));
  std::fill_n(mutated.begin() + at, length, byte);
  Seal(&mutated);
  if (random.OneIn(8)) mutated.resize(random.Below(mutated.size()));
  return mutated;
}

}  // namespace pegel::fuzz

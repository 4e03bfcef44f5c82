#include <vector>

#include "core/canonical.h"
#include "core/check.h"
#include "core/fold.h"
#include "log/group.h"
#include "log/record_codec.h"
#include "procedures/call_text.h"
#include "tests/fuzz/targets.h"
#include "tests/log/records.h"
#include "tests/support/acl.h"
#include "tests/support/random.h"

namespace pegel::fuzz {
namespace {

using log::StoredRecord;

const World& BootedWorld() {
  static const World& booted = *[] {
    auto* world = new World();
    Apply(*world, Moment{Lsn{1}, UnixNanos{1}, testing::AuthorOf("System:pegeld", "")}, {},
          testing::BootOf(false));
    return world;
  }();
  return booted;
}

// A log says what it likes: no command that decodes may stop the fold.
void CheckDecides(const Record& record) {
  World world = BootedWorld();
  Moment now = record.moment;
  now.lsn = Next(world.lsn);
  now.time = std::max(now.time, world.time);
  Apply(world, now, record.request_id, record.command);
  Digest(world);
}

void CheckRecord(absl::string_view bytes) {
  absl::StatusOr<StoredRecord> stored = log::DecodeRecord(bytes);
  if (!stored.ok()) {
    PEGEL_CHECK(!stored.status().message().empty(), "a refusal without a reason");
    return;
  }
  std::string encoded;
  log::EncodeRecord(stored->record, stored->previous, &encoded);
  PEGEL_CHECK(encoded.size() <= log::EncodedBytesMax(stored->record), "longer than its bound");
  absl::StatusOr<StoredRecord> again = log::DecodeRecord(encoded);
  PEGEL_CHECK(again.ok() && testing::Same(again->record, stored->record) &&
                  again->previous == stored->previous,
              "encoded, and not read back");
  procedures::ToCallText(stored->record.command);
  CheckDecides(stored->record);
}

Record Changed(Record record, testing::Random& random) {
  Record other = testing::AnyRecord(random, Lsn{1 + random.Below(9)});
  static const std::vector<int64_t> kBoundaries = {0, 1, -1, INT64_MAX, INT64_MIN};
  switch (random.Below(6)) {
    case 0:
      record.moment.lsn = Lsn{static_cast<uint64_t>(random.Of(kBoundaries))};
      break;
    case 1:
      record.moment.time = UnixNanos{random.Of(kBoundaries)};
      break;
    case 2:
      record.moment.author = other.moment.author;
      break;
    case 3:
      record.request_id = other.request_id;
      break;
    case 4:
      record.effect = other.effect;
      break;
    default:
      record.command = other.command;
  }
  return record;
}

// Sets one word of the message to a boundary: a pointer, a length, a tag or a number.
void BendWord(std::string* bytes, testing::Random& random) {
  static const std::vector<uint64_t> kWords = {0, 1, 0xFFFFFFFF, UINT64_MAX, 0x0000000100000001};
  size_t words = bytes->size() / 8;
  if (words < 2) return;
  size_t at = 8 * (1 + random.Below(words - 1));
  uint64_t word = random.Of(kWords) << (random.OneIn(2) ? 0 : random.Below(64));
  for (size_t i = 0; i < 8; ++i) (*bytes)[at + i] = static_cast<char>(word >> 8 * i);
}

}  // namespace

// A group of records; also the bytes as one record.
void RunRecord(absl::string_view bytes) {
  CheckRecord(bytes);
  auto records = log::SplitGroup(bytes);
  if (!records.ok() || records->size() < 2) return;
  for (absl::string_view record : *records) CheckRecord(record);
}

// A record with one field, or one word, changed.
std::string MutateRecord(absl::string_view bytes, uint64_t seed) {
  testing::Random random(seed);
  absl::StatusOr<StoredRecord> stored = log::DecodeRecord(bytes);
  std::string mutated(bytes);
  if (!stored.ok() || random.OneIn(2)) {
    BendWord(&mutated, random);
    return mutated;
  }
  mutated.clear();
  log::EncodeRecord(Changed(stored->record, random), stored->previous, &mutated);
  return mutated;
}

}  // namespace pegel::fuzz

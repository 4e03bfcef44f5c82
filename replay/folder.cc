#include "replay/folder.h"

#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "log/group.h"
#include "log/record_codec.h"

namespace pegel::replay {
namespace {

constexpr char kLsnPayload[] = "pegel/lsn";

}  // namespace

absl::Status FaultAt(Lsn lsn, absl::StatusCode code, absl::string_view what) {
  absl::Status status(code, absl::StrCat("lsn ", lsn.value, ": ", what));
  status.SetPayload(kLsnPayload, absl::Cord(absl::StrCat(lsn.value)));
  return status;
}

absl::Status DataLossAt(Lsn lsn, absl::string_view what) {
  return FaultAt(lsn, absl::StatusCode::kDataLoss, what);
}

std::string Mismatch(absl::string_view what, const Hash256& expected, const Hash256& found) {
  return absl::StrCat(what, ": expected ", ToHex(expected), ", found ", ToHex(found));
}

absl::Status WrongGroup(Lsn expected, Lsn key) {
  return DataLossAt(
      expected,
      absl::StrCat("expected the next group here, found one that begins at lsn ", key.value));
}

absl::Status Folder::AddGroup(Lsn key, absl::string_view bytes, Observer observe) {
  if (key != NextLsn()) return WrongGroup(NextLsn(), key);
  absl::StatusOr<std::vector<absl::string_view>> records = log::SplitGroup(bytes);
  if (!records.ok()) return FaultAt(key, records.status().code(), records.status().message());
  for (absl::string_view record : *records) {
    absl::StatusOr<log::StoredRecord> stored = Examine(record);
    if (!stored.ok()) return stored.status();
    if (absl::Status status = Add(*stored, record, observe); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<log::StoredRecord> Folder::Examine(absl::string_view bytes) const {
  absl::StatusOr<log::StoredRecord> stored = log::DecodeRecord(bytes);
  if (!stored.ok()) return FaultAt(NextLsn(), stored.status().code(), stored.status().message());
  if (absl::Status status = Check(*stored); !status.ok()) return status;
  return stored;
}

absl::Status Folder::Add(const log::StoredRecord& stored, absl::string_view bytes,
                         Observer observe) {
  const Record& record = stored.record;
  Applied applied = Apply(folded_.world, record.moment, record.request_id, record.command);
  if (applied.effect != record.effect) {
    return DataLossAt(record.moment.lsn,
                      Mismatch("the record's effect hash differs from what the fold did",
                               record.effect, applied.effect));
  }
  Advance(record, log::ChainHash(bytes));
  observe(record, applied, folded_.head.chain);
  return absl::OkStatus();
}

// What Apply would stop the process for.
absl::Status Folder::Check(const log::StoredRecord& stored) const {
  const Record& record = stored.record;
  const World& world = folded_.world;
  if (record.moment.lsn != NextLsn()) {
    return DataLossAt(NextLsn(),
                      absl::StrCat("found a record that says lsn ", record.moment.lsn.value));
  }
  if (stored.previous != folded_.head.chain) {
    return DataLossAt(NextLsn(), Mismatch("the chain is broken: hash of the record before",
                                          folded_.head.chain, stored.previous));
  }
  if (record.moment.time < world.time) {
    return DataLossAt(NextLsn(),
                      absl::StrCat("time goes back: expected at least ", world.time.value,
                                   " ns, found ", record.moment.time.value));
  }
  RequestKey key{record.moment.author.principal, record.request_id};
  if (record.request_id.is_set() && !IsRead(record.command) &&
      world.requests.Find(key) != nullptr) {
    return DataLossAt(NextLsn(), absl::StrCat("request id ", ToHex(record.request_id),
                                              " was answered before, at lsn ",
                                              world.requests.Find(key)->lsn.value));
  }
  return absl::OkStatus();
}

void Folder::Advance(const Record& record, const Hash256& chain) {
  folded_.head = log::Head{record.moment.lsn, chain};
  if (record.request_id.is_set() && !IsRead(record.command)) {
    folded_.answered_chains.emplace(record.moment.lsn, chain);
  }
  auto& chains = folded_.answered_chains;
  Lsn oldest = folded_.world.requests.OldestLsn();
  while (!chains.empty() && chains.begin()->first < oldest) chains.erase(chains.begin());
}

std::optional<Lsn> LsnOf(const absl::Status& status) {
  absl::optional<absl::Cord> payload = status.GetPayload(kLsnPayload);
  uint64_t value;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &value)) {
    return std::nullopt;
  }
  return Lsn{value};
}

}  // namespace pegel::replay

#include "replay/folder.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/limits.h"
#include "log/group.h"
#include "log/record_codec.h"

namespace pegel::replay {
namespace {

constexpr char kLsnPayload[] = "pegel/lsn";
constexpr char kDivergencePayload[] = "pegel/divergence";

// A log that a later version began, with rules that this one does not have.
absl::Status CheckBehaviour(const Record& record) {
  const auto* boot = std::get_if<Boot>(&record.command);
  if (boot == nullptr || boot->behaviour <= kBehaviourNewest) return absl::OkStatus();
  return FaultAt(record.moment.lsn, absl::StatusCode::kUnimplemented,
                 absl::StrCat("the log is of behaviour ", boot->behaviour,
                              ", and this version knows those up to ", kBehaviourNewest,
                              ". A later version wrote it."));
}

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

absl::Status RecordsBehind(const log::Head& head, bool is_first, Lsn key, absl::string_view bytes,
                           std::vector<absl::string_view>* records) {
  records->clear();
  const Lsn next = Next(head.lsn);
  if (key > next || (!is_first && key < next)) {
    return DataLossAt(
        next,
        absl::StrCat("expected the next group here, found one that begins at lsn ", key.value));
  }
  absl::Status split = log::SplitGroup(bytes, records);
  if (!split.ok()) {
    split = FaultAt(Lsn{key.value + records->size()}, split.code(), split.message());
  }
  const size_t passed = next.value - key.value;
  if (passed == 0) return split;
  if (passed > records->size()) {
    if (!split.ok()) return split;
    return DataLossAt(next, absl::StrCat("expected the group that holds it, found one of ",
                                         records->size(), " records from lsn ", key.value));
  }
  Hash256 found = log::ChainHash((*records)[passed - 1]);
  records->erase(records->begin(), records->begin() + static_cast<std::ptrdiff_t>(passed));
  if (found == head.chain) return split;
  records->clear();
  return DataLossAt(head.lsn, Mismatch("the record is not the one that the snapshot was made of; "
                                       "chain",
                                       head.chain, found));
}

absl::Status Folder::AddGroup(Lsn key, absl::string_view bytes, Observer observe, Lsn through) {
  std::vector<absl::string_view> records;
  absl::Status found = RecordsBehind(head(), !has_group_, key, bytes, &records);
  has_group_ = true;
  for (absl::string_view record : records) {
    if (head().lsn >= through) break;
    absl::StatusOr<log::StoredRecord> stored = Examine(record);
    if (!stored.ok()) return stored.status();
    if (absl::Status status = Add(*stored, record, observe); !status.ok()) return status;
  }
  return head().lsn >= through ? absl::OkStatus() : found;
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
    if (absl::Status newer = CheckBehaviour(record); !newer.ok()) return newer;
    absl::Status status = DataLossAt(
        record.moment.lsn, Mismatch("the record's effect hash differs from what the fold did",
                                    record.effect, applied.effect));
    status.SetPayload(kDivergencePayload, absl::Cord());
    return status;
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
  if (record.request_id.is_set() && IsRemembered(record.command) &&
      world.requests.Find(key) != nullptr) {
    return DataLossAt(NextLsn(), absl::StrCat("request id ", ToHex(record.request_id),
                                              " was answered before, at lsn ",
                                              world.requests.Find(key)->lsn.value));
  }
  return absl::OkStatus();
}

void Folder::Advance(const Record& record, const Hash256& chain) {
  folded_.head = log::Head{record.moment.lsn, chain};
  if (record.request_id.is_set() && IsRemembered(record.command)) {
    folded_.answered_chains.emplace(record.moment.lsn, chain);
  }
  auto& chains = folded_.answered_chains;
  Lsn oldest = folded_.world.requests.OldestLsn();
  while (!chains.empty() && chains.begin()->first < oldest) chains.erase(chains.begin());
}

bool IsDivergence(const absl::Status& status) {
  return status.GetPayload(kDivergencePayload).has_value();
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

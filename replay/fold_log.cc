#include "replay/fold_log.h"

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

absl::Status Fault(Lsn lsn, absl::StatusCode code, absl::string_view what) {
  absl::Status status(code, absl::StrCat("lsn ", lsn.value, ": ", what));
  status.SetPayload(kLsnPayload, absl::Cord(absl::StrCat(lsn.value)));
  return status;
}

absl::Status DataLoss(Lsn lsn, absl::string_view what) {
  return Fault(lsn, absl::StatusCode::kDataLoss, what);
}

std::string Mismatch(absl::string_view what, const Hash256& expected, const Hash256& found) {
  return absl::StrCat(what, ": expected ", ToHex(expected), ", found ", ToHex(found));
}

// One fold under way.
class Folder {
 public:
  explicit Folder(Observer observe) : observe_(observe) {}

  absl::Status AddGroup(Lsn key, absl::string_view bytes) {
    if (key != NextLsn()) {
      return DataLoss(NextLsn(), absl::StrCat("expected the next group here, found one that "
                                              "begins at lsn ",
                                              key.value));
    }
    absl::StatusOr<std::vector<absl::string_view>> records = log::SplitGroup(bytes);
    if (!records.ok()) return Fault(key, records.status().code(), records.status().message());
    for (absl::string_view record : *records) {
      if (absl::Status status = AddRecord(record); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  Folded Take() { return std::move(folded_); }
  const log::Head& head() const { return folded_.head; }

 private:
  Lsn NextLsn() const { return Next(folded_.head.lsn); }

  absl::Status AddRecord(absl::string_view bytes) {
    absl::StatusOr<log::StoredRecord> stored = log::DecodeRecord(bytes);
    if (!stored.ok()) return Fault(NextLsn(), stored.status().code(), stored.status().message());
    if (absl::Status status = Check(*stored); !status.ok()) return status;
    const Record& record = stored->record;
    Applied applied = Apply(folded_.world, record.moment, record.request_id, record.command);
    if (applied.effect != record.effect) {
      return DataLoss(record.moment.lsn,
                      Mismatch("the record's effect hash differs from what the fold did",
                               record.effect, applied.effect));
    }
    Advance(record, log::ChainHash(bytes));
    observe_(record, applied, folded_.head.chain);
    return absl::OkStatus();
  }

  // What Apply would stop the process for.
  absl::Status Check(const log::StoredRecord& stored) const {
    const Record& record = stored.record;
    const World& world = folded_.world;
    if (record.moment.lsn != NextLsn()) {
      return DataLoss(NextLsn(),
                      absl::StrCat("found a record that says lsn ", record.moment.lsn.value));
    }
    if (stored.previous != folded_.head.chain) {
      return DataLoss(NextLsn(), Mismatch("the chain is broken: hash of the record before",
                                          folded_.head.chain, stored.previous));
    }
    if (record.moment.time < world.time) {
      return DataLoss(NextLsn(),
                      absl::StrCat("time goes back: expected at least ", world.time.value,
                                   " ns, found ", record.moment.time.value));
    }
    RequestKey key{record.moment.author.principal, record.request_id};
    if (record.request_id.is_set() && !IsRead(record.command) &&
        world.requests.Find(key) != nullptr) {
      return DataLoss(NextLsn(), absl::StrCat("request id ", ToHex(record.request_id),
                                              " was answered before, at lsn ",
                                              world.requests.Find(key)->lsn.value));
    }
    return absl::OkStatus();
  }

  void Advance(const Record& record, const Hash256& chain) {
    folded_.head = log::Head{record.moment.lsn, chain};
    if (record.request_id.is_set() && !IsRead(record.command)) {
      folded_.answered_chains.emplace(record.moment.lsn, chain);
    }
    auto& chains = folded_.answered_chains;
    Lsn oldest = folded_.world.requests.OldestLsn();
    while (!chains.empty() && chains.begin()->first < oldest) chains.erase(chains.begin());
  }

  Observer observe_;
  Folded folded_;
};

absl::Status JudgeEnd(const log::Head& anchor, const log::Head& end) {
  if (anchor.lsn <= end.lsn) return absl::OkStatus();
  return DataLoss(anchor.lsn,
                  absl::StrCat("data loss: the anchor says lsn ", anchor.lsn.value, " (chain ",
                               ToHex(anchor.chain), ") was acknowledged, but the log ends at lsn ",
                               end.lsn.value, "."));
}

absl::Status JudgeRecord(const log::Head& anchor, Lsn lsn, const Hash256& chain) {
  if (lsn != anchor.lsn || chain == anchor.chain) return absl::OkStatus();
  return DataLoss(lsn, Mismatch("the record is not the one that the anchor says was acknowledged; "
                                "chain",
                                anchor.chain, chain));
}

}  // namespace

absl::StatusOr<Folded> FoldLog(const log::Log& log, Observer observe) {
  return FoldLog(log, log::Head{}, observe);
}

absl::StatusOr<Folded> FoldLog(const log::Log& log, const log::Head& anchor, Observer observe) {
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = log.Read(Lsn{1});
  if (!reader.ok()) return reader.status();
  absl::Status judged;
  auto judge = [&](const Record& record, const Applied& applied, const Hash256& chain) {
    if (judged.ok()) judged = JudgeRecord(anchor, record.moment.lsn, chain);
    observe(record, applied, chain);
  };
  Folder folder(judge);
  while (judged.ok()) {
    Lsn first;
    absl::string_view bytes;
    absl::StatusOr<bool> more = (*reader)->Next(&first, &bytes);
    if (!more.ok()) {
      return Fault(Next(folder.head().lsn), more.status().code(), more.status().message());
    }
    if (!*more) break;
    if (absl::Status status = folder.AddGroup(first, bytes); !status.ok()) return status;
  }
  if (judged.ok()) judged = JudgeEnd(anchor, folder.head());
  if (!judged.ok()) return judged;
  return folder.Take();
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

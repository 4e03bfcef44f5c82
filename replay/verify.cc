#include "replay/verify.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "replay/blame.h"
#include "replay/folder.h"
#include "replay/past.h"

namespace pegel::replay {
namespace {

// The witnesses by lsn, asked as the fold goes by.
class Bench {
 public:
  Bench(std::vector<Witness> witnesses, Lsn trimmed) : witnesses_(std::move(witnesses)) {
    std::stable_sort(witnesses_.begin(), witnesses_.end(),
                     [](const Witness& a, const Witness& b) { return a.head.lsn < b.head.lsn; });
    while (next_ < witnesses_.size() && witnesses_[next_].head.lsn < trimmed) ++next_;
    too_old_ = next_;
  }

  uint64_t too_old() const { return too_old_; }
  uint64_t asked() const { return next_ - too_old_; }
  // Of those who know a record behind the log's end. Null: there is none.
  const Witness* Next() const { return next_ < witnesses_.size() ? &witnesses_[next_] : nullptr; }

  absl::Status Ask(const log::Head& head) {
    for (; next_ < witnesses_.size() && witnesses_[next_].head.lsn == head.lsn; ++next_) {
      const Witness& witness = witnesses_[next_];
      if (witness.head.chain == head.chain) continue;
      return DataLossAt(head.lsn, Mismatch(absl::StrCat("the record is not the one that ",
                                                        witness.who, " speaks of; chain"),
                                           witness.head.chain, head.chain));
    }
    return absl::OkStatus();
  }

  bool Vouches(const log::Head& head) const {
    return std::any_of(witnesses_.begin(), witnesses_.end(),
                       [&](const Witness& witness) { return witness.head == head; });
  }

 private:
  std::vector<Witness> witnesses_;
  size_t next_ = 0;  // Not asked yet.
  uint64_t too_old_ = 0;
};

// One walk over the log. What is wrong with a record is worth more than what is wrong with a
// snapshot, so that waits until the end.
class Walk {
 public:
  Walk(const log::Log& log, Folded start, const Evidence& evidence,
       absl::FunctionRef<void(const log::Head&)> on_record)
      : log_(log),
        evidence_(evidence),
        on_record_(on_record),
        bench_(evidence.witnesses, evidence.trimmed.lsn),
        past_(log, std::move(start)) {}

  absl::StatusOr<Verified> Run() {
    absl::Status status = Ask(past_.head());
    if (status.ok()) status = PassSnapshots();
    if (status.ok()) status = GoTo(Lsn{UINT64_MAX});
    if (status.ok()) status = JudgeEnd();
    if (status.ok()) status = snapshot_fault_;
    if (!status.ok()) return status;
    verified_.witnesses = bench_.asked();
    verified_.too_old = bench_.too_old();
    verified_.folded = past_.folded();
    return std::move(verified_);
  }

 private:
  absl::Status Ask(const log::Head& head) {
    return head.lsn > Lsn{} ? bench_.Ask(head) : absl::OkStatus();
  }

  // Stops at `lsn` or at the log's end.
  absl::Status GoTo(Lsn lsn) {
    absl::Status asked;
    auto go_on = [&] { return asked.ok(); };
    auto observe = [&](const Record& record, const Applied&, const Hash256& chain) {
      ++verified_.records;
      const log::Head head{record.moment.lsn, chain};
      on_record_(head);
      asked = bench_.Ask(head);
    };
    absl::Status walked = past_.GoTo(lsn, go_on, observe);
    if (!asked.ok()) return asked;
    if (walked.ok() || absl::IsOutOfRange(walked)) return absl::OkStatus();
    return Blamed(walked);
  }

  absl::Status PassSnapshots() {
    if (evidence_.snapshots == nullptr) return absl::OkStatus();
    absl::StatusOr<std::vector<Lsn>> lsns = evidence_.snapshots->List();
    if (!lsns.ok()) return lsns.status();
    for (Lsn lsn : *lsns) {
      if (lsn < evidence_.trimmed.lsn) continue;  // A trim was interrupted; nobody reads it.
      if (absl::Status status = PassSnapshot(lsn); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status PassSnapshot(Lsn lsn) {
    absl::StatusOr<snapshot::Decoded> decoded = evidence_.snapshots->Read(lsn);
    if (absl::IsNotFound(decoded.status())) return absl::OkStatus();  // A server removed it.
    if (!decoded.ok()) {
      Complain(decoded.status());
      return absl::OkStatus();
    }
    if (absl::Status status = GoTo(lsn); !status.ok()) return status;
    const std::string path = evidence_.snapshots->PathOf(lsn);
    if (past_.head().lsn < lsn) {
      return EndsEarly({{lsn, decoded->snapshot.chain}, absl::StrCat("the snapshot ", path)});
    }
    if (decoded->snapshot.chain == past_.head().chain && decoded->snapshot.world == past_.world()) {
      ++verified_.snapshots;
    } else {
      Complain(absl::DataLossError(
          absl::StrCat(path, ": it is not what the records up to lsn ", lsn.value, " come to")));
    }
    return absl::OkStatus();
  }

  void Complain(const absl::Status& fault) {
    if (snapshot_fault_.ok()) snapshot_fault_ = fault;
  }

  absl::Status JudgeEnd() const {
    return bench_.Next() == nullptr ? absl::OkStatus() : EndsEarly(*bench_.Next());
  }

  absl::Status EndsEarly(const Witness& witness) const {
    return Blamed(
        DataLossAt(Next(past_.head().lsn),
                   absl::StrCat("data loss: the log ends at lsn ", past_.head().lsn.value, ", but ",
                                witness.who, " speaks of lsn ", witness.head.lsn.value, " (chain ",
                                ToHex(witness.head.chain), ").")));
  }

  // The fault with the record that is to blame for it, which may be the one before.
  absl::Status Blamed(const absl::Status& fault) const {
    Lsn culprit = Blame(log_, past_.head(), evidence_.trimmed,
                        [&](const log::Head& head) { return bench_.Vouches(head); });
    if (culprit != past_.head().lsn || LsnOf(fault) == culprit) return fault;
    return FaultAt(culprit, fault.code(),
                   absl::StrCat("this record was changed, or put there: its successor does not fit "
                                "behind it (",
                                fault.message(), ")"));
  }

  const log::Log& log_;
  const Evidence& evidence_;
  absl::FunctionRef<void(const log::Head&)> on_record_;
  Bench bench_;
  Past past_;
  Verified verified_;
  absl::Status snapshot_fault_;
};

}  // namespace

absl::StatusOr<Verified> Verify(const log::Log& log, Folded start, const Evidence& evidence,
                                absl::FunctionRef<void(const log::Head&)> on_record) {
  return Walk(log, std::move(start), evidence, on_record).Run();
}

}  // namespace pegel::replay

#include "tests/sim/faulty_log.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "core/check.h"

namespace pegel::sim {
namespace {

constexpr uint64_t kFromFirstEvery = 4;

// Groups are never changed once they are there, so a reader may look at them.
class GroupReader final : public log::Reader {
 public:
  GroupReader(const std::vector<log::Group>& groups, size_t next)
      : groups_(groups), next_(next), end_(groups.size()) {}

  absl::StatusOr<bool> Next(Lsn* first, absl::string_view* bytes) override {
    if (next_ == end_) return false;
    *first = groups_[next_].first;
    *bytes = groups_[next_++].bytes;
    return true;
  }

 private:
  const std::vector<log::Group>& groups_;
  size_t next_;
  size_t end_;
};

}  // namespace

absl::StatusOr<replay::Folded> FaultyLog::Recover() {
  const bool is_from_first = recovered_.size() % kFromFirstEvery == 0;
  auto folded = replay::FoldLog(*this, is_from_first ? replay::Folded{} : recovered_.back(), {},
                                anchor_, [](const Record&, const Applied&, const Hash256&) {});
  if (folded.ok()) recovered_.push_back(*folded);
  return folded;
}

replay::Folded FaultyLog::StartFor(Lsn from) const {
  auto is_before = [&](const replay::Folded& folded) { return folded.head.lsn < from; };
  auto start = std::find_if(recovered_.rbegin(), recovered_.rend(), is_before);
  return start == recovered_.rend() ? replay::Folded{} : *start;
}

FaultyLog::UnderWay FaultyLog::Leave(Left left) {
  UnderWay under_way = *std::exchange(under_way_, std::nullopt);
  PEGEL_CHECK(under_way.group.first == Next(head_.lsn), "group of lsn ",
              under_way.group.first.value, " behind ", head_.lsn.value);
  if (left == Left::kNothing) return under_way;
  head_ = under_way.group.head;
  if (left == Left::kGroupAndAnchor) anchor_ = head_;
  groups_.push_back(under_way.group);
  return under_way;
}

void FaultyLog::Finish() { Leave(Left::kGroupAndAnchor).done(absl::OkStatus()); }

void FaultyLog::Fail(Left left) { Leave(left).done(absl::UnavailableError("the disk says no")); }

void FaultyLog::Crash(Left left) {
  if (is_busy()) Leave(left);
}

absl::StatusOr<std::unique_ptr<log::Reader>> FaultyLog::Read(Lsn from) const {
  auto holds_from = [&](const log::Group& group) { return group.head.lsn >= from; };
  auto begin = std::find_if(groups_.begin(), groups_.end(), holds_from);
  return std::make_unique<GroupReader>(groups_, static_cast<size_t>(begin - groups_.begin()));
}

}  // namespace pegel::sim

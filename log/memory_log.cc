#include "log/memory_log.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace pegel::log {
namespace {

// Holds copies, so that appends may go on behind it.
class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(std::vector<Group> groups) : groups_(std::move(groups)) {}

  absl::StatusOr<bool> Next(Lsn* first, absl::string_view* bytes) override {
    if (next_ == groups_.size()) return false;
    *first = groups_[next_].first;
    *bytes = groups_[next_++].bytes;
    return true;
  }

 private:
  const std::vector<Group> groups_;
  size_t next_ = 0;
};

}  // namespace

void MemoryLog::Append(const Group& group, std::function<void(absl::Status)> done) {
  done(Store(group));
}

absl::Status MemoryLog::Store(const Group& group) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!failure_.ok()) return failure_;
  PEGEL_CHECK(group.first == Next(head_.lsn) && group.head.lsn >= group.first, "group of lsn ",
              group.first.value, " to ", group.head.lsn.value, " behind lsn ", head_.lsn.value);
  groups_.push_back(group);
  head_ = group.head;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Reader>> MemoryLog::Read(Lsn from) const {
  std::lock_guard<std::mutex> lock(mutex_);
  auto holds_from = [&](const Group& group) { return group.head.lsn >= from; };
  auto begin = std::find_if(groups_.begin(), groups_.end(), holds_from);
  return std::make_unique<MemoryReader>(std::vector<Group>(begin, groups_.end()));
}

void MemoryLog::FailNextAppend(absl::Status status) {
  std::lock_guard<std::mutex> lock(mutex_);
  failure_ = std::move(status);
}

}  // namespace pegel::log

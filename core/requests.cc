#include "core/requests.h"

#include "core/check.h"
#include "core/limits.h"

namespace pegel {

const Answer* AnsweredRequests::Find(const RequestKey& key) const {
  for (auto it = by_id_.lower_bound({key.id, 0}); it != by_id_.end() && it->id == key.id; ++it) {
    const auto& [found, answer] = by_age_[it->number - forgotten_];
    if (found.principal == key.principal) return &answer;
  }
  return nullptr;
}

void AnsweredRequests::Remember(const RequestKey& key, Answer answer) {
  PEGEL_CHECK(Find(key) == nullptr, "request id ", ToHex(key.id), " answered twice, at lsn ",
              answer.lsn.value);
  PEGEL_CHECK(by_age_.empty() || by_age_.back().second.lsn < answer.lsn,
              "answers out of order: ", answer.lsn.value, " behind ",
              by_age_.back().second.lsn.value);
  int64_t oldest = answer.time.value - kAnsweredRequestNanosMax;
  by_id_.insert({key.id, forgotten_ + by_age_.size()});
  by_age_.emplace_back(key, std::move(answer));
  while (by_age_.size() > kAnsweredRequestsMax || by_age_.front().second.time.value < oldest) {
    Forget();
  }
}

void AnsweredRequests::Forget() {
  by_id_.erase({by_age_.front().first.id, forgotten_});
  by_age_.pop_front();
  ++forgotten_;
}

Lsn AnsweredRequests::OldestLsn() const {
  return by_age_.empty() ? Lsn{} : by_age_.front().second.lsn;
}

void AnsweredRequests::ForEach(
    absl::FunctionRef<void(const RequestKey&, const Answer&)> visit) const {
  for (const auto& [key, answer] : by_age_) visit(key, answer);
}

}  // namespace pegel

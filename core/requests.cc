#include "core/requests.h"

#include "core/check.h"
#include "core/limits.h"

namespace pegel {

const Answer* AnsweredRequests::Find(const RequestKey& key) const {
  auto it = by_key_.find(key);
  return it == by_key_.end() ? nullptr : &it->second;
}

void AnsweredRequests::Remember(const RequestKey& key, Answer answer) {
  Lsn lsn = answer.lsn;
  int64_t oldest = answer.time.value - kAnsweredRequestNanosMax;
  bool is_new = by_key_.emplace(key, std::move(answer)).second;
  PEGEL_CHECK(is_new, "request id ", ToHex(key.id), " answered twice, at lsn ", lsn.value);
  by_lsn_.emplace(lsn, key);
  while (by_key_.size() > kAnsweredRequestsMax ||
         by_key_.find(by_lsn_.begin()->second)->second.time.value < oldest) {
    by_key_.erase(by_lsn_.begin()->second);
    by_lsn_.erase(by_lsn_.begin());
  }
}

Lsn AnsweredRequests::OldestLsn() const { return by_lsn_.empty() ? Lsn{} : by_lsn_.begin()->first; }

void AnsweredRequests::ForEach(
    absl::FunctionRef<void(const RequestKey&, const Answer&)> visit) const {
  for (const auto& [lsn, key] : by_lsn_) visit(key, by_key_.find(key)->second);
}

}  // namespace pegel

#include "core/change_feed.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace pegel {

void ChangeFeed::Publish(Lsn through, std::vector<SharedChange> changes) {
  PEGEL_CHECK(through >= through_, "published lsn ", through.value, " behind ", through_.value);
  for (SharedChange& change : changes) {
    Lsn lsn = change->moment.lsn;
    PEGEL_CHECK(lsn > through_ && lsn <= through, "change at lsn ", lsn.value, " behind ",
                through_.value);
    through_ = lsn;
    bool may_change_rights = view_.Apply(*change);
    Add(std::move(change));
    if (may_change_rights && listener_ != nullptr) listener_->OnRightsChanged(lsn);
  }
  through_ = through;
  if (listener_ != nullptr) listener_->OnPublished();
}

// The newest stays, however large: World limits bound it.
void ChangeFeed::Add(SharedChange change) {
  bytes_ += BytesOf(*change);
  ring_.push_back(std::move(change));
  while (ring_.size() > 1 && (ring_.size() > options_.changes_max || bytes_ > options_.bytes_max)) {
    bytes_ -= BytesOf(*ring_.front());
    first_ = Next(ring_.front()->moment.lsn);
    ring_.pop_front();
  }
}

SharedChange ChangeFeed::Find(Lsn from) const {
  PEGEL_CHECK(from >= first_, "asked for lsn ", from.value, ", the ring begins at ", first_.value);
  auto it = std::partition_point(ring_.begin(), ring_.end(), [&](const SharedChange& change) {
    return change->moment.lsn < from;
  });
  return it == ring_.end() ? nullptr : *it;
}

}  // namespace pegel

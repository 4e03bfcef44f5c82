// The newest durable changes, for any number of readers at their own pace.
//
// A ring of change sets, bounded by count and bytes. Nothing is queued for any reader: each keeps
// the lsn that it wants next and asks. A reader that fell behind the ring reads the log itself
// (core/ports.h HistoryReader) until the ring covers the rest.
//
// Owned by the line, shared with net/. Loop thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "core/change.h"
#include "core/durable_view.h"

namespace pegel {

using SharedChange = std::shared_ptr<const ChangeSet>;

struct ChangeFeedOptions {
  // Half a minute of changes at 100 a second: longer than any reconnect of a healthy reader takes.
  size_t changes_max = 4096;
  // What that count takes when every change is a config value of 4 KiB.
  size_t bytes_max = 16 << 20;
};

// Told of what was published. Must not publish from within.
class ChangeListener {
 public:
  // Who may watch may have changed with the record at `lsn`, which view() reflects.
  virtual void OnRightsChanged(Lsn lsn) = 0;
  virtual void OnPublished() = 0;  // through() grew.

 protected:
  ~ChangeListener() = default;
};

class ChangeFeed {
 public:
  // `world`: as recovered, so all durable. What it was made of is history: the ring begins empty.
  ChangeFeed(const World& world, ChangeFeedOptions options)
      : options_(options), view_(world), through_(world.lsn), first_(Next(world.lsn)) {}

  // The records after through() up to `through` are durable; `changes` are those with events, in
  // order.
  void Publish(Lsn through, std::vector<SharedChange> changes);

  // Every record up to here is durable and published.
  Lsn through() const { return through_; }

  // The ring holds every change from this lsn on; older ones are in the log only.
  Lsn first() const { return first_; }

  // The oldest change in the ring with an lsn of at least `from`, or null. Requires from >=
  // first().
  SharedChange Find(Lsn from) const;

  const DurableView& view() const { return view_; }

  // At most one; null: nobody.
  void set_listener(ChangeListener* listener) { listener_ = listener; }

 private:
  void Add(SharedChange change);

  ChangeFeedOptions options_;
  DurableView view_;
  std::deque<SharedChange> ring_;
  size_t bytes_ = 0;  // Of the ring.
  Lsn through_;
  Lsn first_;
  ChangeListener* listener_ = nullptr;
};

}  // namespace pegel

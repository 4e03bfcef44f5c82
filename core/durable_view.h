// The little of the World that watching asks about, as of the last durable record.
//
// The engine's World runs ahead of the disk, so nobody may be told what it says. This view is
// evolved by published changes only and so can leak nothing. It holds the security switches, the
// ACL entries on the cluster, and when each config key changed last; no other entries, and of the
// dynamic values only the one that servers are told.
//
// Pure, as all of core/; owned by the ChangeFeed.
#pragma once

#include <optional>
#include <string>

#include "core/change.h"
#include "core/world.h"

namespace pegel {

class DurableView {
 public:
  // Of a World whose records are all durable.
  explicit DurableView(const World& world);

  // Changes come in lsn order. True: who may watch may have changed.
  bool Apply(const ChangeSet& change);

  // Watching shows every change, so it needs DESCRIBE on the cluster. Unset: allowed; else
  // AUTHORIZATION_EXCEPTION.
  std::optional<Error> WhyMayNotWatch(const Author& author) const;

  // The same question for any operation on the cluster.
  std::optional<Error> WhyMayNot(const Author& author, acl::Operation operation) const;

  // The last record that set or reset this config key, dynamically or by the static configs. 0:
  // none.
  Lsn ConfigChangedAt(const std::string& key) const;

  // `pegel.rebalance.bytes-per-sec-per-server`.
  int64_t CopyBytesPerSec() const;

 private:
  World world_;  // What the comment above says; everything else stays empty.
};

}  // namespace pegel

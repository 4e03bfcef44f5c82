// A random history that was folded while it was made: groups for a log, and what the World was at
// each lsn. Has every kind of state in it: rules, configs, answered requests, servers, tables.
#pragma once

#include <utility>
#include <vector>

#include "core/canonical.h"
#include "core/fold.h"
#include "log/group.h"
#include "tests/support/history.h"

namespace pegel::testing {

class FoldedHistory {
 public:
  explicit FoldedHistory(uint64_t seed) : random_(seed) {}

  // `keep_digests` costs an encoding of the World for each record.
  log::Group NextGroup(uint64_t records, bool keep_digests = true) {
    std::vector<Record> made;
    for (uint64_t i = 0; i < records; ++i) made.push_back(NextRecord(keep_digests));
    log::Group group = log::PackGroup(made, head_, &chains_);
    head_ = group.head;
    return group;
  }

  const World& world() const { return world_; }
  const log::Head& head() const { return head_; }
  const Hash256& DigestAt(Lsn lsn) const { return digests_.at(lsn.value - 1); }
  Random& random() { return random_; }

 private:
  Record NextRecord(bool keep_digests) {
    HistoryCall call = RandomCall(random_, world_.lsn.value);
    if (world_.lsn.value > 0 && random_.OneIn(2)) {
      call.author = AuthorOf("User:root", "10.0.0.1");
      call.command = ClusterCommand();
    }
    // Times that stand still, and now and then an hour: answers are forgotten.
    int64_t step = random_.OneIn(50) ? 3'600'000'000'001 : static_cast<int64_t>(random_.Below(9));
    Moment moment{Next(world_.lsn), UnixNanos{world_.time.value + step}, call.author};
    Applied applied = Apply(world_, moment, call.request_id, call.command);
    if (keep_digests) digests_.push_back(Digest(world_));
    return Record{moment, call.request_id, call.command, applied.effect};
  }

  Command ClusterCommand() {
    const cluster::TablePath path{"d", random_.OneIn(2) ? "t" : "u"};
    const char* partition = random_.OneIn(2) ? "p1" : "p2";
    switch (random_.Below(8)) {
      case 0:
        return DropTable{path};
      case 1:
        return DropPartition{path, partition};
      case 2:
        return AddPartition{path, partition};
      case 3:
        return CreateTable{path, 1 + static_cast<int32_t>(random_.Below(6)),
                           1 + static_cast<int32_t>(random_.Below(3)), random_.OneIn(2)};
      case 4:
        return LostCommand();
      case 5:
        return ReportCommand();
      default:
        return RegisterCommand();
    }
  }
  Command RegisterCommand() {
    auto id = static_cast<int32_t>(random_.Below(5));
    return RegisterServer{cluster::ServerId{id}, random_.OneIn(2) ? "r1" : "r2",
                          "host:" + std::to_string(7000 + id)};
  }
  Command LostCommand() {
    auto it = world_.cluster.servers.find(RandomServer());
    if (it == world_.cluster.servers.end()) return RegisterCommand();
    return ServerLost{it->first, it->second.epoch};
  }
  // Of a bucket that the server leads, if it leads one; and of a replica that it was to delete.
  Command ReportCommand() {
    auto it = world_.cluster.servers.find(RandomServer());
    if (it == world_.cluster.servers.end()) return RegisterCommand();
    ReplicaReport report{it->first, it->second.epoch, {}, {}, {}, {}};
    for (const cluster::BucketKey& key : world_.cluster.HoldingsOf(it->first).buckets) {
      const cluster::Bucket& bucket = *world_.cluster.Find(key);
      if (bucket.leader != it->first) continue;
      report.sizes.push_back({key, static_cast<int64_t>(random_.Below(1'000'000))});
      report.in_sync.push_back({key, bucket.leader_epoch, bucket.bucket_epoch, {it->first}});
      if (random_.OneIn(2)) break;
    }
    auto stops = world_.cluster.stops.find(it->first);
    if (stops != world_.cluster.stops.end() && random_.OneIn(2)) {
      const auto& [key, epoch] = *stops->second.begin();
      report.done.push_back({key, epoch, cluster::DoneKind::kStopped});
    }
    return report;
  }
  cluster::ServerId RandomServer() {
    return cluster::ServerId{static_cast<int32_t>(random_.Below(5))};
  }

  Random random_;
  World world_;
  log::Head head_;
  std::vector<Hash256> chains_;
  std::vector<Hash256> digests_;  // [i]: at lsn i + 1.
};

}  // namespace pegel::testing

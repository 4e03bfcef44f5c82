// Where the bytes of a simulated fleet are: which server holds how much of which bucket, who leads
// it, who follows, and what is on its way from leaders to followers.
//
// A bucket that nobody in the fleet has seen gets its size from the seed when it is first led, and
// those that are in sync by then hold all of it: that is how a new table is filled, and how a fleet
// that starts over finds the data of the last one. From then on bytes move only as they would:
// from the leader to its followers, as fast as the bandwidth of both allows, oldest first.
//
// Pure: time is an argument, and the same calls give the same bytes. Not thread-safe; the fleet
// has one, behind a lock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/inlined_vector.h"
#include "core/cluster/bucket_key.h"
#include "core/cluster/model.h"

namespace pegel::tools {

struct DataPlaneOptions {
  int64_t bucket_bytes = 64 << 20;  // On average: a half to one and a half of it, by the seed.
  int64_t bandwidth = 100 << 20;    // Bytes a second that a server can take, and can give.
  int64_t disk_bytes = 0;           // Of each server. 0: without end.
  int32_t failures_ppm = 0;         // Of a million transfers so many break on their way.
  uint64_t seed = 1;
};

// What a tablet server notices by itself, without being told by Pegel.
struct Noticed {
  enum class Kind {
    kCaughtUp,    // To the leader: this follower has all.
    kFellBehind,  // To the leader: this follower fetches no more.
    kDiskFull,    // To the follower: the bucket does not fit, so it follows no more.
    kBroken,      // To the follower: its transfer broke, so it follows no more.
  };
  Kind kind = Kind::kCaughtUp;
  cluster::BucketKey key;
  int32_t leader_epoch = 0;
  cluster::ServerId follower;
  std::string reason;  // Of kDiskFull and kBroken.
};

class DataPlane {
 public:
  explicit DataPlane(const DataPlaneOptions& options) : options_(options) {}

  // A server that does not answer (dead, or stuck) neither fetches nor serves; its disk stays. Each
  // is taken to answer until told otherwise. Who answers again must lead and follow anew.
  void SetAnswering(cluster::ServerId server, bool is_answering);

  // What it may take of transfers, all together; 0: as much as its bandwidth allows.
  void SetCopyLimit(cluster::ServerId server, int64_t bytes_per_sec);

  // `server` leads under this epoch. An older epoch than the one known is ignored.
  void Lead(cluster::ServerId server, const cluster::BucketKey& key, int32_t leader_epoch,
            const std::vector<cluster::ServerId>& in_sync);

  // `server` fetches from whoever leads under this epoch, now or later. Again after kDiskFull or
  // kBroken: another try.
  void Follow(cluster::ServerId server, const cluster::BucketKey& key, int32_t leader_epoch);

  // It neither leads nor follows; its bytes stay.
  void Rest(cluster::ServerId server, const cluster::BucketKey& key);

  // It holds nothing of the bucket any more.
  void Delete(cluster::ServerId server, const cluster::BucketKey& key);

  // Bytes move. Times never go back; the first call only starts the clock.
  void Advance(int64_t now_ms);

  // What the server noticed since it asked last.
  std::vector<Noticed> Take(cluster::ServerId server);

  // `follower` fetches under this epoch, from a leader of this epoch, and has all that it has.
  bool IsCaughtUp(const cluster::BucketKey& key, cluster::ServerId follower,
                  int32_t leader_epoch) const;

  int64_t BytesOf(const cluster::BucketKey& key) const;  // Of the whole bucket; 0: not known yet.
  // Whether somebody told Pegel of that size already.
  bool IsSizeTold(const cluster::BucketKey& key) const;
  void SetSizeTold(const cluster::BucketKey& key);

  int64_t HeldBy(cluster::ServerId server, const cluster::BucketKey& key) const;
  int64_t UsedBy(cluster::ServerId server) const;  // Of its disk.
  size_t transfers() const { return transfers_.size(); }

 private:
  struct Copy {
    cluster::ServerId server;
    int32_t following = -1;  // Under which leader epoch it fetches; -1: it does not.
    int64_t bytes = 0;
    uint64_t transfer = 0;  // 0: nothing is on its way to it.
  };
  struct Bucket {
    cluster::ServerId leader{-1};
    int32_t leader_epoch = -1;
    int64_t bytes = -1;  // -1: nobody has led it yet.
    int64_t bytes_told = -1;
    absl::InlinedVector<Copy, 3> copies;
  };
  struct Server {
    bool is_answering = true;
    int64_t used = 0;
    int64_t promised = 0;    // Of transfers under way to it.
    int64_t copy_limit = 0;  // Bytes a second; 0: none.
    int64_t credit = 0;      // Thousandths of a byte that it may take, with a limit.
    absl::btree_set<cluster::BucketKey> holds;
    std::vector<Noticed> noticed;
  };
  struct Transfer {
    cluster::BucketKey key;
    cluster::ServerId to;
    int64_t missing = 0;
    int64_t breaks_at = -1;  // So much is missing when it breaks; -1: it does not.
  };
  using Budget = absl::btree_map<cluster::ServerId, int64_t>;

  void Tell(cluster::ServerId server, Noticed noticed);
  static Copy* Find(Bucket& bucket, cluster::ServerId server);
  static const Copy* Find(const Bucket& bucket, cluster::ServerId server);
  Copy& CopyOf(Bucket& bucket, const cluster::BucketKey& key, cluster::ServerId server);
  void SetBytes(Copy& copy, int64_t bytes);
  void Consider(Bucket& bucket, const cluster::BucketKey& key, Copy& copy);
  void StartTransfer(const Bucket& bucket, const cluster::BucketKey& key, Copy& copy);
  void StopTransfer(Copy& copy);
  void StopFollowing(Bucket& bucket, const cluster::BucketKey& key, Copy& copy);
  int64_t BreakOf(const Copy& copy, int64_t missing) const;
  void Credit(int64_t passed);
  bool Move(Transfer& transfer, int64_t budget, Budget& in, Budget& out);
  int64_t FirstSizeOf(const cluster::BucketKey& key) const;

  DataPlaneOptions options_;
  absl::btree_map<cluster::BucketKey, Bucket> buckets_;
  std::map<cluster::ServerId, Server> servers_;
  std::map<uint64_t, Transfer> transfers_;  // In the order in which they began.
  uint64_t last_transfer_ = 0;
  int64_t now_ms_ = -1;
  int64_t carry_ = 0;  // Of the bandwidth, thousandths of a byte.
};

}  // namespace pegel::tools

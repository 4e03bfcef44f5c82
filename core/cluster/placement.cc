// First numbers, then names: how many replicas each rack takes (Shares), then which of its servers
// take them (Dealer), bucket by bucket.
//
// A rack takes the same number of replicas of every bucket, `base`, and one more of some; those
// buckets are a stretch of the circle of all buckets, and the stretches of the racks lie end to
// end, so that each bucket gets all its replicas, and no two of one rack more than the base allows.
#include "core/cluster/placement.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <utility>

#include "absl/container/btree_map.h"
#include "core/check.h"
#include "core/cluster/balance_leaders.h"

namespace pegel::cluster {
namespace {

// One rack's part. Servers are named by their index among the candidates, who should get the
// next replica first.
struct Share {
  std::vector<int> servers;
  int64_t base = 0;   // Of every bucket.
  int64_t least = 0;  // Of all buckets: base of each …
  int64_t most = 0;   // … and at most one more, where the rack has the servers for it.
  int64_t quota = 0;  // Between them.

  int64_t size() const { return static_cast<int64_t>(servers.size()); }
  // With `level` replicas on each server, as far as the rack can.
  int64_t At(int64_t level) const { return std::clamp(size() * level, least, most); }
};

bool GoesFirst(const std::vector<Candidate>& candidates, int a, int b) {
  if (candidates[a].replicas != candidates[b].replicas) {
    return candidates[a].replicas < candidates[b].replicas;
  }
  return a < b;
}

std::vector<Share> SharesByRack(const std::vector<Candidate>& candidates) {
  absl::btree_map<std::string, Share> racks;
  for (size_t i = 0; i < candidates.size(); ++i) {
    racks[candidates[i].rack].servers.push_back(static_cast<int>(i));
  }
  std::vector<Share> shares;
  for (auto& [rack, share] : racks) {
    std::sort(share.servers.begin(), share.servers.end(),
              [&](int a, int b) { return GoesFirst(candidates, a, b); });
    shares.push_back(std::move(share));
  }
  return shares;
}

// The most replicas of one bucket that every rack that has so many servers can take, so that no
// more than `factor` are taken.
int64_t BaseOf(const std::vector<Share>& shares, int32_t factor) {
  auto taken = [&](int64_t base) {
    int64_t sum = 0;
    for (const Share& share : shares) sum += std::min(share.size(), base);
    return sum;
  };
  int64_t base = 0;
  while (base < factor && taken(base + 1) <= factor) ++base;
  return base;
}

int64_t SumAt(const std::vector<Share>& shares, int64_t level) {
  int64_t sum = 0;
  for (const Share& share : shares) sum += share.At(level);
  return sum;
}

// Gives `count` more to servers that stand at `level`, one each.
void GiveOneMore(const std::vector<Candidate>& candidates, int64_t level, int64_t count,
                 std::vector<Share>& shares) {
  std::vector<std::pair<int, Share*>> next;
  for (Share& share : shares) {
    int64_t room = share.At(level + 1) - share.quota;
    int64_t first = std::max<int64_t>(0, share.quota - share.size() * level);
    for (int64_t i = first; i < first + room; ++i) next.push_back({share.servers[i], &share});
  }
  std::sort(next.begin(), next.end(),
            [&](const auto& a, const auto& b) { return GoesFirst(candidates, a.first, b.first); });
  for (int64_t i = 0; i < count; ++i) ++next[i].second->quota;
}

std::vector<Share> SharesOf(const std::vector<Candidate>& candidates, int32_t buckets,
                            int32_t factor) {
  std::vector<Share> shares = SharesByRack(candidates);
  int64_t base = BaseOf(shares, factor);
  for (Share& share : shares) {
    share.base = std::min(share.size(), base);
    share.least = share.base * buckets;
    share.most = share.least + (share.size() > base ? buckets : 0);
  }
  int64_t total = int64_t{buckets} * factor, level = 0;
  while (level < buckets && SumAt(shares, level + 1) <= total) ++level;
  for (Share& share : shares) share.quota = share.At(level);
  GiveOneMore(candidates, level, total - SumAt(shares, level), shares);
  return shares;
}

// Hands out a rack's servers, each as often as its share says, none twice for one bucket.
//
// Round by round, each round every server once; before them, those that get one more. The order
// within a round changes from round to round and from rack to rack.
class Dealer {
 public:
  Dealer(Share share, int64_t rack) : share_(std::move(share)), rack_(rack) {
    pool_.assign(share_.servers.begin(), share_.servers.begin() + share_.quota % share_.size());
  }

  // Adds the next `count` servers to those of a bucket.
  void Deal(int64_t count, std::vector<int>* bucket) {
    auto begin = static_cast<std::ptrdiff_t>(bucket->size());
    while (count-- > 0) {
      auto is_new = [&](int server) {
        return std::find(bucket->begin() + begin, bucket->end(), server) == bucket->end();
      };
      auto it = std::find_if(pool_.begin(), pool_.end(), is_new);
      if (it == pool_.end()) {
        BeginRound();
        it = std::find_if(pool_.begin(), pool_.end(), is_new);
        PEGEL_CHECK(it != pool_.end(), "a rack of ", share_.size(), " cannot take its replicas");
      }
      bucket->push_back(*it);
      pool_.erase(it);
    }
  }

 private:
  // A step that is coprime with the number of servers visits each once.
  void BeginRound() {
    int64_t n = share_.size();
    do {
      step_ = step_ % n + 1;
    } while (std::gcd(step_, n) != 1);
    for (int64_t i = 0; i < n; ++i) {
      pool_.push_back(share_.servers[(round_ * rack_ + i * step_) % n]);
    }
    ++round_;
  }

  Share share_;
  int64_t rack_;
  std::deque<int> pool_;  // Of this round, and not dealt yet.
  int64_t round_ = 0;
  int64_t step_ = 0;
};

std::vector<std::vector<int>> DealAll(std::vector<Share> shares, int32_t buckets) {
  std::vector<Dealer> dealers;
  std::vector<int64_t> begins;  // Of each rack's stretch of buckets with one more.
  int64_t begin = 0;
  for (const Share& share : shares) {
    dealers.emplace_back(share, static_cast<int64_t>(dealers.size()));
    begins.push_back(begin);
    begin = (begin + share.quota - share.least) % buckets;
  }
  std::vector<std::vector<int>> servers(buckets);
  for (int64_t bucket = 0; bucket < buckets; ++bucket) {
    for (size_t rack = 0; rack < shares.size(); ++rack) {
      const Share& share = shares[rack];
      int64_t place = (bucket - begins[rack] + buckets) % buckets;
      bool has_one_more = place < share.quota - share.least;
      dealers[rack].Deal(share.base + (has_one_more ? 1 : 0), &servers[bucket]);
    }
  }
  return servers;
}

}  // namespace

std::vector<Candidate> CandidatesOf(const ClusterState& cluster) {
  std::vector<Candidate> candidates;
  for (const auto& [id, server] : cluster.servers) {
    if (!server.is_live || server.tag.has_value()) continue;
    const Holdings& holdings = cluster.HoldingsOf(id);
    candidates.push_back(
        {id, server.rack, static_cast<int64_t>(holdings.buckets.size()), holdings.leaders});
  }
  return candidates;
}

std::vector<std::vector<ServerId>> Place(const std::vector<Candidate>& candidates,
                                         int32_t bucket_count, int32_t replication_factor) {
  PEGEL_CHECK(bucket_count >= 1 && replication_factor >= 1 &&
                  static_cast<size_t>(replication_factor) <= candidates.size(),
              bucket_count, " buckets on ", candidates.size(), " servers");
  auto dealt = DealAll(SharesOf(candidates, bucket_count, replication_factor), bucket_count);
  std::vector<int64_t> led_before;
  for (const Candidate& candidate : candidates) led_before.push_back(candidate.leaders);
  std::vector<int> leaders = BalanceLeaders(dealt, candidates.size(), led_before);
  std::vector<std::vector<ServerId>> placed(bucket_count);
  for (size_t bucket = 0; bucket < dealt.size(); ++bucket) {
    std::vector<int>& servers = dealt[bucket];
    std::rotate(servers.begin(), std::find(servers.begin(), servers.end(), leaders[bucket]),
                servers.end());
    for (int server : servers) placed[bucket].push_back(candidates[server].id);
  }
  return placed;
}

}  // namespace pegel::cluster

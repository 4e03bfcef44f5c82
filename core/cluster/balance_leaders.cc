// A first choice bucket by bucket, then repairs: a path from a server that leads much, over buckets
// that each could be led by the next server on it, to one that leads at least two less. Moving the
// leadership of every bucket on the path by one server takes one from the first and gives one to
// the last. Where no such path leaves a set of servers, the set is as good as it gets, and is left
// out of further searches; so all searches that fail cost one walk over the buckets.
#include "core/cluster/balance_leaders.h"

#include <algorithm>

namespace pegel::cluster {
namespace {

constexpr int kNone = -1;

class Balancer {
 public:
  Balancer(const std::vector<std::vector<int>>& choices, size_t servers,
           const std::vector<int64_t>& led_before)
      : choices_(choices), leader_(choices.size(), kNone), led_(servers), is_settled_(servers) {
    for (size_t bucket = 0; bucket < choices.size(); ++bucket) {
      auto fewest = [&](int a, int b) {
        if (led_[a].size() != led_[b].size()) return led_[a].size() < led_[b].size();
        return led_before[a] != led_before[b] ? led_before[a] < led_before[b] : a < b;
      };
      Lead(static_cast<int>(bucket),
           *std::min_element(choices[bucket].begin(), choices[bucket].end(), fewest));
    }
  }

  std::vector<int> Take() {
    while (SettleOrRepair()) {
    }
    return std::move(leader_);
  }

 private:
  void Lead(int bucket, int server) {
    leader_[bucket] = server;
    led_[server].push_back(bucket);
  }

  // Searches from all servers that lead the most; false: every server is settled.
  bool SettleOrRepair() {
    std::vector<int> reached = MostLeading();
    if (reached.empty()) return false;
    size_t most = led_[reached.front()].size();
    std::vector<int> via(led_.size(), kNone);  // The bucket that its server on the path gets.
    std::vector<bool> is_reached(led_.size());
    for (int server : reached) is_reached[server] = true;
    for (size_t i = 0; i < reached.size(); ++i) {
      for (int bucket : led_[reached[i]]) {
        for (int next : choices_[bucket]) {
          if (is_reached[next] || is_settled_[next]) continue;
          is_reached[next] = true;
          via[next] = bucket;
          if (led_[next].size() + 2 <= most) {
            Shift(next, via);
            return true;
          }
          reached.push_back(next);
        }
      }
    }
    for (int server : reached) is_settled_[server] = true;
    return true;
  }

  std::vector<int> MostLeading() const {
    std::vector<int> servers;
    for (size_t server = 0; server < led_.size(); ++server) {
      if (is_settled_[server]) continue;
      if (!servers.empty() && led_[server].size() < led_[servers.front()].size()) continue;
      if (!servers.empty() && led_[server].size() > led_[servers.front()].size()) servers.clear();
      servers.push_back(static_cast<int>(server));
    }
    return servers;
  }

  void Shift(int to, const std::vector<int>& via) {
    while (via[to] != kNone) {
      int bucket = via[to], from = leader_[bucket];
      led_[from].erase(std::find(led_[from].begin(), led_[from].end(), bucket));
      Lead(bucket, to);
      to = from;
    }
  }

  const std::vector<std::vector<int>>& choices_;
  std::vector<int> leader_;            // Of each bucket.
  std::vector<std::vector<int>> led_;  // By each server.
  std::vector<bool> is_settled_;
};

}  // namespace

std::vector<int> BalanceLeaders(const std::vector<std::vector<int>>& choices, size_t servers,
                                const std::vector<int64_t>& led_before) {
  return Balancer(choices, servers, led_before).Take();
}

}  // namespace pegel::cluster

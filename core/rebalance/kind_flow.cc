#include "core/rebalance/kind_flow.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_map.h"

namespace pegel::rebalance {
namespace {

constexpr int kSource = -2;

std::vector<int> ClosedDomains(const Problem& problem, int b) {
  std::vector<int> closed;
  if (!problem.is_by_rack()) return closed;
  for (const Home& home : problem.homes(b)) {
    int domain = problem.domain(home.server);
    if (home.is_fixed && domain != kNone) closed.push_back(domain);
  }
  std::sort(closed.begin(), closed.end());
  closed.erase(std::unique(closed.begin(), closed.end()), closed.end());
  return closed;
}

}  // namespace

KindFlow::KindFlow(const Problem& problem) : domains_(problem.domains()) {
  std::vector<int64_t> plain;  // Buckets by want, without closed domains: nearly all of them.
  absl::btree_map<std::pair<std::vector<int>, int>, int64_t> others;
  for (int b = 0; b < problem.buckets(); ++b) {
    const int want = problem.want(b);
    if (want == 0) continue;
    if (std::vector<int> closed = ClosedDomains(problem, b); !closed.empty()) {
      ++others[{std::move(closed), want}];
      continue;
    }
    if (plain.size() <= static_cast<size_t>(want)) plain.resize(want + 1);
    ++plain[want];
  }
  for (size_t want = 0; want < plain.size(); ++want) {
    if (plain[want] > 0) kinds_.push_back({plain[want], static_cast<int>(want), {}, 0, {}});
  }
  for (const auto& [key, count] : others) kinds_.push_back({count, key.second, key.first, 0, {}});
}

bool KindFlow::IsOpen(const Kind& kind, int domain) const {
  return !std::binary_search(kind.closed.begin(), kind.closed.end(), domain);
}

int64_t KindFlow::Fill(const std::vector<int64_t>& rooms) {
  rooms_ = rooms;
  left_ = 0;
  for (Kind& kind : kinds_) {
    kind.left = kind.buckets * kind.want;
    kind.sent.assign(domains_, 0);
    for (int d = 0; d < domains_ && kind.left > 0; ++d) {
      if (!IsOpen(kind, d)) continue;
      int64_t units = std::min({kind.left, kind.buckets, rooms_[d]});
      kind.sent[d] = units;
      kind.left -= units;
      rooms_[d] -= units;
    }
    left_ += kind.left;
  }
  while (left_ > 0 && Augment()) {
  }
  return left_;
}

// Shortest path from a kind with units left to a domain with room; carries as much as it can.
bool KindFlow::Augment() {
  from_kind_.assign(domains_, kNone);
  from_domain_.assign(kinds_.size(), kNone);
  std::vector<int> queue;
  for (size_t k = 0; k < kinds_.size(); ++k) {
    if (kinds_[k].left == 0) continue;
    from_domain_[k] = kSource;
    queue.push_back(static_cast<int>(k));
  }
  for (size_t i = 0; i < queue.size(); ++i) {
    const Kind& kind = kinds_[queue[i]];
    for (int d = 0; d < domains_; ++d) {
      if (from_kind_[d] != kNone || kind.sent[d] == kind.buckets || !IsOpen(kind, d)) continue;
      from_kind_[d] = queue[i];
      if (rooms_[d] > 0) return Push(d, rooms_[d]), true;
      for (size_t k = 0; k < kinds_.size(); ++k) {
        if (from_domain_[k] != kNone || kinds_[k].sent[d] == 0) continue;
        from_domain_[k] = d;
        queue.push_back(static_cast<int>(k));
      }
    }
  }
  return false;
}

// Along the path that was found, at most `units`.
void KindFlow::Push(int domain, int64_t units) {
  for (int d = domain;;) {
    const Kind& kind = kinds_[from_kind_[d]];
    units = std::min(units, kind.buckets - kind.sent[d]);
    int before = from_domain_[from_kind_[d]];
    if (before == kSource) {
      units = std::min(units, kind.left);
      break;
    }
    units = std::min(units, kind.sent[before]);
    d = before;
  }
  rooms_[domain] -= units;
  left_ -= units;
  for (int d = domain;;) {
    Kind& kind = kinds_[from_kind_[d]];
    kind.sent[d] += units;
    int before = from_domain_[from_kind_[d]];
    if (before == kSource) {
      kind.left -= units;
      return;
    }
    kind.sent[before] -= units;
    d = before;
  }
}

bool KindFlow::Grow(int domain) {
  ++rooms_[domain];
  if (left_ > 0 && Augment()) return true;
  --rooms_[domain];
  return false;
}

std::vector<bool> KindFlow::Short() const {
  KindFlow probe = *this;  // No domain has room, so the search visits all that can be reached.
  probe.rooms_.assign(domains_, 0);
  probe.Augment();
  std::vector<bool> is_short(domains_);
  for (int d = 0; d < domains_; ++d) is_short[d] = probe.from_kind_[d] != kNone;
  return is_short;
}

}  // namespace pegel::rebalance

// The cluster in the planner's own order: servers by id and buckets by key, both as dense indexes,
// so that nothing behind this point can depend on the order in which they came.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/rebalance/model.h"
#include "core/rebalance/plan.h"

namespace pegel::rebalance {

inline constexpr int kNone = -1;

// A replica that the cluster has now: its home.
struct Home {
  int server = 0;
  bool is_in_sync = false;
  bool is_fixed = false;  // Stays where it is, whatever the plan.
};

// "Index" below is a place in these arrays. Refers to the cluster, which must outlive it.
class Problem {
 public:
  // The error: a server, a bucket or a replica that stands twice, or a replica on no known server.
  static std::variant<Problem, Error> Of(const Cluster& cluster, const Options& options);

  int servers() const { return static_cast<int>(server_order_.size()); }
  int buckets() const { return static_cast<int>(want_.size()); }

  const Server& server(int s) const { return cluster_->servers[server_order_[s]]; }
  Role role(int s) const { return roles_[s]; }
  bool takes(int s) const { return roles_[s] == Role::kTakes; }
  int rack(int s) const { return racks_[s]; }
  const std::vector<std::string>& rack_names() const { return rack_names_; }

  // A bucket may have one replica in each domain: a rack if racks are kept apart, else a server.
  // Only domains with servers that take replicas have a number; others are kNone.
  void SetDomains(bool is_by_rack);
  bool is_by_rack() const { return is_by_rack_; }
  int domains() const { return static_cast<int>(domain_servers_.size()); }
  int domain(int s) const { return domain_of_[s]; }
  const std::vector<int>& servers_of(int domain) const { return domain_servers_[domain]; }

  const Bucket& bucket(int b) const { return cluster_->buckets[bucket_order_[b]]; }
  std::span<const Home> homes(int b) const {
    return {homes_.data() + home_begin_[b], home_begin_[b + 1] - home_begin_[b]};
  }
  const Home* FindHome(int b, int s) const;  // Null: it has no replica there.
  bool IsHome(int b, int s) const { return FindHome(b, s) != nullptr; }
  // Whether a replica that stays is in this rack, so that no other may be.
  bool IsClosed(int b, int domain) const;
  // How many of its replicas may stay at home together, whether it wants so many or not.
  int Keepable(int b) const;

  int leader(int b) const { return leaders_[b]; }  // Now; kNone.
  bool is_pinned(int b) const { return is_pinned_[b] != 0; }
  // How many replicas are to be on servers that take them.
  int want(int b) const { return want_[b]; }

  // What cannot move, by server.
  int64_t fixed_replicas(int s) const { return fixed_replicas_[s]; }
  int64_t fixed_leaders(int s) const { return fixed_leaders_[s]; }

  int64_t wanted() const { return wanted_; }  // The sum of want().
  int takers() const { return takers_; }      // Servers that take replicas.
  bool has_space_limits() const { return has_space_limits_; }

 private:
  Problem(const Cluster& cluster, const Options& options)
      : cluster_(&cluster), options_(&options) {}

  std::string OrderServers();
  std::string OrderBuckets();
  std::string TakeHomes(int b);
  void SettleBucket(int b);
  int Find(ServerId id) const;
  bool HasSource(int b) const;

  const Cluster* cluster_;
  const Options* options_;
  std::vector<uint32_t> server_order_, bucket_order_;
  std::vector<Role> roles_;
  std::vector<int> racks_;
  std::vector<std::string> rack_names_;
  std::vector<int> by_id_;  // Index by id, where ids are dense enough for it.
  bool is_by_rack_ = false;
  std::vector<int> domain_of_;
  std::vector<std::vector<int>> domain_servers_;
  std::vector<uint32_t> home_begin_;
  std::vector<Home> homes_;
  std::vector<int> leaders_;
  std::vector<uint8_t> is_pinned_;
  std::vector<uint16_t> want_;
  std::vector<int64_t> fixed_replicas_, fixed_leaders_;
  int64_t wanted_ = 0;
  int takers_ = 0;
  bool has_space_limits_ = false;
};

}  // namespace pegel::rebalance

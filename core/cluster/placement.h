// Where the buckets of a new table or partition go. Pure; the same cluster gives the same answer.
//
// Laws (tests/core/placement_test.cc walks every small cluster):
//   servers   only live ones without a tag, a bucket's all different;
//   racks     a bucket's replicas are in different racks where there are enough, else spread over
//             them as evenly as their servers allow; servers without one share a rack;
//   replicas  every server gets as many as every other, or one more. Only a rack that is too small
//             to take its share, or so small that it must take more, differs, and as little as it
//             can;
//   leaders   every server leads as many of them as every other, or one more, as far as it holds
//             replicas to lead;
//   ties      go to who has the fewest replicas (or leaders) in the whole cluster, then to the
//   lower
//             id.
// Which servers stand together changes from bucket to bucket, so that those of a lost server find
// new leaders, and copies, everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cluster/model.h"
#include "core/cluster/state.h"

namespace pegel::cluster {

struct Candidate {
  ServerId id;
  std::string rack;
  int64_t replicas = 0;  // That it has already.
  int64_t leaders = 0;
};

// The servers that new buckets may go to, by id.
std::vector<Candidate> CandidatesOf(const ClusterState& cluster);

// For each bucket its servers, the leader first. Needs 1 <= replication_factor <= candidates.size()
// and candidates by id.
std::vector<std::vector<ServerId>> Place(const std::vector<Candidate>& candidates,
                                         int32_t bucket_count, int32_t replication_factor);

}  // namespace pegel::cluster

// What the planner is asked for a rebalance: the World as the planner's model, copied in slices so
// that the loop is never kept from its work for long, then planned on any thread.
//
//   QuestionBuilder builder(rebalance.id, rebalance.revision, rebalance.options, rebalance.avoid);
//   while (!builder.Step(world, now, 5'000)) { … let the loop do other things … }
//   Proposal proposal = Propose(builder.Take());          // core/moves/proposal.h; on any thread
//
// Between slices the World goes on, so the copy may show no moment that ever was. That does no
// harm: each move is checked against the World when it starts, and one that does not fit is planned
// again.
//
// A bucket that a move is under way for is pinned. One that has left servers which were tagged
// TEMPORARY_OFFLINE, and are back, is asked about as if it was at home (core/moves/homes.h).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/container/btree_set.h"
#include "core/moves/model.h"
#include "core/rebalance/model.h"
#include "core/world.h"

namespace pegel::moves {

// A bucket that is not where the planner is told.
struct Return {
  BucketKey key;
  ServerId leader = kNoServer;  // As it is.
  Servers replicas;             // As they are.
};

// A value without references: it may go to another thread.
struct Question {
  Lsn rebalance;  // 0: nobody's; only to be shown.
  int32_t revision = 1;
  rebalance::Options options;
  rebalance::Cluster cluster;
  std::vector<Return> returns;  // By key.
};

class QuestionBuilder {
 public:
  QuestionBuilder(Lsn rebalance, int32_t revision, rebalance::Options options,
                  std::vector<ServerId> avoid);

  // Copies up to `buckets_max` more; the last step also copies the servers, as of `now`. True: all
  // is there. Costs about 0.2 µs a bucket.
  bool Step(const World& world, UnixNanos now, size_t buckets_max);

  // Once, after Step said true.
  Question Take() { return std::move(question_); }

 private:
  void Add(const World& world, const cluster::Table& table, const BucketKey& key,
           const cluster::Bucket& bucket);
  bool AddServers(const World& world, UnixNanos now);

  Question question_;
  std::vector<ServerId> avoid_;
  std::optional<BucketKey> next_;   // Where to go on; unset: at the beginning.
  absl::btree_set<ServerId> seen_;  // Servers with replicas.
};

}  // namespace pegel::moves

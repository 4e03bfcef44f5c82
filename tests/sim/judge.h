// Every checker of a life. It is told what goes in and what comes out, has the reference world
// beside it, and says what must not be. Names of checkers:
//
//   model         each outcome, row and fact is what the reference world says
//   durable       nobody is told of a record that is not durable
//   receipt       a receipt names the record of its call, with its chain hash
//   exactly-once  a request id has one record within its window
//   witness       if one call returned before another began, its lsn is smaller (linearizability)
//   recovery      what was acknowledged is there; the state is the one that was, by digest
//   invariant     what a World derives from the rest of itself agrees with it; no step of a move
//                 leaves a bucket with fewer replicas than it needs
//   leftover      when all is over, nothing is left of rebalances: no replica too many or too few,
//                 no slot taken, no order to stop that a live server has not confirmed
//   watch         every change once, in order, with its facts, never before it is durable
//   linearizable  what callers remember is explained by one order, whatever the lsns say
//   lease         no lease ends early or outlives its end; only its holder renews it
//   wire          tasks and reports are read from their bytes as they were written
//
// `trace` (two runs of a seed) and `liveness` (peace ends everything) are the life's own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/change_feed.h"
#include "core/engine.h"
#include "core/leases.h"
#include "replay/fold_log.h"
#include "tests/sim/life_log.h"
#include "tests/sim/memories.h"
#include "tests/sim/model/model.h"
#include "tests/sim/stage.h"

namespace pegel::sim {

class Judge {
 public:
  Judge(Stage& stage, const LifeLog& log, model::Model::Options options)
      : stage_(stage), log_(log), model_(options) {}

  // ---- the engine ----
  // `world`: the engine's, which decides on `command` now.
  void OnCall(CallToken token, model::Ask ask, const Command& command, const World& world);
  void OnUnreadable(CallToken token, const model::Ask& ask, const Error& error);
  void OnStepped(CallToken token, const std::vector<Effect>& effects, const World& world);
  void OnReply(const Reply& reply);
  void OnStatus(const Status& status);
  void OnTasks(const TaskList& list);
  void OnHandOver(const World& world);  // The last record of a group was decided.
  void OnDurable(Lsn through, const std::vector<Hash256>& chains);
  void OnPublished(const Published& published);
  void OnRecovered(const replay::Folded& folded);

  // ---- clients ----
  uint64_t Floor() const { return returned_; }  // For a call that begins now.
  void OnReturn(const model::Ask& ask, uint64_t floor, const Reply& reply);
  void OnRemembered(Memories::Id id, const Reply& reply);

  // What callers remember, for the end.
  Memories& memories() { return memories_; }

  // ---- watchers ----
  void OnBatch(Lsn from, const std::vector<SharedChange>& changes, Lsn through);

  // ---- leases ----
  void OnServing(const World& world, int64_t lease_ms);
  void OnLeaseOf(const Registration& who);  // A full one from now on.
  void OnRenewed(const Registration& who);  // Its heartbeat was taken.
  void OnLeaseOver(const Registration& who) { lease_ends_.erase(who); }
  void OnLook(int64_t late_ms, int64_t tick_ms);  // The looker was late by this.
  void OnLooked();                                // All that ran out was named.
  void OnExpired(const Registration& who);
  void OnPutBack(const Registration& who);

  // ---- the end ----
  void OnEnd(const World& world);

  const model::Model& model() const { return model_; }

 private:
  struct Pending {
    model::Ask ask;
    model::Model::Verdict verdict;
  };
  // A receipt that somebody holds.
  struct Held {
    model::Ask ask;
    Receipt receipt;
  };

  void CheckFacts(const std::string& checker, uint64_t lsn, const ChangeSet* change);
  void Arrive(CallToken token, const model::Ask& ask);
  void CheckWorld(const World& world);
  void CheckMoves(const World& world);
  void CheckLeftovers(const World& world);
  void CountMoves(const Event& event);
  void CheckMemories();
  void CheckLog();

  Stage& stage_;
  const LifeLog& log_;
  model::Model model_;
  Memories memories_;
  std::map<CallToken, Pending> pending_;
  std::map<uint64_t, Hash256> chains_;   // Of durable records, by lsn.
  std::map<uint64_t, Hash256> digests_;  // Of the World behind the last record of each group.
  std::vector<Held> held_;
  uint64_t published_ = 0;
  uint64_t told_ = 0;      // Highest lsn in any receipt that left the server.
  uint64_t returned_ = 0;  // Highest lsn in any receipt that reached a client.
  int64_t lease_ms_ = 0;
  std::map<Registration, int64_t> lease_ends_;
};

}  // namespace pegel::sim

// Carries rebalances on: makes the plans that they wait for, on a thread of its own, and says
// AdvanceMoves whenever a move has something due.
//
// It holds nothing that a restart could lose: what is wanted follows from the engine's World
// (core/moves/driver.h), so after a restart it makes the plan anew, or goes on with the moves. The
// loop spends a millisecond at a time on a plan; the thread lives for one plan.
//
// Loop thread only.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "core/change_feed.h"
#include "core/moves/driver.h"
#include "core/moves/proposal.h"
#include "core/moves/question.h"
#include "core/outcome.h"
#include "core/ports.h"

namespace pegel::tools {

class Rebalancer {
 public:
  // What it needs of the server. All are called on the loop thread, and `post` on any.
  struct Ports {
    std::function<const World&()> world;  // The engine's.
    std::function<UnixNanos()> now;       // The clock that records are stamped with.
    // As the server itself. `done` may be called at once, and never when the server drains.
    std::function<void(Command, std::function<void(const Reply&)>)> submit;
    // Runs a task on the loop thread, unless the server is gone by then.
    std::function<void(std::function<void()>)> post;
    std::function<void(int64_t milliseconds, std::function<void()>)> after;
    // Runs a task that takes long, one at a time. Unset: on a thread that lives for that task. Who
    // sets it sees to it that the task does not run when this is gone.
    std::function<void(std::function<void()>)> think;
  };

  explicit Rebalancer(Ports ports) : ports_(std::move(ports)) {}
  ~Rebalancer();  // Waits for a plan that is being made.
  Rebalancer(const Rebalancer&) = delete;
  Rebalancer& operator=(const Rebalancer&) = delete;

  // These became durable, in lsn order.
  void OnPublished(const std::vector<SharedChange>& changes);

  // Does what is due. Called by itself after OnPublished and when a time has come; once by the
  // server when it starts.
  void Look();

  // A plan that nobody carries out, from the World as it is now. Plans are made one after another;
  // when too many wait, the answer is a refusal.
  void Plan(rebalance::Options options, PlanDone done);

 private:
  struct Job {
    moves::QuestionBuilder builder;
    PlanDone done;
  };

  UnixNanos Now() const;
  void PlanIfWanted();
  void Begin(Job job);
  void Copy();
  void Think();
  void Bring(const SharedProposal& proposal, size_t index);
  void EndBringing(const moves::Proposal& proposal, const Outcome& outcome);
  void Advance();
  void WakeAt(UnixNanos time);

  Ports ports_;
  moves::Driver driver_;
  std::deque<Job> jobs_;            // The first is being worked on.
  std::thread thread_;              // Plans for it.
  bool is_planning_ = false;        // For the rebalance that waits, until its plan is in the log.
  bool is_advancing_ = false;       // An AdvanceMoves is on its way to the log.
  std::optional<UnixNanos> alarm_;  // The earliest time that `after` was asked for.
};

}  // namespace pegel::tools

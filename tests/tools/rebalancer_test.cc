// The server's part of a rebalance, with a World that takes commands at once and a loop that a test
// turns: plans are made when one is wanted, moves go on when something is due, and a log that takes
// nothing, or refuses, does not make it go round in circles.
#include "tools/rebalancer.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "tests/core/moves_fixture.h"

namespace pegel::tools {
namespace {

using rebalance::Goal;
using testing::MovesWorld;

class RebalancerTest : public ::testing::Test {
 protected:
  // Three servers, the third without replicas.
  void SetUp() override {
    world_.Register(0);
    world_.Register(1);
    world_.CreateTable("t", 8, 2);
    world_.Register(2);
    rebalancer_ = std::make_unique<Rebalancer>(PortsHere());
  }
  void TearDown() override { rebalancer_.reset(); }

  // Runs what was posted until `is_done`, waiting for the planner's thread.
  template <typename Done>
  void TurnUntil(Done is_done) {
    for (int turns = 0; !is_done(); ++turns) {
      ASSERT_LT(turns, 10'000) << "it goes round in circles";
      std::unique_lock<std::mutex> lock(mutex_);
      bool has_task =
          changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !posted_.empty(); });
      ASSERT_TRUE(has_task) << "nothing happens any more";
      std::function<void()> task = std::move(posted_.front());
      posted_.pop_front();
      lock.unlock();
      task();
    }
  }

  bool HasEnded(Lsn id) { return world_.rebalance(id).IsFinished(); }

  MovesWorld world_;
  std::unique_ptr<Rebalancer> rebalancer_;
  int refused_to_log_ = 0;      // So many of the next commands are not logged.
  bool rejects_plans_ = false;  // The log refuses each piece of a plan.
  int submitted_ = 0;
  std::vector<int64_t> alarms_;  // Milliseconds of `after`.
  int64_t clock_is_behind_ = 0;  // Nanoseconds: it was set back.

 private:
  void Post(std::function<void()> task) {
    std::lock_guard<std::mutex> lock(mutex_);
    posted_.push_back(std::move(task));
    changed_.notify_one();
  }

  Rebalancer::Ports PortsHere() {
    Rebalancer::Ports ports;
    ports.world = [this]() -> const World& { return world_.world(); };
    ports.now = [this] { return UnixNanos{world_.time() - clock_is_behind_}; };
    ports.post = [this](std::function<void()> task) { Post(std::move(task)); };
    ports.after = [this](int64_t milliseconds, std::function<void()> task) {
      alarms_.push_back(milliseconds);
      Post(std::move(task));
    };
    ports.submit = [this](Command command, std::function<void(const Reply&)> done) {
      ++submitted_;
      Post([this, command = std::move(command), done = std::move(done)] {
        std::vector<Event> events;
        done(Answer(command, &events));
        Publish(std::move(events));
      });
    };
    return ports;
  }

  void Publish(std::vector<Event> events) {
    Moment moment{world_.world().lsn, UnixNanos{world_.time()}, MovesWorld::Itself()};
    rebalancer_->OnPublished(
        {std::make_shared<const ChangeSet>(ChangeSet{std::move(moment), std::move(events)})});
  }

  Reply Answer(const Command& command, std::vector<Event>* events) {
    Reply reply;
    if (refused_to_log_ > 0) {
      --refused_to_log_;
      reply.outcome = Error{ErrorCode::kOverloaded, "too busy"};
      return reply;
    }
    reply.receipt = Receipt{};
    if (rejects_plans_ && std::holds_alternative<PlanChunk>(command)) {
      reply.outcome = Error{ErrorCode::kInvalidArgument, "no such plan"};
    } else {
      Decision decision = world_.Do(command, MovesWorld::Itself());
      reply.outcome = std::move(decision.outcome);
      *events = std::move(decision.events);
    }
    return reply;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> posted_;
};

TEST_F(RebalancerTest, APlanIsMadeWhenOneIsWantedAndItsMovesBegin) {
  Lsn id = world_.Start();
  rebalancer_->Look();
  TurnUntil([&] { return world_.rebalance(id).Count(moves::Phase::kAdding) > 0; });
  EXPECT_EQ(world_.StatusOf(id), "REBALANCING");
}

TEST_F(RebalancerTest, WhatTheLogDoesNotTakeIsSaidAgain) {
  Lsn id = world_.Start();
  refused_to_log_ = 3;
  rebalancer_->Look();
  TurnUntil([&] { return world_.rebalance(id).Count(moves::Phase::kAdding) > 0; });
  EXPECT_EQ(refused_to_log_, 0);
  EXPECT_GE(alarms_.size(), 3u) << "it did not wait before it said so again";
}

TEST_F(RebalancerTest, APlanThatTheLogRefusesFailsTheRebalanceInsteadOfBeingMadeForEver) {
  Lsn id = world_.Start();
  rejects_plans_ = true;
  rebalancer_->Look();
  TurnUntil([&] { return HasEnded(id) || submitted_ > 100; });
  EXPECT_EQ(world_.StatusOf(id), "FAILED");
  EXPECT_EQ(world_.rebalance(id).reason, "The plan does not fit the log: no such plan");
  EXPECT_EQ(submitted_, 2);
}

TEST_F(RebalancerTest, OneThatWasCancelledMeanwhileIsNotFailed) {
  Lsn id = world_.Start();
  rebalancer_->Look();
  world_.Must(CancelRebalance{});
  TurnUntil([&] { return submitted_ > 0; });
  TurnUntil([&] { return HasEnded(id); });
  EXPECT_EQ(world_.StatusOf(id), "CANCELED");
}

TEST_F(RebalancerTest, AClockThatWasSetBackDoesNotHoldUpAMoveThatIsDueByTheLog) {
  Lsn id = world_.Start();
  rebalancer_->Look();
  TurnUntil([&] { return world_.rebalance(id).Count(moves::Phase::kAdding) > 0; });
  world_.Wait(3'600'000'000'000);    // Longer than a move may take,
  world_.Register(3);                // which the log knows,
  clock_is_behind_ = world_.time();  // and the clock no more.
  const int submitted = submitted_;
  rebalancer_->Look();
  EXPECT_EQ(submitted_, submitted + 1);
}

TEST_F(RebalancerTest, APlanToBeShownChangesNothing) {
  const Lsn before = world_.world().lsn;
  SharedProposal shown;
  rebalancer_->Plan(moves::OptionsOf(world_.world().configs, {Goal::kReplicaDistribution}),
                    [&](const SharedProposal& proposal) { shown = proposal; });
  TurnUntil([&] { return shown != nullptr; });
  EXPECT_FALSE(shown->refusal.has_value());
  EXPECT_GT(shown->moves.size(), 0u);
  EXPECT_EQ(world_.world().lsn, before);
}

TEST_F(RebalancerTest, TooManyPlansAreRefusedAndTheOthersAreMade) {
  int made = 0, refused = 0;
  for (int i = 0; i < 20; ++i) {
    rebalancer_->Plan(moves::OptionsOf(world_.world().configs, {Goal::kReplicaDistribution}),
                      [&](const SharedProposal& proposal) {
                        ++(proposal->refusal.has_value() ? refused : made);
                      });
  }
  EXPECT_EQ(refused, 4);
  TurnUntil([&] { return made + refused == 20; });
  EXPECT_EQ(made, 16);
}

}  // namespace
}  // namespace pegel::tools

#include "net/event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <kj/async.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "net/event_loop_impl.h"

namespace pegel::net {
namespace {

using ::testing::ElementsAre;

TEST(EventLoop, RunsPostedTasksInOrder) {
  EventLoop loop;
  std::vector<int> ran;
  for (int i = 0; i < 100; ++i) loop.Post([&ran, i] { ran.push_back(i); });
  loop.Stop();
  loop.Run();
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[i], i);
}

TEST(EventLoop, RunsTasksOfOtherThreadsEachInItsOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 5000;
  EventLoop loop;
  std::vector<int> next(kThreads, 0);
  int total = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        loop.Post([&, t, i] {
          EXPECT_EQ(next[t]++, i);
          if (++total == kThreads * kTasks) loop.Stop();
        });
      }
    });
  }
  loop.Run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, kThreads * kTasks);
}

TEST(EventLoop, DefersToTheEndOfTheTurn) {
  EventLoop loop;
  std::vector<std::string> ran;
  kj::Promise<void> events = nullptr;
  loop.Post([&] {
    loop.Defer([&] { ran.push_back("deferred"); });
    events = kj::evalLater([&] {
               ran.push_back("event");
             }).then([&] {
                 ran.push_back("its event");
               }).eagerlyEvaluate(nullptr);
    ran.push_back("first");
  });
  loop.Post([&] { ran.push_back("second"); });
  loop.Post([&] { loop.After(1, [&] { loop.Stop(); }); });
  loop.Run();
  EXPECT_THAT(ran, ElementsAre("first", "second", "event", "its event", "deferred"));
}

TEST(EventLoop, RunsADeferredTaskOnce) {
  EventLoop loop;
  int runs = 0;
  loop.Post([&] { loop.Defer([&] { ++runs; }); });
  loop.After(5, [&] { loop.Stop(); });
  loop.Run();
  EXPECT_EQ(runs, 1);
}

// Would hang if the loop went to sleep after the deferred tasks without looking again.
TEST(EventLoop, DoesNotSleepOverWhatADeferredTaskBrought) {
  EventLoop loop;
  auto pair = kj::newPromiseAndFulfiller<void>();
  auto waiting = pair.promise.then([&] { loop.Stop(); }).eagerlyEvaluate(nullptr);
  loop.Post([&] { loop.Defer([&] { pair.fulfiller->fulfill(); }); });
  loop.Run();
}

TEST(EventLoop, DoesNotSleepOverWhatADeferredTaskDeferred) {
  EventLoop loop;
  loop.Post([&] { loop.Defer([&] { loop.Defer([&] { loop.Stop(); }); }); });
  loop.Run();
}

TEST(EventLoop, DoesNotSleepOverWhatAFlushBrought) {
  struct Bringer final : Flushable {
    void Flush() override { fulfiller->fulfill(); }
    kj::Own<kj::PromiseFulfiller<void>> fulfiller;
  };
  EventLoop loop;
  auto pair = kj::newPromiseAndFulfiller<void>();
  auto waiting = pair.promise.then([&] { loop.Stop(); }).eagerlyEvaluate(nullptr);
  auto bringer = std::make_shared<Bringer>();
  bringer->fulfiller = kj::mv(pair.fulfiller);
  loop.impl().port.FlushAtEndOfTurn(bringer);
  loop.Run();
}

TEST(EventLoop, RunsWhatWasDeferredBeforeItStops) {
  EventLoop loop;
  bool ran = false;
  loop.Post([&] {
    loop.Stop();
    loop.Post([&] { loop.Defer([&] { ran = true; }); });
  });
  loop.Run();
  EXPECT_TRUE(ran);
}

TEST(EventLoop, RunsTimersInOrderOfTime) {
  EventLoop loop;
  std::vector<int> ran;
  loop.After(30, [&] {
    ran.push_back(30);
    loop.Stop();
  });
  loop.After(1, [&] { ran.push_back(1); });
  loop.After(15, [&] { ran.push_back(15); });
  loop.Run();
  EXPECT_THAT(ran, ElementsAre(1, 15, 30));
}

TEST(EventLoop, StopsFromAnotherThread) {
  EventLoop loop;
  std::thread other([&] { loop.Stop(); });
  loop.Run();
  other.join();
}

TEST(EventLoop, StopBeforeRunIsNotLostAndRunWorksAgain) {
  EventLoop loop;
  int ran = 0;
  for (int i = 0; i < 3; ++i) {
    loop.Stop();
    loop.Post([&] { ++ran; });
    loop.Run();
  }
  loop.Stop();
  loop.Run();
  EXPECT_EQ(ran, 3);
}

TEST(EventLoop, DropsTasksThatNeverRan) {
  auto token = std::make_shared<int>(0);
  {
    EventLoop loop;
    loop.Post([token] { FAIL() << "ran without Run"; });
    loop.After(1, [token] { FAIL() << "ran without Run"; });
    loop.Defer([token] { FAIL() << "ran without Run"; });
    EXPECT_EQ(token.use_count(), 4);
  }
  EXPECT_EQ(token.use_count(), 1);
}

// A promise's fulfiller may sit in a task that never runs; its end must find the KJ loop alive.
TEST(EventLoop, DropsTasksThatHoldPromises) {
  EventLoop loop;
  auto pair = kj::newPromiseAndFulfiller<void>();
  auto waiting = pair.promise.then([] {}, [](kj::Exception&&) {}).eagerlyEvaluate(nullptr);
  auto holder = std::make_shared<kj::Own<kj::PromiseFulfiller<void>>>(kj::mv(pair.fulfiller));
  loop.Post([holder] { (*holder)->fulfill(); });
  loop.Defer([holder = std::move(holder)] { (*holder)->fulfill(); });
}

TEST(EventLoop, AnAsioTimerFulfilsAKjPromise) {
  EventLoop loop;
  int ran = 0;
  auto sleeping = loop.impl()
                      .port.Sleep(1)
                      .then([&] {
                        ++ran;
                        return loop.impl().port.Sleep(1);
                      })
                      .then([&] {
                        ++ran;
                        loop.Stop();
                      })
                      .eagerlyEvaluate(nullptr);
  loop.Run();
  EXPECT_EQ(ran, 2);
}

TEST(EventLoop, ADroppedSleepWakesNobody) {
  EventLoop loop;
  {
    auto sleeping = loop.impl().port.Sleep(1).then([] { FAIL(); }).eagerlyEvaluate(nullptr);
  }
  loop.After(10, [&] { loop.Stop(); });
  loop.Run();
}

kj::Promise<void> SpinUntil(const bool& is_over) {
  return kj::evalLater([&]() -> kj::Promise<void> {
    if (is_over) return kj::READY_NOW;
    return SpinUntil(is_over);
  });
}

// KJ alone never looks at its port while it has events.
TEST(EventLoop, ABusyKjLoopStarvesNeitherTimersNorDeferredTasks) {
  EventLoop loop;
  bool is_over = false;
  auto spinning = SpinUntil(is_over).then([&] { loop.Stop(); }).eagerlyEvaluate(nullptr);
  loop.After(1, [&] { loop.Defer([&] { is_over = true; }); });
  loop.Run();
}

TEST(EventLoop, AHandlerThatPostsItselfStarvesNoPromise) {
  EventLoop loop;
  bool is_over = false;
  std::function<void()> again = [&] {
    if (!is_over) loop.Post(again);
  };
  loop.Post(again);
  auto sleeping = loop.impl()
                      .port.Sleep(1)
                      .then([&] {
                        is_over = true;
                        loop.Stop();
                      })
                      .eagerlyEvaluate(nullptr);
  loop.Run();
}

TEST(EventLoop, AnotherThreadFulfilsAKjPromise) {
  EventLoop loop;
  auto pair = kj::newPromiseAndCrossThreadFulfiller<int>();
  int got = 0;
  auto waiting = pair.promise
                     .then([&](int value) {
                       got = value;
                       loop.Stop();
                     })
                     .eagerlyEvaluate(nullptr);
  std::thread other([&] { pair.fulfiller->fulfill(42); });
  loop.Run();
  other.join();
  EXPECT_EQ(got, 42);
}

TEST(EventLoop, TerminateSignalsReachTheHandlerEachTime) {
  EventLoop loop;
  int signals = 0;
  loop.OnTerminate([&] {
    if (++signals == 2) return loop.Stop();
    std::raise(SIGINT);
  });
  loop.Post([] { std::raise(SIGTERM); });
  loop.Run();
  EXPECT_EQ(signals, 2);
}

TEST(EventLoop, WritingToAPeerThatLeftIsAnErrorAndNotTheEnd) {
  EventLoop loop;
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  ::close(ends[1]);
  EXPECT_EQ(::write(ends[0], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[0]);
}

TEST(EventLoopDeathTest, AHandlerThatThrowsEndsTheProcess) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        EventLoop loop;
        loop.Post([] { throw std::runtime_error("a bug in a handler"); });
        loop.Run();
      },
      "a bug in a handler");
}

}  // namespace
}  // namespace pegel::net

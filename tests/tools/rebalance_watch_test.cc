// What `pegel rebalance watch` shows of rows that a test makes up.
#include "tools/shell/rebalance_watch.h"

#include <gtest/gtest.h>

#include <deque>

#include "absl/strings/str_cat.h"

namespace pegel::tools {
namespace {

procedures::Table Rows(const std::string& status, int completed, bool is_paused = false) {
  return {
      .columns = {"rebalance_id", "status", "progress", "paused", "buckets", "completed", "failed",
                  "canceled", "timeout", "adding", "switching", "removing", "bytes_left", "reason"},
      .rows = {{"rebalance-17", status, "50%", is_paused ? "true" : "false", "10",
                std::to_string(completed), "0", "0", "1", "3", "2", "1", "4194304",
                status == "FAILED" ? std::optional<std::string>("no room") : std::nullopt},
               {"rebalance-9", "CANCELED", "0%", "false", "4", "1", "0", "3", "0", "0", "0", "0",
                "0", std::nullopt}}};
}

class WatchOfARebalance : public ::testing::Test {
 protected:
  absl::StatusOr<std::optional<RebalanceSight>> Run(const std::string& id, bool is_terminal) {
    RebalanceWatch watch(
        {.look = [this] { return Look(); },
         .look_at_moves = [this](const std::string& of) { return LookAtMoves(of); },
         .now = [this] { return now_; },
         .sleep = [this](absl::Duration time) { now_ += time; },
         .is_asked_to_end = [this] { return sights_.empty(); },
         .print = [this](const std::string& text) { text_ += text; },
         .is_terminal = is_terminal},
        id, absl::Seconds(1));
    return watch.Run();
  }
  absl::StatusOr<net::CallReply> Look() {
    net::CallReply reply = sights_.front();
    sights_.pop_front();
    return reply;
  }
  absl::StatusOr<net::CallReply> LookAtMoves(const std::string& of) {
    EXPECT_EQ(of, "rebalance-17");
    return net::CallReply{.receipt = {}, .table = moves_, .error = {}};
  }
  void Then(procedures::Table table) {
    sights_.push_back({.receipt = {}, .table = std::move(table), .error = {}});
  }

  std::deque<net::CallReply> sights_;
  procedures::Table moves_{
      .columns = {"bucket", "phase", "origin_replicas", "new_replicas", "reason"}, .rows = {}};
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  std::string text_;
};

TEST_F(WatchOfARebalance, ElsewhereThanOnATerminalALineForEachChange) {
  Then(Rows("REBALANCING", 1));
  Then(Rows("REBALANCING", 1));
  Then(Rows("REBALANCING", 5));
  Then(Rows("COMPLETED", 10));
  auto end = Run("", false);
  ASSERT_TRUE(end.ok() && end->has_value());
  EXPECT_EQ((*end)->status, "COMPLETED");
  EXPECT_EQ(text_,
            "rebalance-17  [##----------------------]  50%   REBALANCING: 1 of 10 buckets, 4.0 MiB "
            "left; adding 3, switching 2, removing 1, timeout 1\n"
            "rebalance-17  [############------------]  50%   REBALANCING: 5 of 10 buckets, 4.0 MiB "
            "left, 2.0/s, 2 s to go; adding 3, switching 2, removing 1, timeout 1\n"
            "rebalance-17  [########################]  50%   COMPLETED: 10 of 10 buckets, 4.0 MiB "
            "left, timeout 1\n");
}

TEST_F(WatchOfARebalance, OnATerminalOneLineOverItself) {
  Then(Rows("NOT_STARTED", 0));
  Then(Rows("REBALANCING", 0, true));
  Then(Rows("FAILED", 2));
  auto end = Run("rebalance-17", true);
  ASSERT_TRUE(end.ok() && end->has_value());
  EXPECT_EQ((*end)->reason, "no room");
  EXPECT_EQ(text_.find("\r\x1b[Krebalance-17"), 0u) << text_;
  EXPECT_NE(text_.find("NOT_STARTED: waits for its plan\x1b[J\r"), std::string::npos) << text_;
  EXPECT_NE(text_.find("REBALANCING (paused): 0 of 10"), std::string::npos) << text_;
  EXPECT_EQ(text_.find('\n'), text_.size() - 1) << text_;
}

TEST_F(WatchOfARebalance, OnATerminalTheMovesUnderWayStandBelow) {
  moves_.rows = {{"6:3", "ADDING", "1,2", "1,4", std::nullopt}};
  for (int i = 0; i < 9; ++i) {
    moves_.rows.push_back(
        {absl::StrCat("7:", i), "REMOVING", "2", "3", "server 2 has not confirmed"});
  }
  EXPECT_EQ(MoveLines(moves_, 2),
            (std::vector<std::string>{"6:3  1,2 → 1,4  ADDING",
                                      "7:0  2 → 3  REMOVING: server 2 has not confirmed",
                                      "… and 8 more"}));
  Then(Rows("REBALANCING", 1));
  Then(Rows("COMPLETED", 10));
  ASSERT_TRUE(Run("", true).ok());
  EXPECT_NE(text_.find("\x1b[J\n  6:3  1,2 → 1,4  ADDING\n  7:0"), std::string::npos) << text_;
  EXPECT_NE(text_.find("more\x1b[9A\r\x1b[K"), std::string::npos) << text_;
  EXPECT_EQ(text_.substr(text_.size() - 4), "\x1b[J\n") << text_;
}

TEST_F(WatchOfARebalance, ItStaysWithTheOneThatItBeganWith) {
  Then(Rows("REBALANCING", 1));
  procedures::Table later = Rows("COMPLETED", 10);
  later.rows.insert(later.rows.begin(), later.rows.back());
  later.rows[0][0] = "rebalance-40";
  Then(later);
  auto end = Run("", false);
  ASSERT_TRUE(end.ok() && end->has_value());
  EXPECT_EQ((*end)->id, "rebalance-17");
}

TEST_F(WatchOfARebalance, AnOlderOneByItsIdAndOneThatIsNotThere) {
  Then(Rows("REBALANCING", 1));
  auto older = Run("rebalance-9", false);
  ASSERT_TRUE(older.ok() && older->has_value());
  EXPECT_EQ((*older)->status, "CANCELED");
  Then(Rows("REBALANCING", 1));
  EXPECT_TRUE(absl::IsNotFound(Run("rebalance-1", false).status()));
  Then({});
  EXPECT_TRUE(absl::IsNotFound(Run("", false).status()));
}

TEST_F(WatchOfARebalance, WhatTheServerRefusesEndsIt) {
  sights_.push_back({.receipt = {}, .table = {}, .error = Error{ErrorCode::kAuthorization, "no"}});
  auto end = Run("", false);
  EXPECT_TRUE(absl::IsFailedPrecondition(end.status()));
  EXPECT_NE(end.status().message().find("AUTHORIZATION_EXCEPTION"), std::string::npos);
}

}  // namespace
}  // namespace pegel::tools

// The search against a plain trial of every order, on every small history; then histories that are
// right and wrong in known ways, and long ones.
#include "tests/linear/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/random.h"

namespace pegel::linear {
namespace {

using Kind = Operation::Kind;

// Tries everything, remembers nothing, skips nothing.
class EveryOrder {
 public:
  explicit EveryOrder(std::vector<Operation> operations) : operations_(std::move(operations)) {}

  bool Explains(const std::string& value) { return Explains(value, false, 3); }

 private:
  bool Explains(const std::string& value, bool is_unknown, int repeats_left) {
    Moment limit = kNever;
    bool is_over = true;
    for (size_t i = 0; i < operations_.size(); ++i) {
      if (happened_[i] || operations_[i].done == kNever) continue;
      is_over = false;
      limit = std::min(limit, operations_[i].done);
    }
    if (is_over) return true;
    for (size_t i = 0; i < operations_.size(); ++i) {
      const Operation& one = operations_[i];
      bool is_again = happened_[i];
      if (one.call >= limit || (is_again && (!one.repeats || repeats_left == 0))) continue;
      if (one.kind == Kind::kRead && !is_unknown && one.value != value) continue;
      happened_[i] = true;
      bool is_explained = Explains(one.kind == Kind::kChange ? "" : one.value,
                                   one.kind == Kind::kChange, repeats_left - (is_again ? 1 : 0));
      happened_[i] = is_again;
      if (is_explained) return true;
    }
    return false;
  }

  std::vector<Operation> operations_;
  bool happened_[8] = {};
};

std::string ToText(const std::vector<Operation>& operations) {
  std::string text;
  for (const Operation& one : operations) {
    const char* kinds[] = {"read ", "write ", "change "};
    absl::StrAppend(&text, kinds[static_cast<int>(one.kind)], one.value, " [", one.call, ", ",
                    one.done == kNever ? "never" : absl::StrCat(one.done), "]",
                    one.repeats ? " repeats" : "", "; ");
  }
  return text;
}

void ExpectSame(const std::vector<Operation>& operations, uint64_t* linearizable) {
  bool expected = EveryOrder(operations).Explains("a");
  bool found = Search(operations, "a").kind == Verdict::Kind::kLinearizable;
  ASSERT_EQ(found, expected) << ToText(operations);
  if (found) ++*linearizable;
}

Operation Make(uint64_t what, Moment call, Moment done) {
  switch (what) {
    case 0:
      return {Kind::kRead, "a", call, done};
    case 1:
      return {Kind::kRead, "b", call, done};
    case 2:
      return {Kind::kWrite, "a", call, done};
    case 3:
      return {Kind::kWrite, "b", call, done};
    case 4:
      return {Kind::kChange, "", call, done};
    case 5:
      return {Kind::kWrite, "b", call, kNever};
    case 6:
      return {Kind::kChange, "", call, kNever};
    default:
      return {Kind::kWrite, "a", call, kNever, /*repeats=*/true};
  }
}
constexpr uint64_t kWhats = 8;

TEST(LinearSearch, AgreesWithEveryOrderOnEveryHistoryOfThreeOperations) {
  uint64_t histories = 0, linearizable = 0;
  std::vector<int> events = {0, 0, 1, 1, 2, 2};  // The first of a number is its call.
  do {
    Moment calls[3] = {}, dones[3] = {};
    for (size_t at = 0; at < events.size(); ++at) {
      Moment* call = &calls[events[at]];
      *(*call == 0 ? call : &dones[events[at]]) = at + 1;
    }
    for (uint64_t what = 0; what < kWhats * kWhats * kWhats; ++what) {
      ++histories;
      ExpectSame({Make(what % kWhats, calls[0], dones[0]),
                  Make(what / kWhats % kWhats, calls[1], dones[1]),
                  Make(what / kWhats / kWhats, calls[2], dones[2])},
                 &linearizable);
    }
  } while (std::next_permutation(events.begin(), events.end()));
  EXPECT_GT(linearizable, histories / 10);
  EXPECT_LT(linearizable, histories * 9 / 10);
  std::printf("linear search, small: histories=%zu linearizable=%zu\n",
              static_cast<size_t>(histories), static_cast<size_t>(linearizable));
}

TEST(LinearSearch, AgreesWithEveryOrderOnRandomHistoriesOfSevenOperations) {
  const uint64_t rounds = testing::IsFullVolume() ? 200'000 : 20'000;
  testing::Random random(testing::SeedFromEnvironment());
  uint64_t linearizable = 0;
  for (uint64_t round = 0; round < rounds; ++round) {
    std::vector<Operation> operations;
    for (Moment i = 0; i < 7; ++i) {
      Moment call = 100 * random.Below(12) + i;
      operations.push_back(Make(random.Below(kWhats), call, call + 50 + 100 * random.Below(5)));
    }
    ExpectSame(operations, &linearizable);
  }
  EXPECT_GT(linearizable, rounds / 20);
  EXPECT_LT(linearizable, rounds);
  std::printf("linear search, random: histories=%zu linearizable=%zu\n",
              static_cast<size_t>(rounds), static_cast<size_t>(linearizable));
}

bool IsRight(const std::vector<Operation>& operations) {
  Verdict verdict = Search(operations, "a");
  EXPECT_NE(verdict.kind, Verdict::Kind::kGaveUp);
  return verdict.kind == Verdict::Kind::kLinearizable;
}

TEST(LinearSearch, AReadMayNotGoBackBehindAnotherRead) {
  EXPECT_TRUE(
      IsRight({{Kind::kWrite, "b", 1, 9}, {Kind::kRead, "a", 2, 3}, {Kind::kRead, "b", 4, 5}}));
  EXPECT_FALSE(
      IsRight({{Kind::kWrite, "b", 1, 9}, {Kind::kRead, "b", 2, 3}, {Kind::kRead, "a", 4, 5}}));
}

TEST(LinearSearch, AWriteThatReturnedIsSeen) {
  EXPECT_FALSE(IsRight({{Kind::kWrite, "b", 1, 2}, {Kind::kRead, "a", 3, 4}}));
}

TEST(LinearSearch, AnUnansweredWriteMayHappenLateOrNeverButOnce) {
  const Operation lost{Kind::kWrite, "b", 1, kNever};
  EXPECT_TRUE(IsRight({lost, {Kind::kRead, "a", 2, 3}, {Kind::kRead, "b", 4, 5}}));
  const std::vector<Operation> twice = {{Kind::kRead, "b", 2, 3},
                                        {Kind::kWrite, "c", 4, 5},
                                        {Kind::kRead, "c", 6, 7},
                                        {Kind::kRead, "b", 8, 9}};
  std::vector<Operation> once = twice;
  once.push_back(lost);
  EXPECT_FALSE(IsRight(once));
  once.back().repeats = true;
  EXPECT_TRUE(IsRight(once));
}

TEST(LinearSearch, GivingUpIsNoVerdict) {
  std::vector<Operation> operations;
  for (Moment i = 0; i < 20; ++i) {
    operations.push_back({Kind::kWrite, absl::StrCat(i), i, 100 + i});
  }
  operations.push_back({Kind::kRead, "nowhere", 200, 201});
  EXPECT_EQ(Search(operations, "a", 1000).kind, Verdict::Kind::kGaveUp);
}

// What a real object would have answered, five callers at a time; then one read is bent.
TEST(LinearSearch, ThousandsOfOperationsAreJudgedAndOneWrongReadIsFound) {
  const int count = testing::IsFullVolume() ? 10'000 : 2'000;
  testing::Random random(testing::SeedFromEnvironment());
  std::vector<Operation> operations;
  std::string value = "a";
  Moment now = 0;
  for (int i = 0; i < count; ++i) {
    now += 10;
    bool is_read = random.OneIn(2);
    if (!is_read) value = absl::StrCat("v", i);
    operations.push_back({is_read ? Kind::kRead : Kind::kWrite, value,
                          now - random.Below(25) * 2 - 1 + 60, now + random.Below(25) * 2 + 60});
  }
  Verdict right = Search(operations, "a");
  EXPECT_EQ(right.kind, Verdict::Kind::kLinearizable) << right.why;
  auto bent = std::find_if(operations.begin() + count / 2, operations.end(),
                           [](const Operation& one) { return one.kind == Kind::kRead; });
  bent->value = "v1";
  Verdict wrong = Search(operations, "a");
  EXPECT_EQ(wrong.kind, Verdict::Kind::kNot);
  std::printf("linear search, long: operations=%zu steps=%zu steps_wrong=%zu\n", operations.size(),
              static_cast<size_t>(right.steps), static_cast<size_t>(wrong.steps));
}

}  // namespace
}  // namespace pegel::linear

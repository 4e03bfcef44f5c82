#include "core/requests.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace pegel {
namespace {

RequestKey KeyOf(uint64_t id, const char* name = "a") {
  return RequestKey{Principal{"User", name}, RequestId{0, id}};
}

Answer AnswerAt(uint64_t lsn, int64_t time = 0) {
  return Answer{Lsn{lsn}, UnixNanos{time}, {}, Result{Done{}}};
}

TEST(AnsweredRequests, AnIdBelongsToItsPrincipal) {
  AnsweredRequests requests;
  requests.Remember(KeyOf(1, "a"), AnswerAt(7));
  EXPECT_EQ(requests.Find(KeyOf(1, "a"))->lsn, Lsn{7});
  EXPECT_EQ(requests.Find(KeyOf(1, "b")), nullptr);
}

TEST(AnsweredRequests, TheOldestIsForgottenWhenOneIsTooMany) {
  AnsweredRequests requests;
  for (uint64_t i = 1; i <= kAnsweredRequestsMax; ++i) requests.Remember(KeyOf(i), AnswerAt(i));
  EXPECT_NE(requests.Find(KeyOf(1)), nullptr);
  requests.Remember(KeyOf(0), AnswerAt(kAnsweredRequestsMax + 1));
  EXPECT_EQ(requests.size(), kAnsweredRequestsMax);
  EXPECT_EQ(requests.Find(KeyOf(1)), nullptr);
  EXPECT_EQ(requests.OldestLsn(), Lsn{2});
}

TEST(AnsweredRequests, AnAnswerIsKeptForAnHourOfLogTimeAndNotLonger) {
  AnsweredRequests requests;
  requests.Remember(KeyOf(1), AnswerAt(1, 0));
  requests.Remember(KeyOf(2), AnswerAt(2, kAnsweredRequestNanosMax));
  EXPECT_NE(requests.Find(KeyOf(1)), nullptr);
  requests.Remember(KeyOf(3), AnswerAt(3, kAnsweredRequestNanosMax + 1));
  EXPECT_EQ(requests.Find(KeyOf(1)), nullptr);
  EXPECT_NE(requests.Find(KeyOf(2)), nullptr);
}

TEST(AnsweredRequestsDeathTest, OneIdCannotBeAnsweredTwice) {
  AnsweredRequests requests;
  requests.Remember(KeyOf(1), AnswerAt(1));
  EXPECT_DEATH(requests.Remember(KeyOf(1), AnswerAt(2)), "answered twice, at lsn 2");
}

}  // namespace
}  // namespace pegel

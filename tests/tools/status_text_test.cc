#include "tools/shell/status_text.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace pegel::tools {
namespace {

Status Example(bool authorizer_enabled) {
  Status status{.version = "0.1.0",
                .lsn_first = Lsn{1},
                .cluster_id = "c-1",
                .behaviour = 1,
                .authorizer_enabled = authorizer_enabled,
                .lsn_durable = Lsn{12},
                .lsn_applied = Lsn{13},
                .chain = {},
                .digest = {},
                .acl_entries = 5,
                .static_configs = 7,
                .dynamic_configs = 8,
                .answered_requests = 6};
  status.chain[31] = 0xAB;
  status.digest[0] = 0xCD;
  return status;
}

const std::string kZeros(62, '0');

TEST(StatusJson, IsOneObjectWithItsKeysInOrder) {
  EXPECT_EQ(StatusJson(Example(true)),
            absl::StrCat(R"({"cluster_id":"c-1","lsn_durable":12,"lsn_applied":13,)",
                         R"("lsn_snapshot":null,"chain":")", kZeros, R"(ab","digest":"cd)", kZeros,
                         R"(","version":"0.1.0","alarms":[],"lsn_first":1,"behaviour":1,)",
                         R"("authorizer_enabled":true,"acl_entries":5,)",
                         R"("static_configs":7,"dynamic_configs":8,"answered_requests":6,)",
                         R"("snapshot_age_seconds":null})", "\n"));
}

TEST(StatusTable, NamesEverything) {
  EXPECT_EQ(StatusTable(Example(true)), absl::StrCat("cluster             c-1\n"
                                                     "version             0.1.0\n"
                                                     "behaviour           1\n"
                                                     "authorization       on\n"
                                                     "durable lsn         12\n"
                                                     "applied lsn         13\n"
                                                     "first lsn           1\n"
                                                     "snapshot lsn        none\n"
                                                     "chain               ",
                                                     kZeros, "ab\ndigest              cd", kZeros,
                                                     "\nacl entries         5\n"
                                                     "static configs      7\n"
                                                     "dynamic configs     8\n"
                                                     "answered requests   6\n"
                                                     "alarms              none\n"));
}

TEST(StatusTable, SaysLoudlyThatAuthorizationIsOff) {
  std::string text = StatusTable(Example(false));
  EXPECT_TRUE(absl::StartsWith(text, "WARNING: AUTHORIZATION IS OFF.")) << text;
  EXPECT_TRUE(absl::StrContains(text, "authorization       OFF\n")) << text;
  EXPECT_FALSE(absl::StrContains(StatusTable(Example(true)), "WARNING"));
}

}  // namespace
}  // namespace pegel::tools

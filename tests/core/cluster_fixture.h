// A World driven by cluster commands, whose invariants are checked after each.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "core/cluster/invariants.h"
#include "core/fold.h"
#include "tests/support/acl.h"

namespace pegel::testing {

class Cluster {
 public:
  explicit Cluster(bool authorizer_enabled = false) {
    Do(BootOf(authorizer_enabled), AuthorOf("System:pegeld", ""));
  }

  Decision Do(const Command& command, const Author& author = AuthorOf("User:a")) {
    Moment now{Next(world_.lsn), UnixNanos{static_cast<int64_t>(world_.lsn.value) * 10}, author};
    Decision decision = Apply(world_, now, {}, command).decision;
    std::string broken = cluster::BrokenInvariant(world_.cluster);
    EXPECT_EQ(broken, "") << "after lsn " << world_.lsn.value;
    return decision;
  }
  // The refusal as `code text`; empty: accepted.
  std::string Try(const Command& command, const Author& author = AuthorOf("User:a")) {
    Decision decision = Do(command, author);
    auto* error = std::get_if<Error>(&decision.outcome);
    return error == nullptr ? "" : absl::StrCat(static_cast<int>(error->code), " ", error->message);
  }
  // Registers and gives the epoch.
  Lsn Register(int32_t id, const std::string& rack = "", const std::string& at = "h:9123") {
    EXPECT_EQ(Try(RegisterServer{{id}, rack, at}), "");
    return world_.lsn;
  }
  const cluster::Server* Find(int32_t id) const {
    return world_.cluster.Find(cluster::ServerId{id});
  }
  const World& world() const { return world_; }

 private:
  World world_;
};

}  // namespace pegel::testing

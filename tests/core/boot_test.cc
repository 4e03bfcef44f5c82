#include <gtest/gtest.h>

#include "core/boot/reducer.h"
#include "core/fold.h"
#include "core/limits.h"
#include "tests/support/acl.h"

namespace pegel {
namespace {

using testing::AuthorOf;
using testing::BootOf;

Decision Call(World& world, Command command) {
  Moment now{Next(world.lsn), world.time, AuthorOf("System:pegeld", "")};
  return Apply(world, now, RequestId{}, command).decision;
}

void ExpectRejected(const Decision& decision, const std::string& message) {
  ASSERT_FALSE(IsAccepted(decision.outcome)) << "expected: " << message;
  EXPECT_EQ(std::get<Error>(decision.outcome).message, message);
  EXPECT_TRUE(decision.events.empty());
}

TEST(Boot, NothingIsDecidedBeforeTheFirstBoot) {
  World world;
  ExpectRejected(Call(world, ListAcl{}), "The log does not begin with a Boot record.");
}

TEST(Boot, SetsClusterBehaviourAndSecurity) {
  World world;
  Call(world, BootOf(true, "User:root; Group:ops"));
  EXPECT_EQ(world.cluster_id, "test-cluster");
  EXPECT_EQ(world.behaviour, kBehaviourNewest);
  EXPECT_TRUE(world.security.authorizer_enabled);
  EXPECT_EQ(world.security.super_users.size(), 2u);
}

TEST(Boot, AnotherClusterOrBehaviourIsRejected) {
  World world;
  Call(world, BootOf(true));
  Boot other = BootOf(true);
  other.cluster_id = "other";
  ExpectRejected(Call(world, other), "Boot names cluster 'other', expected 'test-cluster'");
  Boot unknown = BootOf(true);
  unknown.behaviour = 2;
  ExpectRejected(Call(world, unknown), "Boot asks for behaviour 2, expected 1");
}

TEST(Boot, IsNeededWhenTheConfigsDiffer) {
  World world;
  EXPECT_EQ(boot::NeededBoot(world, "test-cluster", BootOf(true).static_configs), BootOf(true));
  Call(world, BootOf(true));
  EXPECT_EQ(boot::NeededBoot(world, "ignored", BootOf(true).static_configs), std::nullopt);
  EXPECT_EQ(boot::NeededBoot(world, "ignored", BootOf(false).static_configs), BootOf(false));
}

TEST(Boot, MalformedConfigsSayWhatIsWrong) {
  struct {
    std::map<std::string, config::Value> configs;
    const char* message;
  } cases[] = {
      {{{"authorizer.enabled", "yes"}}, "authorizer.enabled: expected true or false, found 'yes'"},
      {{{"security.acl.principal.ignore-case", "1"}},
       "security.acl.principal.ignore-case: expected true or false, found '1'"},
      {{{"super.users", "root"}},
       "super.users: expected Type:Name pieces separated by ';', found 'root'"},
      {{{"super.users", "User:root; "}}, "super.users: expected Type:Name pieces separated by ';'"},
      {{{"super.users", ""}}, "super.users: expected Type:Name pieces"},
      {{{"super.users", "User:a:b"}}, "more than one ':'"},
      {{{"super.users", "User:*"}}, "a wildcard would make everyone a super user"},
  };
  for (const auto& c : cases) {
    World world;
    config::Problem problem = boot::CheckStatics(world, c.configs);
    ASSERT_TRUE(problem.has_value()) << c.message;
    EXPECT_NE(problem->message.find(c.message), std::string::npos) << problem->message;
    Boot boot = BootOf(true);
    boot.static_configs = c.configs;
    ExpectRejected(Call(world, boot), problem->message);
  }
  EXPECT_TRUE(boot::ParseSecurity({{"authorizer.enabled", "TRUE"}})->authorizer_enabled);
  EXPECT_TRUE(boot::ParseSecurity({{"security.acl.principal.ignore-case", "true"}})->ignores_case);
}

}  // namespace
}  // namespace pegel

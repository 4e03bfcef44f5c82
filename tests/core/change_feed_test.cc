// The ring of newest changes: bounded, and honest about where it begins; and the view that never
// knows more than what was published.
#include "core/change_feed.h"

#include <gtest/gtest.h>

#include "core/fold.h"
#include "tests/support/acl.h"

namespace pegel {
namespace {

using testing::AuthorOf;
using testing::BootOf;
using testing::EntryOf;

SharedChange ChangeAt(uint64_t lsn, std::vector<Event> events) {
  return std::make_shared<const ChangeSet>(
      ChangeSet{Moment{Lsn{lsn}, UnixNanos{1}, AuthorOf("User:root")}, std::move(events)});
}

SharedChange Grant(uint64_t lsn) {
  return ChangeAt(lsn, {AclAdded{EntryOf("ALLOW", "User:a", "READ", "d")}});
}

class Listener final : public ChangeListener {
 public:
  void OnRightsChanged(Lsn lsn) override { rights.push_back(lsn.value); }
  void OnPublished() override { ++published; }
  std::vector<uint64_t> rights;
  int published = 0;
};

TEST(ChangeFeed, BeginsBehindWhatTheWorldWasMadeOf) {
  World world;
  Apply(world, Moment{Lsn{1}, {}, AuthorOf("System:pegeld", "")}, {}, BootOf(false));
  ChangeFeed feed(world, {});
  EXPECT_EQ(feed.through(), Lsn{1});
  EXPECT_EQ(feed.first(), Lsn{2});
  EXPECT_EQ(feed.Find(Lsn{2}), nullptr);
}

TEST(ChangeFeed, FindsTheNextChangeAcrossRecordsWithoutAny) {
  ChangeFeed feed(World{}, {});
  feed.Publish(Lsn{9}, {Grant(2), Grant(5), Grant(6)});
  EXPECT_EQ(feed.through(), Lsn{9});
  EXPECT_EQ(feed.Find(Lsn{1})->moment.lsn, Lsn{2});
  EXPECT_EQ(feed.Find(Lsn{2})->moment.lsn, Lsn{2});
  EXPECT_EQ(feed.Find(Lsn{3})->moment.lsn, Lsn{5});
  EXPECT_EQ(feed.Find(Lsn{6})->moment.lsn, Lsn{6});
  EXPECT_EQ(feed.Find(Lsn{7}), nullptr);
}

TEST(ChangeFeed, ForgetsTheOldestByCountAndByBytes) {
  ChangeFeed by_count(World{}, {.changes_max = 3});
  by_count.Publish(Lsn{10}, {Grant(1), Grant(3), Grant(5), Grant(7), Grant(9)});
  EXPECT_EQ(by_count.first(), Lsn{4}) << "everything from lsn 4 on is there";
  EXPECT_EQ(by_count.Find(Lsn{4})->moment.lsn, Lsn{5});
  ChangeFeed by_bytes(World{}, {.bytes_max = 2 * BytesOf(*Grant(1))});
  by_bytes.Publish(Lsn{3}, {Grant(1), Grant(2), Grant(3)});
  EXPECT_EQ(by_bytes.first(), Lsn{2});
}

TEST(ChangeFeed, KeepsTheNewestHoweverLarge) {
  ChangeFeed feed(World{}, {.bytes_max = 1});
  feed.Publish(Lsn{2}, {Grant(1), Grant(2)});
  EXPECT_EQ(feed.Find(feed.first())->moment.lsn, Lsn{2});
}

TEST(ChangeFeed, TellsOfRightsOnlyWhereTheyMayHaveChanged) {
  Listener listener;
  ChangeFeed feed(World{}, {});
  feed.set_listener(&listener);
  acl::Entry on_cluster = EntryOf("ALLOW", "User:a", "DESCRIBE", "cluster");
  feed.Publish(Lsn{4}, {ChangeAt(1, {Booted{BootOf(true)}}), Grant(2),
                        ChangeAt(3, {AclAdded{on_cluster}}), ChangeAt(4, {ConfigSet{"k", "v"}})});
  feed.Publish(Lsn{6}, {ChangeAt(6, {AclDropped{on_cluster}})});
  EXPECT_EQ(listener.rights, (std::vector<uint64_t>{1, 3, 6}));
  EXPECT_EQ(listener.published, 2);
}

TEST(DurableView, SaysWhoMayWatchAsTheWholeWorldWould) {
  ChangeFeed feed(World{}, {});
  EXPECT_FALSE(feed.view().WhyMayNotWatch(AuthorOf("User:a"))) << "authorization is off";
  feed.Publish(Lsn{1}, {ChangeAt(1, {Booted{BootOf(true)}})});
  EXPECT_FALSE(feed.view().WhyMayNotWatch(AuthorOf("User:root")));
  EXPECT_EQ(feed.view().WhyMayNotWatch(AuthorOf("User:a"))->code, ErrorCode::kAuthorization);
  acl::Entry entry = EntryOf("ALLOW", "User:a", "DESCRIBE", "cluster", "10.0.0.0/8");
  feed.Publish(Lsn{2}, {ChangeAt(2, {AclAdded{entry}})});
  EXPECT_FALSE(feed.view().WhyMayNotWatch(AuthorOf("User:a", "10.1.2.3")));
  EXPECT_TRUE(feed.view().WhyMayNotWatch(AuthorOf("User:a", "11.1.2.3")));
  feed.Publish(Lsn{3}, {ChangeAt(3, {AclDropped{entry}})});
  EXPECT_TRUE(feed.view().WhyMayNotWatch(AuthorOf("User:a", "10.1.2.3")));
}

// The same answers from a view that began with the World and from one that saw each change.
TEST(DurableView, KnowsWhenAKeyChangedAlsoAfterARestart) {
  World world;
  ChangeFeed feed(world, {});
  auto apply = [&](Command command) {
    Moment moment{Next(world.lsn), UnixNanos{1}, AuthorOf("User:root")};
    Applied applied = Apply(world, moment, {}, command);
    ASSERT_TRUE(IsAccepted(applied.decision.outcome));
    feed.Publish(moment.lsn, {ChangeAt(moment.lsn.value, applied.decision.events)});
  };
  const std::string dynamic = "log.replica.min-in-sync-replicas-number";
  Boot boot = BootOf(false);
  apply(boot);                                              // 1
  apply(AlterConfigs{{{config::Op::kSet, dynamic, "2"}}});  // 2
  boot.static_configs["remote.data.dir"] = "/tmp/x";
  apply(boot);                                                          // 3
  apply(AlterConfigs{{{config::Op::kDelete, dynamic, std::nullopt}}});  // 4
  ChangeFeed restarted(world, {});
  for (const ChangeFeed* each : {&feed, &restarted}) {
    EXPECT_EQ(each->view().ConfigChangedAt("super.users"), Lsn{1});
    EXPECT_EQ(each->view().ConfigChangedAt("remote.data.dir"), Lsn{3});
    EXPECT_EQ(each->view().ConfigChangedAt(dynamic), Lsn{4});
    EXPECT_EQ(each->view().ConfigChangedAt("never.heard.of"), Lsn{});
  }
}

}  // namespace
}  // namespace pegel

// A real pegeld on a real file system that is full: a tmpfs of some MiB, mounted in a name space of
// this process's own, for which nobody needs to be root. Where the system allows no such name space
// the tests are skipped and say so.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/random.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr uint64_t kMiB = 1 << 20;

size_t Times(const std::string& text, const std::string& what) {
  size_t times = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++times;
  return times;
}

bool Put(const char* path, const std::string& text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool is_done = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return close(fd) == 0 && is_done;
}

// Must be called before there is a second thread.
bool EnterOwnNameSpace() {
  const std::string uid = absl::StrCat("0 ", getuid(), " 1"),
                    gid = absl::StrCat("0 ", getgid(), " 1");
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  if (!Put("/proc/self/setgroups", "deny") || !Put("/proc/self/uid_map", uid) ||
      !Put("/proc/self/gid_map", gid)) {
    return false;
  }
  return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

// A file system of so many MiB, with a file that fills it up as far as it is told.
class TinyDisk {
 public:
  explicit TinyDisk(uint64_t mib) {
    is_there_ = mount("pegel-test", place_.path().c_str(), "tmpfs", 0,
                      absl::StrCat("size=", mib, "m").c_str()) == 0;
  }
  ~TinyDisk() {
    if (is_there_) umount2(place_.path().c_str(), MNT_DETACH);
  }
  bool is_there() const { return is_there_; }
  std::string data_dir() const { return place_.path() + "/data"; }

  uint64_t Free() const {
    struct statvfs about {};
    EXPECT_EQ(statvfs(place_.path().c_str(), &about), 0);
    return uint64_t{about.f_bavail} * about.f_frsize;
  }
  // Until so much is free.
  void FillUpTo(uint64_t free) {
    const std::string piece(4096, 'x');
    int fd = open(Ballast().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    while (Free() > free && write(fd, piece.data(), piece.size()) > 0) {
    }
    close(fd);
  }
  void MakeRoom() { std::filesystem::remove(Ballast()); }

  // Every file of the data directory, whole.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data_dir())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      files[entry.path().string()] = std::string(std::istreambuf_iterator<char>(in), {});
    }
    return files;
  }

 private:
  std::string Ballast() const { return place_.path() + "/ballast"; }
  TemporaryDirectory place_;
  bool is_there_ = false;
};

class TinyDiskTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { may_mount_ = EnterOwnNameSpace(); }
  void SetUp() override {
    if (!may_mount_ || !disk_.is_there()) {
      GTEST_SKIP() << "this system lets its users mount no tmpfs in a name space of their own";
    }
  }

  ServerProcess Start(const char* reserve = "4 mb") {
    return ServerProcess(PEGELD, disk_.data_dir(), {"--disk-reserve", reserve});
  }
  static Finished Sql(const ServerProcess& server, const std::string& statement) {
    return RunProgram({PEGEL, "sql", "--server", server.address(), "--format", "json", "--retry",
                       "0", "-e", statement});
  }
  static Finished Add(const ServerProcess& server, const std::string& table) {
    return Sql(server,
               absl::StrCat("CALL sys.add_acl('load.", table, "', 'ALLOW', 'User:u', 'READ')"));
  }
  static Json Status(const ServerProcess& server) {
    Finished status =
        RunProgram({PEGEL, "status", "--server", server.address(), "--format", "json"});
    return Json::parse(status.out);
  }
  static bool HasAlarm(const ServerProcess& server) {
    return Status(server)["alarms"].dump().find("NOSPACE") != std::string::npos;
  }
  static bool WaitForAlarm(const ServerProcess& server, bool is_wanted) {
    for (int i = 0; i < 100; ++i) {
      if (HasAlarm(server) == is_wanted) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  static size_t Rows(const ServerProcess& server) {
    Finished list = RunProgram({PEGEL, "sql", "--server", server.address(), "--format", "csv", "-e",
                                "CALL sys.list_acl('ANY')"});
    return Times(list.out, "User:u");
  }
  // A script of so many calls, each for another table; its path.
  std::string WriteLoad(int calls, const std::string& prefix = "t") {
    std::string path = elsewhere_.path() + "/load.sql";
    std::ofstream out(path);
    for (int i = 0; i < calls; ++i) {
      out << "CALL sys.add_acl('load." << prefix << i << "', 'ALLOW', 'User:u', 'READ');\n";
    }
    return path;
  }
  void ExpectGoodLog() {
    Finished verify =
        RunProgram({PEGEL_REPLAY, "verify", "--data-dir", disk_.data_dir(), "--format", "json"});
    EXPECT_EQ(verify.exit_code, 0) << verify.out << verify.err;
  }

  static bool may_mount_;
  TinyDisk disk_{48};
  TemporaryDirectory elsewhere_;
};

bool TinyDiskTest::may_mount_ = false;

TEST_F(TinyDiskTest, ChangesAreRefusedReadsGoOnAndItEndsByItselfWhenThereIsRoom) {
  ServerProcess server = Start();
  ASSERT_NE(server.address(), "") << server.output();
  ASSERT_EQ(Add(server, "before").exit_code, 0);
  disk_.FillUpTo(3 * kMiB);
  ASSERT_TRUE(WaitForAlarm(server, true));
  const Json before = Status(server);
  Finished refused = Add(server, "refused");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.out, HasSubstr("WRITES_STOPPED"));
  EXPECT_THAT(refused.out, HasSubstr("alarm NOSPACE"));
  EXPECT_THAT(refused.out, HasSubstr(disk_.data_dir()));
  EXPECT_EQ(Rows(server), 1u);
  EXPECT_EQ(Status(server)["lsn_durable"], before["lsn_durable"]) << "neither of them is a record";
  EXPECT_EQ(Status(server)["digest"], before["digest"]);
  Finished snapshot = RunProgram({PEGEL, "snapshot", "--server", server.address()});
  EXPECT_NE(snapshot.exit_code, 0);
  EXPECT_THAT(snapshot.out + snapshot.err, HasSubstr("no room"));

  disk_.MakeRoom();
  ASSERT_TRUE(WaitForAlarm(server, false));
  EXPECT_EQ(Add(server, "after").exit_code, 0);
  EXPECT_EQ(Rows(server), 2u);
  EXPECT_EQ(RunProgram({PEGEL, "snapshot", "--server", server.address()}).exit_code, 0);
  EXPECT_EQ(server.End(SIGTERM), 0);
  EXPECT_EQ(Times(server.output(), "ALARM NOSPACE"), 1u) << server.output();
  EXPECT_THAT(server.output(), HasSubstr("alarm NOSPACE is over"));
  ExpectGoodLog();
}

TEST_F(TinyDiskTest, AServerThatFillsTheDiskItselfStopsAtTheReserveAndRestartsThere) {
  ServerProcess server = Start();
  ASSERT_NE(server.address(), "") << server.output();
  disk_.FillUpTo(8 * kMiB);
  Finished load = RunProgram({PEGEL, "sql", "--server", server.address(), "--format", "json",
                              "--retry", "0", "-f", WriteLoad(20'000)});
  EXPECT_EQ(load.exit_code, 1);
  EXPECT_THAT(load.out, HasSubstr("alarm NOSPACE"));
  const size_t acked = Times(load.out, "success");
  const uint64_t left = disk_.Free();
  std::printf("tiny disk: acked=%zu, then refused with %lu KiB left\n", acked, left >> 10);
  EXPECT_GT(acked, 100u);
  EXPECT_GE(left, 4 * kMiB) << "the reserve is there";
  EXPECT_EQ(Rows(server), acked);
  EXPECT_EQ(server.End(SIGKILL), 128 + SIGKILL);
  ServerProcess again = Start();
  ASSERT_NE(again.address(), "") << again.output();
  EXPECT_EQ(Rows(again), acked);
  disk_.MakeRoom();
  ASSERT_TRUE(WaitForAlarm(again, false));
  EXPECT_EQ(Add(again, "after").exit_code, 0);
  EXPECT_EQ(again.End(SIGTERM), 0);
  ExpectGoodLog();
}

TEST_F(TinyDiskTest, AStartOnAFullDiskSaysSoAndChangesNothing) {
  {
    ServerProcess server = Start();
    ASSERT_NE(server.address(), "") << server.output();
    ASSERT_EQ(Add(server, "before").exit_code, 0);
    EXPECT_EQ(server.End(SIGKILL), 128 + SIGKILL);
  }
  disk_.FillUpTo(0);
  const auto before = disk_.Files();
  ServerProcess refused = Start();
  EXPECT_EQ(refused.address(), "");
  EXPECT_EQ(refused.End(0), 1);
  EXPECT_THAT(refused.output(), HasSubstr("pegeld does not start: the disk is full"));
  EXPECT_THAT(refused.output(), HasSubstr("Nothing was changed"));
  EXPECT_EQ(disk_.Files(), before);
  disk_.MakeRoom();
  ServerProcess server = Start();
  ASSERT_NE(server.address(), "") << server.output();
  EXPECT_EQ(Rows(server), 1u);
}

// The server is asked for nothing meanwhile, so its own room is another matter.
TEST_F(TinyDiskTest, BackupsAndRestoresWithoutRoomSaySoAndLeaveNothing) {
  const std::string whole = elsewhere_.path() + "/whole", data = elsewhere_.path() + "/data";
  {
    ServerProcess server(PEGELD, data);
    ASSERT_NE(server.address(), "") << server.output();
    ASSERT_EQ(RunProgram({PEGEL, "sql", "--server", server.address(), "--format", "json", "-f",
                          WriteLoad(3'000)})
                  .exit_code,
              0);
    EXPECT_EQ(server.End(SIGTERM), 0);
  }
  auto backup = [&](const std::string& to) {
    return RunProgram({PEGEL, "backup", "create", "--to", to, "--data-dir", data});
  };
  auto restore = [&](const std::string& to) {
    return RunProgram({PEGEL, "backup", "restore", whole, "--to", to});
  };
  ASSERT_EQ(backup(whole).exit_code, 0);
  int refused = 0;
  for (uint64_t free : {uint64_t{0}, kMiB / 8, kMiB / 2}) {
    disk_.MakeRoom();
    disk_.FillUpTo(free);
    const uint64_t before = disk_.Free();
    for (const Finished& finished :
         {backup(disk_.data_dir() + "-backup"), restore(disk_.data_dir())}) {
      EXPECT_NE(finished.exit_code, 0);
      EXPECT_THAT(finished.err, HasSubstr("No space left on device"));
      EXPECT_FALSE(std::filesystem::exists(disk_.data_dir()));
      EXPECT_GE(disk_.Free() + 4 * 4096, before) << "but for an empty directory";
      ++refused;
    }
  }
  std::printf("disk full: backups and restores refused=%d\n", refused);
  disk_.MakeRoom();
  EXPECT_EQ(backup(disk_.data_dir() + "-backup").exit_code, 0);
  Finished restored = restore(disk_.data_dir());
  EXPECT_EQ(restored.exit_code, 0) << restored.err;
  ExpectGoodLog();
}

// What the reserve is for; and below the floor nothing is lost but time.
TEST_F(TinyDiskTest, DeadTabletServersAreNoticedFromTheReserveAndBelowTheFloorLater) {
  ServerProcess server(PEGELD, disk_.data_dir(), {"--disk-reserve", "8 mb", "--lease", "1500 ms"});
  ASSERT_NE(server.address(), "") << server.output();
  auto live = [&] {
    Finished list =
        RunProgram({PEGEL, "cluster", "servers", "--server", server.address(), "--format", "json"});
    size_t count = 0;
    const Json answer = Json::parse(list.out);
    for (const Json& row : answer["rows"]) count += row[3] == "true";
    return count;
  };
  auto fleet_of = [&](const char* first) {
    return std::make_unique<ChildProcess>(std::vector<std::string>{
        PEGEL_FLEET, "--server", server.address(), "--servers", "2", "--first-id", first});
  };
  auto wait_for_live = [&](size_t wanted) {
    for (int i = 0; i < 100 && live() != wanted; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return live();
  };
  auto first = fleet_of("0");
  ASSERT_EQ(wait_for_live(2), 2u);
  disk_.FillUpTo(5 * kMiB);
  ASSERT_TRUE(WaitForAlarm(server, true));
  auto second = fleet_of("2");
  EXPECT_EQ(wait_for_live(4), 4u) << "they may register";
  first->End(SIGKILL);
  EXPECT_EQ(wait_for_live(2), 2u) << "the alarm is on, and a loss is a record all the same";
  EXPECT_EQ(Add(server, "refused").exit_code, 1);

  disk_.FillUpTo(0);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));  // Until it was looked at.
  second->End(SIGKILL);
  std::this_thread::sleep_for(std::chrono::milliseconds(2'500));
  EXPECT_EQ(live(), 2u) << "not a byte is written";
  disk_.MakeRoom();
  EXPECT_EQ(wait_for_live(0), 0u);
  ASSERT_TRUE(WaitForAlarm(server, false));
  EXPECT_EQ(Add(server, "after").exit_code, 0);
  EXPECT_EQ(server.End(SIGTERM), 0);
  EXPECT_THAT(server.output(), HasSubstr("lost servers and moves wait, too"));
  ExpectGoodLog();
}

// Faster than anybody can look: the writes themselves fail now and then. Whichever it is, nothing
// that was acknowledged is lost, and the reason is named.
TEST_F(TinyDiskTest, ADiskThatFillsUpInAnInstantUnderLoadLosesNothing) {
  const int rounds = IsFullVolume() ? 20 : 3;
  int stopped = 0, refused = 0;
  size_t acked = 0, lost = 0, unasked = 0, calls_cut = 0;
  for (int round = 0; round < rounds; ++round) {
    ServerProcess server = Start("1 mb");
    ASSERT_NE(server.address(), "") << server.output();
    ChildProcess load({PEGEL, "sql", "--server", server.address(), "--format", "json", "--retry",
                       "0", "-f", WriteLoad(20'000, absl::StrCat("r", round, "t"))});
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(load.ReadFor(20));
    disk_.FillUpTo(0);
    EXPECT_NE(load.End(0), 0);
    acked += Times(load.out(), "success");
    const bool is_stopped = load.out().find("NOSPACE") == std::string::npos;
    if (is_stopped) {
      EXPECT_EQ(server.End(0), 1);
      EXPECT_THAT(server.output(), HasSubstr("the disk is full"));
      EXPECT_THAT(server.output(), HasSubstr("Free room"));
    } else {
      server.End(SIGKILL);
    }
    ++(is_stopped ? stopped : refused);
    calls_cut += is_stopped;
    disk_.MakeRoom();
    ServerProcess again = Start("1 mb");
    ASSERT_NE(again.address(), "") << again.output();
    const size_t rows = Rows(again);
    lost += rows < acked;
    unasked += rows > acked + calls_cut;
    EXPECT_EQ(again.End(SIGTERM), 0);
  }
  std::printf("disk full in an instant: rounds=%d stopped=%d refused=%d acked=%zu lost=%zu\n",
              rounds, stopped, refused, acked, lost);
  EXPECT_EQ(lost, 0u);
  EXPECT_EQ(unasked, 0u);
  ExpectGoodLog();
}

}  // namespace
}  // namespace pegel::testing

#include "tools/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/process.h"

namespace pegel::tools {
namespace {

const std::string kHexOfOnes(64, '1');
const std::string kHexOfTwos(64, '2');

class KeyFile : public ::testing::Test {
 protected:
  std::string file(const std::string& name = "pegel.key") const {
    return directory_.path() + "/" + name;
  }
  void Write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(file()) << text;
    chmod(file().c_str(), mode);
  }
  std::string Text() {
    std::ifstream stream(file());
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }
  static mode_t Mode(const std::string& name) {
    struct stat status {};
    stat(name.c_str(), &status);
    return status.st_mode & 07777;
  }
  std::string Refusal() {
    absl::StatusOr<std::vector<SecretKey>> keys = ReadKeyFile(file());
    EXPECT_FALSE(keys.ok());
    return std::string(keys.status().message());
  }

  pegel::testing::TemporaryDirectory directory_;
};

TEST_F(KeyFile, IsMadeForItsOwnerOnlyAndSaysWhatItIs) {
  absl::StatusOr<std::string> id = MakeKeyFile(file());
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(Mode(file()), 0600u);
  EXPECT_TRUE(absl::StartsWith(Text(), "# Pegel key file: ")) << Text();
  absl::StatusOr<std::vector<SecretKey>> keys = ReadKeyFile(file());
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ(KeyId((*keys)[0]), *id);
  EXPECT_EQ(id->size(), 16u);
}

TEST_F(KeyFile, IsNeverOverwritten) {
  Write("precious");
  absl::StatusOr<std::string> id = MakeKeyFile(file());
  ASSERT_FALSE(id.ok());
  EXPECT_TRUE(absl::StrContains(id.status().message(), "is there already and was not touched"));
  EXPECT_EQ(Text(), "precious");
}

TEST_F(KeyFile, TwoKeysAreNeverTheSame) {
  EXPECT_NE(MakeKeyFile(file("a")).value(), MakeKeyFile(file("b")).value());
}

TEST_F(KeyFile, TheIdIsThatOfTheDocumentedHash) {
  Write(kHexOfOnes + "\n");
  // printf 'pegel-key-id' and 32 bytes of 0x11, through sha256sum, first 16 digits.
  EXPECT_EQ(KeyId(ReadKeyFile(file()).value()[0]), "d38633d40acc6993");
}

TEST_F(KeyFile, RotationPutsANewKeyInFrontAndKeepsTheOthers) {
  std::string first = MakeKeyFile(file()).value();
  absl::StatusOr<std::string> second = RotateKeyFile(file());
  ASSERT_TRUE(second.ok()) << second.status();
  std::string third = RotateKeyFile(file()).value();
  std::vector<SecretKey> keys = ReadKeyFile(file()).value();
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(KeyId(keys[0]), third);
  EXPECT_EQ(KeyId(keys[1]), *second);
  EXPECT_EQ(KeyId(keys[2]), first);
  EXPECT_EQ(Mode(file()), 0600u);
  EXPECT_FALSE(std::filesystem::exists(file() + ".new"));
}

TEST_F(KeyFile, RotationBehindALinkKeepsTheLink) {
  ASSERT_TRUE(MakeKeyFile(file()).ok());
  std::filesystem::create_symlink("pegel.key", file("link"));
  ASSERT_TRUE(RotateKeyFile(file("link")).ok());
  EXPECT_TRUE(std::filesystem::is_symlink(file("link")));
  EXPECT_EQ(ReadKeyFile(file()).value().size(), 2u);
  EXPECT_EQ(ReadKeyFile(file("link")).value().size(), 2u);
}

// A key that one rotation reported must never be lost to another.
TEST_F(KeyFile, RotationsAtOnceLoseNoKey) {
  ASSERT_TRUE(MakeKeyFile(file()).ok());
  constexpr int kRounds = 50;
  std::mutex mutex;
  std::set<std::string> reported;
  auto rotate = [&] {
    for (int i = 0; i < kRounds; ++i) {
      absl::StatusOr<std::string> id = RotateKeyFile(file());
      std::lock_guard lock(mutex);
      if (id.ok()) reported.insert(*id);
    }
  };
  std::thread one(rotate), other(rotate), third(rotate);
  one.join(), other.join(), third.join();
  std::set<std::string> held;
  absl::StatusOr<std::vector<SecretKey>> keys = ReadKeyFile(file());
  ASSERT_TRUE(keys.ok()) << keys.status();
  for (const SecretKey& key : *keys) held.insert(KeyId(key));
  EXPECT_EQ(held.size(), reported.size() + 1) << "and the first one";
  for (const std::string& id : reported) EXPECT_TRUE(held.contains(id)) << id;
}

TEST_F(KeyFile, ARotationThatCannotBeDoneChangesNothing) {
  ASSERT_TRUE(MakeKeyFile(file()).ok());
  const std::string before = Text();
  std::ofstream(file() + ".new") << "left over";
  absl::StatusOr<std::string> id = RotateKeyFile(file());
  ASSERT_FALSE(id.ok());
  EXPECT_TRUE(absl::StrContains(id.status().message(), "remove it and rotate again"))
      << id.status();
  EXPECT_EQ(Text(), before);
  EXPECT_TRUE(std::filesystem::exists(file() + ".new"));
}

TEST_F(KeyFile, ALinkIsFollowedAndWhatItLeadsToIsChecked) {
  Write(kHexOfOnes + "\n", 0644);
  std::filesystem::create_symlink("pegel.key", file("link"));
  EXPECT_TRUE(absl::StrContains(ReadKeyFile(file("link")).status().message(), "has mode 0644"));
  chmod(file().c_str(), 0600);
  EXPECT_TRUE(ReadKeyFile(file("link")).ok());
}

TEST_F(KeyFile, ThatOthersCouldReadIsRefused) {
  for (mode_t mode : {0640u, 0604u, 0660u, 0601u, 0700u, 0666u}) {
    Write(kHexOfOnes + "\n", mode);
    EXPECT_TRUE(absl::StrContains(Refusal(), "expected 0600")) << mode;
    EXPECT_TRUE(absl::StrContains(Refusal(), "chmod 600")) << mode;
  }
  Write(kHexOfOnes + "\n", 0400);
  EXPECT_TRUE(ReadKeyFile(file()).ok()) << "less than 0600 is no danger";
}

TEST_F(KeyFile, OfSomebodyElseIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  Write(kHexOfOnes + "\n");
  ASSERT_EQ(chown(file().c_str(), 12345, 12345), 0);
  EXPECT_TRUE(absl::StrContains(Refusal(), "belongs to user id 12345, expected 0"));
  EXPECT_TRUE(absl::StrContains(Refusal(), "chown it"));
}

TEST_F(KeyFile, WhatIsNoKeyFileIsRefusedByLineWithoutItsText) {
  struct Bad {
    std::string text, message;
  };
  for (const Bad& bad : std::vector<Bad>{
           {"", ": holds no key; remove it and make one with `pegel keygen "},
           {"# nothing\n\n", ": holds no key"},
           {kHexOfOnes + "\n# x\nhunter2\n", ":3: expected 64 hex digits, found 7 characters"},
           {kHexOfOnes.substr(1) + "\n", ":1: expected 64 hex digits, found 63 characters"},
           {kHexOfOnes + "1\n", ":1: expected 64 hex digits, found 65 characters"},
           {kHexOfOnes.substr(1) + "g\n", ":1: expected 64 hex digits, found 64 characters"},
           {kHexOfOnes + "\n" + kHexOfTwos + "\n" + kHexOfOnes + "\n",
            ":3: the same key a second time (id "},
           {std::string((1 << 20) + 1, '#'), ": expected at most 1048576 bytes, found 1048577"}}) {
    Write(bad.text);
    EXPECT_TRUE(absl::StrContains(Refusal(), absl::StrCat("key file ", file(), bad.message)))
        << Refusal();
    for (const char* part : {"hunter2", "1111", "2222"}) {
      EXPECT_FALSE(absl::StrContains(Refusal(), part)) << Refusal();
    }
  }
}

TEST_F(KeyFile, ThatIsNotThereOrNoFileIsRefusedWithWhatToDo) {
  EXPECT_TRUE(absl::StrContains(Refusal(), "No such file")) << Refusal();
  EXPECT_TRUE(absl::StrContains(Refusal(), "make one with `pegel keygen ")) << Refusal();
  std::filesystem::create_directory(file());
  EXPECT_TRUE(absl::StrContains(Refusal(), "not a regular file")) << Refusal();
}

TEST_F(KeyFile, BlanksWindowsLinesAndCapitalsAreFine) {
  Write("  " + kHexOfOnes + " \r\n\r\n# c\r\n" + std::string(64, 'A'));
  EXPECT_EQ(ReadKeyFile(file()).value().size(), 2u);
}

}  // namespace
}  // namespace pegel::tools

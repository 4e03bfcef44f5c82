// Plants many secrets in every way there is, right and wrong, and then looks for them in everything
// that the programs wrote: the data directory, dumps, replies, standard error.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/random.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

// All that could hold a secret.
class Evidence {
 public:
  void Add(const std::string& text) { texts_.push_back(text), bytes_ += text.size(); }
  void Add(const Finished& finished) { Add(finished.out), Add(finished.err); }
  void AddFilesBelow(const std::string& directory) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
      if (!entry.is_regular_file()) continue;
      std::ostringstream bytes;
      bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      Add(bytes.str());
      ++files_;
    }
  }
  // How many texts hold `secret`, as it is, in hex, or in base64 at any of its three alignments.
  int Occurrences(const std::string& secret) const {
    int count = 0;
    for (const std::string& form : FormsOf(secret)) {
      for (const std::string& text : texts_) {
        const void* found = memmem(text.data(), text.size(), form.data(), form.size());
        if (found != nullptr) Show(text, static_cast<const char*>(found) - text.data());
        count += found != nullptr;
      }
    }
    return count;
  }
  size_t files() const { return files_; }
  size_t bytes() const { return bytes_; }

  mutable std::string shown;  // Around the first occurrences.

 private:
  void Show(const std::string& text, size_t at) const {
    if (shown.size() > 4000) return;
    absl::StrAppend(&shown, absl::CEscape(text.substr(at < 120 ? 0 : at - 120, 160)), "\n");
  }
  static std::vector<std::string> FormsOf(const std::string& secret) {
    std::vector<std::string> forms = {secret, absl::BytesToHexString(secret)};
    for (size_t skip = 0; skip < 3; ++skip) {
      std::string whole_groups = secret.substr(skip, (secret.size() - skip) / 3 * 3);
      forms.push_back(absl::Base64Escape(whole_groups));
    }
    return forms;
  }

  std::vector<std::string> texts_;
  size_t files_ = 0;
  size_t bytes_ = 0;
};

class Secrets : public ::testing::Test {
 protected:
  std::string file(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string data_dir() const { return file("data"); }

  std::string Plant() {
    std::string secret = "Pw";
    for (int i = 0; i < 24; ++i) secret += static_cast<char>('a' + random_.Below(26));
    planted_.push_back(secret);
    return secret;
  }

  // Runs statements as one script, and keeps what came back. The exit code.
  int Sql(const ServerProcess& server, const std::string& script, bool keep_going = false) {
    std::vector<std::string> arguments = {PEGEL, "sql", "--server", server.address(), "-f", "-"};
    if (keep_going) arguments.push_back("--keep-going");
    // By turns, so that every script comes back in each form.
    arguments.insert(arguments.end(), {"--format", ++scripts_ % 3 == 0 ? "table"
                                                   : scripts_ % 3 == 1 ? "json"
                                                                       : "csv"});
    Finished finished = RunProgram(arguments, script);
    evidence_.Add(finished);
    last_ = finished.out + finished.err;
    return finished.exit_code;
  }

  int Run(std::vector<std::string> arguments) {
    Finished finished = RunProgram(arguments);
    evidence_.Add(finished);
    last_ = finished.out + finished.err;
    return finished.exit_code;
  }

  void WriteServerYaml(bool has_key_file = true) {
    std::ofstream stream(file("server.yaml"));
    if (has_key_file) stream << "pegel.secrets.key-file: " << file("pegel.key") << "\n";
    stream << "metrics.reporter.influxdb.token: " << Plant() << "\n"
           << "datalake.paimon.s3.secret-key: '" << Plant() << "'\n"
           << "security.sasl.plain.credentials: static:" << Plant() << "\n";
  }

  void End(ServerProcess& server, int signal) {
    server.End(signal);
    evidence_.Add(server.output());
  }

  void PlantAccepted(const ServerProcess& server);
  void PlantRefused(const ServerProcess& server);

  TemporaryDirectory directory_;
  uint64_t seed_ = SeedFromEnvironment();
  Random random_{seed_};
  std::vector<std::string> planted_;
  Evidence evidence_;
  std::string last_;
  int scripts_ = 0;
};

void Secrets::PlantAccepted(const ServerProcess& server) {
  constexpr char kCredentials[] = "'security.sasl.plain.credentials', ";
  std::string script = absl::StrCat(
      "CALL sys.set_cluster_configs(", kCredentials, "'root:", Plant(), ",guest:", Plant(), "');\n",
      "CALL sys.append_cluster_configs(", kCredentials, "'more:", Plant(), "');\n",
      "CALL sys.subtract_cluster_configs(", kCredentials, "'guest:", Plant(), "');\n",
      "CALL sys.set_cluster_configs('datalake.paimon.s3.secret-key', '", Plant(),
      "', 'datalake.paimon.session.token', '", Plant(), "');\n",
      "CALL sys.get_cluster_configs('security.sasl.plain.credentials', "
      "'datalake.paimon.s3.secret-key', 'metrics.reporter.influxdb.token');\n",
      "CALL sys.get_cluster_configs();\n",
      "CALL sys.reset_cluster_configs('datalake.paimon.session.token');\n");
  EXPECT_EQ(Sql(server, script), 0) << last_;
}

void Secrets::PlantRefused(const ServerProcess& server) {
  constexpr char kSet[] = "CALL sys.set_cluster_configs('security.sasl.plain.credentials', '";
  std::string script =
      absl::StrCat(kSet, "root:", Plant(), "', 'kv.snapshot.interval');\n",  // Odd.
                   kSet, "ro-ot:", Plant(), "');\n",                         // A bad user name.
                   kSet, Plant(), "');\n",                                   // No pair.
                   kSet, "root:a:", Plant(), "');\n",                        // Too many colons.
                   kSet, "root:", Plant(), ",root:", Plant(), "');\n",       // One user twice.
                   kSet, "root:", Plant(), "\\');\n",                        // A bad password.
                   "CALL sys.set_cluster_configs('metrics.reporter.influxdb.token', '", Plant(),
                   "');\n",  // Not dynamic.
                   "CALL sys.set_cluster_configs('no.such.secret', '", Plant(), "');\n",
                   "CALL sys.append_cluster_configs('datalake.paimon.s3.secret-key', '", Plant(),
                   "');\n",  // No list.
                   "CALL sys.set_cluster_configs('datalake.paimon.s3.secret-key', '${env:", Plant(),
                   "}');\n",  // A marker.
                   "CALL sys.no_such_procedure('some.password', '", Plant(), "');\n",
                   "CALL sys.set_cluster_configs(no_such_argument => '", Plant(), "');\n");
  EXPECT_EQ(Sql(server, script, /*keep_going=*/true), 1) << last_;
  EXPECT_EQ(Sql(server, absl::StrCat(kSet, "root:", Plant(), ");")), 1) << "a quote left open";
  // Texts that lost their quotes; each alone, because an open quote swallows what follows.
  for (const char* wrong :
       {"root:x'@');", "root:x', @);", "root:x', \"@\");", "root:x', `@`);", "root:x', '@' 'x');",
        "root:x') @;", "root:x', @ => 'x');", "root:x', @.x);", "root:x', 7@);"}) {
    std::string statement = absl::StrCat(kSet, absl::StrReplaceAll(wrong, {{"@", Plant()}}));
    EXPECT_EQ(Sql(server, statement), 1) << last_;
  }
}

TEST_F(Secrets, AreNowhereButInTheMemoryOfTheServer) {
  SCOPED_TRACE(Reproduce(seed_, "secrets_test"));
  const size_t wanted = IsFullVolume() ? 1000 : 60;
  // On a server without a key file: nothing secret is taken, and nothing is said.
  WriteServerYaml(/*has_key_file=*/false);
  EXPECT_EQ(Run({PEGELD, "--data-dir", data_dir(), "--config", file("server.yaml")}), 1);
  EXPECT_NE(last_.find("pegel keygen FILE"), std::string::npos) << last_;
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
  {
    ServerProcess server(PEGELD, data_dir());
    EXPECT_EQ(Sql(server, absl::StrCat("CALL sys.set_cluster_configs("
                                       "'datalake.paimon.s3.secret-key', '",
                                       Plant(), "');")),
              1);
    EXPECT_NE(last_.find("NO_SECRET_KEY"), std::string::npos) << last_;
    End(server, SIGTERM);
  }
  ASSERT_EQ(Run({PEGEL, "keygen", file("pegel.key")}), 0) << last_;
  for (int round = 0; planted_.size() < wanted; ++round) {
    // Every other start with the file of before.
    if (round % 2 == 0) WriteServerYaml();
    ServerProcess server(PEGELD, data_dir(), {"--config", file("server.yaml")});
    ASSERT_NE(server.address(), "") << server.output();
    for (int i = 0; i < (IsFullVolume() ? 3 : 1) && planted_.size() < wanted; ++i) {
      PlantAccepted(server);
      PlantRefused(server);
    }
    for (const char* format : {"table", "json"}) {
      EXPECT_EQ(Run({PEGEL, "watch", "--from", "1", "--count", "6", "--format", format, "--server",
                     server.address()}),
                0)
          << last_;
      EXPECT_NE(last_.find("datalake.paimon.s3.secret-key"), std::string::npos) << last_;
    }
    EXPECT_EQ(Run({PEGEL, "config", "effective", "--server", server.address()}), 0);
    EXPECT_EQ(Run({PEGEL, "keygen", "--rotate", file("pegel.key")}), 0) << last_;
    EXPECT_EQ(Run({PEGEL, "secrets", "reseal", "--server", server.address()}), 0) << last_;
    EXPECT_EQ(Run({PEGEL, "snapshot", "--server", server.address()}), 0) << last_;
    End(server, round % 3 == 1 ? SIGTERM : SIGKILL);
  }
  EXPECT_EQ(Run({PEGEL_REPLAY, "verify", "--data-dir", data_dir()}), 0) << last_;
  EXPECT_EQ(Run({PEGEL_REPLAY, "dump", "--data-dir", data_dir()}), 0) << last_;
  EXPECT_EQ(Run({PEGEL_REPLAY, "dump", "--data-dir", data_dir(), "--format", "json"}), 0) << last_;
  EXPECT_NE(last_.find("security.sasl.plain.credentials"), std::string::npos)
      << "the calls are in the log";
  EXPECT_EQ(Run({PEGEL, "backup", "create", "--data-dir", data_dir(), "--to", file("backup")}), 0)
      << last_;
  EXPECT_EQ(Run({PEGEL, "backup", "restore", file("backup"), "--to", file("restored")}), 0)
      << last_;
  EXPECT_TRUE(std::filesystem::exists(data_dir() + "/snapshots"))
      << "there is a snapshot to search";
  for (const char* directory : {"data", "backup", "restored"}) {
    evidence_.AddFilesBelow(file(directory));
  }
  int occurrences = 0;
  for (const std::string& secret : planted_) occurrences += evidence_.Occurrences(secret);
  EXPECT_EQ(occurrences, 0) << evidence_.shown;
  EXPECT_GE(planted_.size(), wanted);
  std::cout << "secrets: planted=" << planted_.size() << " occurrences=" << occurrences
            << " files=" << evidence_.files() << " bytes=" << evidence_.bytes() << "\n";
}

TEST_F(Secrets, AStartWithAnUnchangedFileWritesNothingAlsoAfterARotation) {
  ASSERT_EQ(Run({PEGEL, "keygen", file("pegel.key")}), 0);
  WriteServerYaml();
  auto records = [&] {
    Run({PEGEL_REPLAY, "verify", "--data-dir", data_dir(), "--format", "json"});
    return last_.substr(last_.find("\"records\""), 13);
  };
  for (int i = 0; i < 2; ++i) {
    ServerProcess server(PEGELD, data_dir(), {"--config", file("server.yaml")});
    ASSERT_NE(server.address(), "") << server.output();
    End(server, SIGTERM);
    EXPECT_EQ(records(), "\"records\":1,\"") << "start " << i;
    ASSERT_EQ(Run({PEGEL, "keygen", "--rotate", file("pegel.key")}), 0);
  }
}

TEST_F(Secrets, AfterAResealTheOldKeysAreNotNeeded) {
  ASSERT_EQ(Run({PEGEL, "keygen", file("pegel.key")}), 0);
  std::filesystem::copy(file("pegel.key"), file("old.key"));
  WriteServerYaml();
  {
    ServerProcess server(PEGELD, data_dir(), {"--config", file("server.yaml")});
    PlantAccepted(server);
    ASSERT_EQ(Run({PEGEL, "keygen", "--rotate", file("pegel.key")}), 0);
    ASSERT_EQ(Run({PEGEL, "secrets", "reseal", "--server", server.address()}), 0) << last_;
    End(server, SIGTERM);
  }
  std::ifstream both(file("pegel.key"));
  std::string comment, newest;
  std::getline(both, comment), std::getline(both, newest);
  std::ofstream(file("pegel.key")) << newest << "\n";
  ServerProcess server(PEGELD, data_dir(), {"--config", file("server.yaml")});
  EXPECT_EQ(Run({PEGEL, "secrets", "reseal", "--server", server.address()}), 0) << last_;
  // And with the old one alone, the new seals stay closed: refused by key and key id.
  std::filesystem::copy(file("old.key"), file("pegel.key"),
                        std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(Run({PEGEL, "secrets", "reseal", "--server", server.address()}), 1);
  EXPECT_NE(last_.find("which the key file does not hold"), std::string::npos) << last_;
}

TEST_F(Secrets, AServerThatHoldsKeysLeavesNoCoreDump) {
  ASSERT_EQ(Run({PEGEL, "keygen", file("pegel.key")}), 0);
  ServerProcess server(PEGELD, data_dir(), {"--key-file", file("pegel.key")});
  std::ifstream stream(absl::StrCat("/proc/", server.pid(), "/limits"));
  std::string line, core;
  while (std::getline(stream, line)) {
    if (line.find("Max core file size") == 0) core = line;
  }
  std::istringstream words(core.substr(18));
  std::string soft, hard;
  words >> soft >> hard;
  EXPECT_EQ(soft + " " + hard, "0 0") << core;
}

TEST_F(Secrets, AKeyFileThatOthersCanReadStopsTheStart) {
  ASSERT_EQ(Run({PEGEL, "keygen", file("pegel.key")}), 0);
  std::filesystem::permissions(file("pegel.key"), std::filesystem::perms(0640));
  EXPECT_EQ(Run({PEGELD, "--data-dir", data_dir(), "--key-file", file("pegel.key")}), 1);
  EXPECT_NE(last_.find("has mode 0640, expected 0600"), std::string::npos) << last_;
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

// The proof that the search finds: a value under a key that is not named like a secret.
TEST_F(Secrets, WhatIsNoSecretIsFound) {
  const std::string canary = Plant();
  ServerProcess server(PEGELD, data_dir());
  EXPECT_EQ(Sql(server, absl::StrCat("CALL sys.set_cluster_configs('datalake.paimon.colour', '",
                                     canary, "');")),
            0)
      << last_;
  EXPECT_GT(evidence_.Occurrences(canary), 0) << "in the reply";
  evidence_ = {};
  End(server, SIGTERM);
  EXPECT_EQ(Run({PEGEL_REPLAY, "dump", "--data-dir", data_dir()}), 0);
  EXPECT_GT(evidence_.Occurrences(canary), 0) << "in the dump";
  evidence_ = {};
  evidence_.AddFilesBelow(data_dir());
  EXPECT_GT(evidence_.Occurrences(canary), 0) << "in the data directory";
}

TEST(Search, FindsHexAndBase64AtAnyAlignment) {
  const std::string secret = "Pwabcdefghijklmnop";
  for (const std::string& text :
       {secret, absl::BytesToHexString(secret), absl::Base64Escape(secret),
        absl::Base64Escape("x" + secret + "y"), absl::Base64Escape("xy" + secret + "z")}) {
    Evidence evidence;
    evidence.Add("before " + text + " behind");
    EXPECT_GT(evidence.Occurrences(secret), 0) << text;
  }
}

}  // namespace
}  // namespace pegel::testing

#include "tests/system/include_rule.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace pegel::testing {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool IsSource(const fs::path& path) {
  return path.extension() == ".h" || path.extension() == ".cc" || path.extension() == ".cpp";
}

TEST(IncludeRule, HoldsInTheWholeTree) {
  const fs::path root = PEGEL_SOURCE_DIR;
  size_t files = 0;
  for (const char* folder :
       {"core", "procedures", "log", "snapshot", "replay", "net", "tools", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!IsSource(entry.path())) continue;
      ++files;
      std::string path = fs::relative(entry.path(), root).string();
      for (const std::string& problem : CheckIncludes(path, ReadFile(entry.path()))) {
        ADD_FAILURE() << problem;
      }
    }
  }
  EXPECT_GT(files, 50u) << "the sources were not found under " << root;
  std::cout << "include rule: files=" << files << "\n";
}

struct Broken {
  const char* path;
  const char* line;
};

TEST(IncludeRule, FailsWhenItIsBroken) {
  for (const Broken& broken : std::vector<Broken>{
           {"core/fold.cc", "#include \"log/log.h\""},
           {"core/fold.cc", "#include <chrono>"},
           {"core/fold.cc", "#include <unordered_map>"},
           {"core/fold.cc", "#include \"absl/time/clock.h\""},
           {"core/fold.cc", "#include \"absl/container/flat_hash_map.h\""},
           {"core/fold.cc", "#include <sys/time.h>"},
           {"core/fold.cc", "  #  include <rocksdb/db.h>"},
           {"log/log.h", "#include \"procedures/rows.h\""},
           {"log/anchor.cc", "#include <boost/asio.hpp>"},
           {"net/client.h", "#include \"replay/recover.h\""},
           {"net/client.cc", "#include \"log/log.h\""},
           {"net/client.cc", "#include <rocksdb/db.h>"},
           {"procedures/rows.cc", "#include \"net/client.h\""},
           {"procedures/rows.cc", "#include <capnp/message.h>"},
           {"replay/recover.cc", "#include \"net/client.h\""},
           {"replay/recover.cc", "#include <rocksdb/db.h>"},
           {"tools/pegeld.cc", "#include <kj/async.h>"},
           {"tools/pegeld.cc", "#include \"tests/support/acl.h\""},
           {"core/fold.cc", "#include <yaml-cpp/yaml.h>"},
           {"net/client.cc", "#include <yaml-cpp/yaml.h>"},
       }) {
    EXPECT_EQ(CheckIncludes(broken.path, broken.line).size(), 1u)
        << broken.path << " with " << broken.line;
  }
}

TEST(IncludeRule, LeavesWhatIsAllowedAlone) {
  EXPECT_TRUE(CheckIncludes("core/fold.cc",
                            "#include <map>\n#include \"absl/strings/str_cat.h\"\n"
                            "#include \"core/world.h\"\n// #include is a word")
                  .empty());
  EXPECT_TRUE(
      CheckIncludes("net/client.cc", "#include <capnp/rpc.h>\n#include <boost/asio.hpp>").empty());
}

}  // namespace
}  // namespace pegel::testing

#include "tests/system/include_rule.h"

#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace pegel::testing {
namespace {

// Our folders that a folder's files may include besides their own.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"core", {}},
    {"procedures", {"core"}},
    {"log", {"core"}},
    {"snapshot", {"core"}},
    {"replay", {"core", "log", "snapshot"}},
    {"net", {"core", "procedures"}},
    {"tools", {"core", "procedures", "log", "snapshot", "replay", "net"}},
    {"tests", {"core", "procedures", "log", "snapshot", "replay", "net", "tools"}},
};

// Libraries that only some folders may touch. Longest prefix first.
struct Fence {
  const char* prefix;
  std::set<std::string> folders;
};
const std::vector<Fence> kFences = {
    {"rocksdb/", {"log"}},    {"capnp/rpc", {"net"}},
    {"capnp/ez-rpc", {}},     {"capnp/", {"log", "snapshot", "net"}},
    {"kj/async", {"net"}},    {"kj/", {"log", "snapshot", "net"}},
    {"boost/", {"net"}},      {"openssl/", {"core", "tools"}},
    {"spdlog/", {"tools"}},   {"CLI/", {"tools"}},
    {"nlohmann/", {"tools"}}, {"readline/", {"tools"}},
    {"yaml-cpp/", {"tools"}},
};

// What the core may not see of the standard library: clocks, randomness, threads, files, hash
// order, floats.
const std::set<std::string> kNotInCore = {
    "chrono",  "random",        "thread",        "mutex",    "shared_mutex",       "atomic",
    "future",  "semaphore",     "fstream",       "iostream", "filesystem",         "ctime",
    "time.h",  "unordered_map", "unordered_set", "cmath",    "condition_variable", "math.h",
    "stdio.h", "fcntl.h",       "unistd.h",      "pthread.h"};

std::string FolderOf(const std::string& path) { return path.substr(0, path.find('/')); }

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

// Empty, or why `folder` may not include the library header `header`.
std::string CheckLibrary(const std::string& folder, const std::string& header) {
  if (folder == "core" && kNotInCore.count(header) > 0) {
    return "the core is pure and may not use <" + header + ">";
  }
  if (folder == "core" && (header.find('/') != std::string::npos && !StartsWith(header, "absl/") &&
                           header != "openssl/sha.h")) {
    return "core may include only Abseil and the standard library (and openssl/sha.h to hash)";
  }
  if (folder == "core" &&
      (StartsWith(header, "absl/time") || StartsWith(header, "absl/random") ||
       StartsWith(header, "absl/synchronization") || StartsWith(header, "absl/hash") ||
       StartsWith(header, "absl/container/flat_hash") ||
       StartsWith(header, "absl/container/node_hash"))) {
    return "the core is pure and may not use <" + header + ">";
  }
  for (const Fence& fence : kFences) {
    if (!StartsWith(header, fence.prefix)) continue;
    if (folder == "tests" || fence.folders.count(folder) > 0) return "";
    return std::string("only other folders may include ") + fence.prefix + "…";
  }
  return "";
}

// Empty, or why `path` may not include `header`.
std::string CheckInclude(const std::string& path, const std::string& header) {
  std::string folder = FolderOf(path), target = FolderOf(header);
  if (kMayInclude.count(target) == 0 || header.find('/') == std::string::npos) {
    return CheckLibrary(folder, header);
  }
  if (target == folder || kMayInclude.at(folder).count(target) > 0) return "";
  return folder + " may not include " + target;
}

}  // namespace

std::vector<std::string> CheckIncludes(const std::string& path, const std::string& text) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::vector<std::string> problems;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (!std::regex_search(line, match, kInclude)) continue;
    std::string why = CheckInclude(path, match[1]);
    if (!why.empty()) {
      problems.push_back(path + ":" + std::to_string(number) + ": " + why + ": " + line);
    }
  }
  return problems;
}

}  // namespace pegel::testing

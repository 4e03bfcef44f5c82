#include "core/config/remote_dirs.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/check.h"
#include "core/config/grammar.h"

namespace pegel::config {
namespace {

constexpr absl::string_view kDirs = "remote.data.dirs";

// The listed directories.
std::vector<std::string> Listed(const Draft& draft) {
  absl::StatusOr<std::vector<std::string>> dirs = ParseList(draft.Text(kDirs).value_or(""));
  PEGEL_CHECK(dirs.ok(), kDirs, " was checked");
  return *std::move(dirs);
}

// Those that data is written to: the list, or remote.data.dir when it is empty.
std::vector<std::string> InUse(const Draft& draft) {
  std::vector<std::string> dirs = Listed(draft);
  std::optional<std::string> single = draft.Text("remote.data.dir");
  if (dirs.empty() && single.has_value()) dirs.push_back(*std::move(single));
  return dirs;
}

// A path, or a URI such as `s3://bucket/dir`.
bool IsPath(absl::string_view text) {
  bool has_control =
      std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); });
  size_t colon = text.find("://");
  if (text.empty() || has_control || colon == 0) return false;
  absl::string_view scheme = text.substr(0, colon == text.npos ? 0 : colon);
  return std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
  });
}

}  // namespace

Problem CheckRemoteDirsKept(const Draft& before, const Draft& after) {
  std::vector<std::string> was = InUse(before), is = InUse(after);
  for (size_t i = 0; i < is.size(); ++i) {
    if (!IsPath(is[i])) {
      return ConfigProblem(absl::StrCat("Invalid remote path for ", kDirs, " at index ", i, "."));
    }
  }
  const std::set<std::string> kept(is.begin(), is.end());
  bool is_kept = std::all_of(was.begin(), was.end(),
                             [&](const std::string& dir) { return kept.contains(dir); });
  if (is_kept) return std::nullopt;
  return ConfigProblem(absl::StrCat(
      "New ", kDirs, ": [", Shown(absl::StrJoin(is, ", ")),
      "] must contain all existing remote data directories: [", Shown(absl::StrJoin(was, ", ")),
      "]. If you want the Fluss cluster to stop transferring data to a certain path, keep it in "
      "remote.data.dirs and set its weight to 0 in remote.data.dirs.weights."));
}

Problem CheckRemoteDirWeights(const Draft&, const Draft& after) {
  std::vector<std::string> dirs = Listed(after);
  std::string strategy = after.Text("remote.data.dirs.strategy").value_or("");
  if (dirs.empty() || !absl::EqualsIgnoreCase(strategy, "WEIGHTED_ROUND_ROBIN")) {
    return std::nullopt;
  }
  absl::StatusOr<std::vector<int32_t>> weights =
      ParseIntList(after.Text("remote.data.dirs.weights").value_or(""));
  PEGEL_CHECK(weights.ok(), "remote.data.dirs.weights was checked");
  if (weights->size() != dirs.size()) {
    return ConfigProblem(absl::StrCat("The size of 'remote.data.dirs' (", dirs.size(),
                                      ") must match the size of 'remote.data.dirs.weights' (",
                                      weights->size(),
                                      ") when using WEIGHTED_ROUND_ROBIN strategy."));
  }
  int64_t sum = 0;
  for (size_t i = 0; i < weights->size(); ++i) {
    sum += (*weights)[i];
    if ((*weights)[i] >= 0) continue;
    return ConfigProblem(
        absl::StrCat("All weights in 'remote.data.dirs.weights' must be no less than 0, but found ",
                     (*weights)[i], " at index ", i, "."));
  }
  if (sum > 0) return std::nullopt;
  return ConfigProblem(
      "The sum of all weights in 'remote.data.dirs.weights' must be greater than 0, but the "
      "current sum is 0.");
}

}  // namespace pegel::config

// What tests of a real pegeld with a fleet share: waiting for a line, asking by the command line,
// and the state as an auditor folds it from the log.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "replay/recover.h"
#include "tests/system/process.h"

namespace pegel::testing {

// A tablet server that is silent for longer is dead.
inline const std::vector<std::string> kShortLease = {"--lease", "1500 ms"};

// Waits until the fleet has printed a line that begins so; what follows on it.
inline std::string WaitForLine(ChildProcess& fleet, const std::string& begin,
                               std::chrono::seconds patience = std::chrono::seconds(60)) {
  for (int i = 0; i < patience / std::chrono::milliseconds(10); ++i) {
    for (absl::string_view line : absl::StrSplit(fleet.out(), '\n')) {
      bool is_whole = line.data() + line.size() < fleet.out().data() + fleet.out().size();
      if (is_whole && absl::ConsumePrefix(&line, begin)) return std::string(line);
    }
    if (!fleet.ReadFor(10)) break;
  }
  ADD_FAILURE() << "no line '" << begin << "' in: " << fleet.out();
  return "";
}

inline std::set<int> ParseIds(const std::string& text) {
  std::set<int> ids;
  for (absl::string_view piece : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    int id = -1;
    EXPECT_TRUE(absl::SimpleAtoi(piece, &id)) << text;
    ids.insert(id);
  }
  return ids;
}

inline Finished Pegel(const std::string& address, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), PEGEL);
  arguments.insert(arguments.end(), {"--server", address});
  return RunProgram(arguments);
}

// Rows of a listing, by column.
inline std::vector<std::map<std::string, std::string>> Rows(const std::string& address,
                                                            std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  Finished listed = Pegel(address, arguments);
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  std::vector<std::map<std::string, std::string>> rows;
  nlohmann::json json = nlohmann::json::parse(listed.out, nullptr, false);
  if (json.is_discarded() || !json.contains("rows")) return rows;
  for (const nlohmann::json& row : json["rows"]) {
    auto& fields = rows.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) {
      fields[json["columns"][i]] = row[i].is_null() ? "" : row[i].get<std::string>();
    }
  }
  return rows;
}

// The state as an auditor folds it from the log, while the server runs.
inline cluster::ClusterState StateOf(const std::string& data_dir) {
  absl::StatusOr<replay::Folded> folded =
      replay::Audit({.data_dir = data_dir}, [](const auto&...) {});
  EXPECT_TRUE(folded.ok()) << folded.status();
  return folded.ok() ? std::move(folded->world.cluster) : cluster::ClusterState{};
}

template <typename Visit>
void ForEachBucket(const cluster::ClusterState& state, Visit visit) {
  for (const auto& [id, table] : state.tables) {
    for (const auto& [partition, of_it] : table.partitions) {
      for (size_t i = 0; i < of_it.buckets.size(); ++i) {
        visit(cluster::BucketKey{id, partition, static_cast<int32_t>(i)}, of_it.buckets[i]);
      }
    }
  }
}

}  // namespace pegel::testing

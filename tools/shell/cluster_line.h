// The command line of `pegel cluster …`: tablet servers, tables and their buckets.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/shell/command_line.h"
#include "tools/shell/common_flags.h"

namespace pegel::tools {

class ClusterLine {
 public:
  // Adds `cluster` and all below it. Must outlive the parsing.
  void AddTo(CLI::App& app);

  // None: another command was parsed.
  std::optional<PegelRequest> Request() const;

 private:
  void AddServers(CLI::App* cluster);
  void AddUnregister(CLI::App* cluster);
  void AddCreateTable(CLI::App* cluster);
  void AddDropTable(CLI::App* cluster);
  void AddPartitions(CLI::App* cluster);
  void AddTables(CLI::App* cluster);
  void AddBuckets(CLI::App* cluster);
  void AddTableName(CLI::App* command);
  void AddCommon(CLI::App* command, bool is_change);
  PegelRequest TableChange(net::TableChange change) const;
  PegelRequest ListServersRequest() const;
  PegelRequest ListBucketsRequest() const;

  CommonFlags flags_;
  cluster::TablePath path_;
  std::string partition_;
  int32_t tablet_server_ = -1;
  int32_t buckets_ = 1;
  int32_t replication_ = 3;
  bool is_partitioned_ = false;
  bool only_leaderless_ = false;
  uint64_t limit_ = 1000;

  CLI::App* servers_ = nullptr;
  CLI::App* unregister_ = nullptr;
  CLI::App* create_table_ = nullptr;
  CLI::App* drop_table_ = nullptr;
  CLI::App* add_partition_ = nullptr;
  CLI::App* drop_partition_ = nullptr;
  CLI::App* tables_ = nullptr;
  CLI::App* list_buckets_ = nullptr;
};

}  // namespace pegel::tools

// One fact as a sentence: `allowed User:Bob to WRITE on cluster.my_db.my_table from 10.0.0.1`.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/event.h"
#include "core/world.h"

namespace pegel::tools {

// What `history` can be asked about.
inline constexpr absl::string_view kAclTopic = "acl";
inline constexpr absl::string_view kConfigTopic = "config";
inline constexpr absl::string_view kServerTopic = "server";
inline constexpr absl::string_view kTagTopic = "tag";
inline constexpr absl::string_view kTableTopic = "table";
inline constexpr absl::string_view kBucketTopic = "bucket";
inline constexpr absl::string_view kRebalanceTopic = "rebalance";

struct Sentence {
  absl::string_view topic;
  std::vector<std::string> names;       // What it is about, as its topic names things.
  std::vector<std::string> principals;  // Of access rules: whom they speak of.
  std::string text;                     // Without its subject, the author.
  bool is_change = true;                // False: nothing became true by it.
};

// What was told so far, for `was 'x'` and for the names of tables.
class Memory {
 public:
  Memory() = default;
  // As if everything in it had been told.
  explicit Memory(const World& world);

  // Remembers the fact, and says it.
  std::vector<Sentence> Tell(const Event& event);

 private:
  struct TellEvent;
  void TellBoot(const Boot& boot, std::vector<Sentence>* sentences);
  std::string BucketText(const cluster::BucketKey& key) const;
  Sentence AboutBucket(absl::string_view topic, const cluster::BucketKey& key,
                       std::string text) const;

  std::map<std::string, std::string> statics_;  // As printed.
  std::map<std::string, std::string> dynamics_;
  std::map<cluster::TableId, std::string> tables_;
  std::map<std::pair<cluster::TableId, cluster::PartitionId>, std::string> partitions_;
};

// `ALLOW User:Bob to WRITE on cluster.my_db from 10.0.0.1`, for a rule that is not told as history.
std::string RuleText(const acl::Entry& entry);

}  // namespace pegel::tools

#include "core/cluster/report_reducer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/cluster/election.h"
#include "core/cluster/refuse.h"
#include "core/cluster/text.h"
#include "core/limits.h"
#include "core/moves/steps.h"

namespace pegel::cluster {
namespace {

using Problem = std::optional<Error>;

bool Contains(const std::vector<ServerId>& servers, ServerId server) {
  return std::find(servers.begin(), servers.end(), server) != servers.end();
}

bool HasReplicaOn(const Bucket& bucket, ServerId server) {
  return std::any_of(bucket.replicas.begin(), bucket.replicas.end(),
                     [&](const Replica& replica) { return replica.server == server; });
}

// Judges the items of one report. Buckets that it changed are read back as they will be.
class Judge {
 public:
  Judge(const World& world, ServerId reporter)
      : cluster_(world.cluster), moves_(world.moves), reporter_(reporter) {}

  template <typename Item>
  void JudgeAll(ReportPart part, const std::vector<Item>& items) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (Problem problem = JudgeOne(items[i])) {
        refused_.push_back({part, static_cast<uint32_t>(i), *std::move(problem)});
      }
    }
  }

  Decision Take() {
    return Decision{Result{ReportJudged{std::move(refused_)}}, std::move(events_)};
  }

 private:
  Problem JudgeOne(const InSyncReport& item);
  Problem JudgeOne(const SizeReport& item);
  Problem JudgeOne(const DoneReport& item);
  Problem JudgeOne(const FailedReport& item);
  Problem JudgeLeading(const DoneReport& item);
  Problem JudgeStopped(const DoneReport& item);

  const Bucket* Find(const BucketKey& key) const {
    auto it = changed_.find(key);
    return it == changed_.end() ? cluster_.Find(key) : &it->second;
  }
  void Change(const BucketKey& key, const Bucket& after);
  void Confirm(const BucketKey& key, const Bucket& bucket);

  Problem Unknown(const BucketKey& key) const;
  Problem WrongBucketEpoch(const BucketKey& key, int32_t expected, int32_t found) const;
  Problem NotLeader(const BucketKey& key, const Bucket& bucket) const;
  Problem Ineligible(const InSyncReport& item, const Bucket& bucket) const;

  const ClusterState& cluster_;
  const moves::MovesState& moves_;
  ServerId reporter_;
  absl::btree_map<BucketKey, Bucket> changed_;
  absl::btree_set<BucketKey> stopped_, confirmed_;
  std::vector<Event> events_;
  std::vector<ReportRefusal> refused_;
};

void Judge::Change(const BucketKey& key, const Bucket& after) {
  events_.push_back(
      BucketChanged{key, after.leader, after.leader_epoch, after.bucket_epoch, after.replicas});
  changed_.insert_or_assign(key, after);
}

// The reporter leads, by its own word: a move may wait to hear it.
void Judge::Confirm(const BucketKey& key, const Bucket& bucket) {
  auto change = moves::LeaderConfirmed(moves_, key, bucket.leader_epoch);
  if (change.has_value() && confirmed_.insert(key).second) events_.push_back(*change);
}

Problem Judge::Unknown(const BucketKey& key) const {
  return Error{ErrorCode::kUnknownTableOrBucket,
               absl::StrCat("Bucket ", ToText(key), " does not exist.")};
}

Problem Judge::WrongBucketEpoch(const BucketKey& key, int32_t expected, int32_t found) const {
  if (expected == found) return std::nullopt;
  return Error{ErrorCode::kInvalidUpdateVersion,
               absl::StrCat("Bucket ", ToText(key), ": expected bucket epoch ", expected,
                            ", found ", found, ".")};
}

Problem Judge::NotLeader(const BucketKey& key, const Bucket& bucket) const {
  if (bucket.leader == reporter_) return std::nullopt;
  std::string leader = bucket.leader == kNoServer
                           ? "it has no leader"
                           : absl::StrCat("server ", bucket.leader.value, " leads it");
  return Error{ErrorCode::kNotLeaderOrFollower,
               absl::StrCat("Bucket ", ToText(key), ": server ", reporter_.value,
                            " is not its leader; ", leader, ".")};
}

Problem Judge::Ineligible(const InSyncReport& item, const Bucket& bucket) const {
  auto problem = [&](absl::string_view what) {
    return Error{ErrorCode::kIneligibleReplica,
                 absl::StrCat("Bucket ", ToText(item.key), ": ", what)};
  };
  for (size_t i = 0; i < item.in_sync.size(); ++i) {
    ServerId server = item.in_sync[i];
    if (!HasReplicaOn(bucket, server)) {
      return problem(absl::StrCat("server ", server.value, " has no replica of it."));
    }
    if (!cluster_.IsLive(server)) {
      return problem(absl::StrCat("server ", server.value, " is not live."));
    }
    if (std::find(item.in_sync.begin(), item.in_sync.begin() + i, server) !=
        item.in_sync.begin() + i) {
      return problem(absl::StrCat("server ", server.value, " is named twice."));
    }
  }
  if (Contains(item.in_sync, reporter_)) return std::nullopt;
  return problem(
      absl::StrCat("its leader, server ", reporter_.value, ", is not among those in sync."));
}

Problem Judge::JudgeOne(const InSyncReport& item) {
  const Bucket* bucket = Find(item.key);
  if (bucket == nullptr) return Unknown(item.key);
  if (item.leader_epoch != bucket->leader_epoch) {
    return Error{ErrorCode::kFencedLeaderEpoch,
                 absl::StrCat("Bucket ", ToText(item.key), ": expected leader epoch ",
                              bucket->leader_epoch, ", found ", item.leader_epoch, ".")};
  }
  if (Problem problem = WrongBucketEpoch(item.key, bucket->bucket_epoch, item.bucket_epoch)) {
    return problem;
  }
  if (Problem problem = NotLeader(item.key, *bucket)) return problem;
  if (Problem problem = Ineligible(item, *bucket)) return problem;
  Confirm(item.key, *bucket);
  Bucket after = *bucket;
  for (Replica& replica : after.replicas) {
    replica.is_in_sync = Contains(item.in_sync, replica.server);
  }
  if (after == *bucket) return std::nullopt;
  ++after.bucket_epoch;
  Change(item.key, after);
  return std::nullopt;
}

Problem Judge::JudgeOne(const SizeReport& item) {
  const Bucket* bucket = Find(item.key);
  if (bucket == nullptr) return Unknown(item.key);
  if (Problem problem = NotLeader(item.key, *bucket)) return problem;
  if (item.bytes < 0) {
    return Error{ErrorCode::kInvalidArgument,
                 absl::StrCat("Bucket ", ToText(item.key), ": expected at least 0 bytes, found ",
                              item.bytes, ".")};
  }
  if (item.bytes == bucket->bytes) return std::nullopt;
  Bucket after = *bucket;
  after.bytes = item.bytes;
  events_.push_back(BucketSized{item.key, item.bytes});
  changed_.insert_or_assign(item.key, std::move(after));
  return std::nullopt;
}

Problem Judge::JudgeOne(const DoneReport& item) {
  return item.kind == DoneKind::kLeading ? JudgeLeading(item) : JudgeStopped(item);
}

Problem Judge::JudgeLeading(const DoneReport& item) {
  const Bucket* bucket = Find(item.key);
  if (bucket == nullptr) return Unknown(item.key);
  if (Problem problem = WrongBucketEpoch(item.key, bucket->bucket_epoch, item.bucket_epoch)) {
    return problem;
  }
  if (Problem problem = NotLeader(item.key, *bucket)) return problem;
  Confirm(item.key, *bucket);
  return std::nullopt;
}

Problem Judge::JudgeStopped(const DoneReport& item) {
  const Bucket* bucket = Find(item.key);
  if (bucket != nullptr && HasReplicaOn(*bucket, reporter_)) {
    return Error{
        ErrorCode::kInvalidUpdateVersion,
        absl::StrCat("Bucket ", ToText(item.key), ": server ", reporter_.value,
                     " is to hold a replica of it, as of bucket epoch ", bucket->bucket_epoch,
                     "; found one stopped as of ", item.bucket_epoch, ".")};
  }
  auto stops = cluster_.stops.find(reporter_);
  if (stops == cluster_.stops.end()) return std::nullopt;
  auto stop = stops->second.find(item.key);
  if (stop == stops->second.end()) return std::nullopt;
  if (Problem problem = WrongBucketEpoch(item.key, stop->second, item.bucket_epoch)) {
    return problem;
  }
  if (!stopped_.insert(item.key).second) return std::nullopt;
  events_.push_back(ReplicaStopped{item.key, reporter_});
  return std::nullopt;
}

Problem Judge::JudgeOne(const FailedReport& item) {
  const Bucket* bucket = Find(item.key);
  if (bucket == nullptr) return Unknown(item.key);
  if (Problem problem = WrongBucketEpoch(item.key, bucket->bucket_epoch, item.bucket_epoch)) {
    return problem;
  }
  if (!HasReplicaOn(*bucket, reporter_)) {
    return Error{ErrorCode::kNotLeaderOrFollower,
                 absl::StrCat("Bucket ", ToText(item.key), ": server ", reporter_.value,
                              " has no replica of it.")};
  }
  Bucket after = AfterFailure(cluster_, *bucket, reporter_);
  if (after != *bucket) Change(item.key, after);
  if (auto change = moves::TargetFailed(moves_, item.key, reporter_)) events_.push_back(*change);
  return std::nullopt;
}

size_t ItemsOf(const ReplicaReport& command) {
  return command.in_sync.size() + command.sizes.size() + command.done.size() +
         command.failed.size();
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const ReplicaReport& command) {
  const ClusterState& cluster = world.cluster;
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kClusterAction)) return *refusal;
  if (auto refusal =
          RefuseRegistration(cluster, command.id, command.epoch, "report its replicas.")) {
    return *refusal;
  }
  if (!cluster.IsLive(command.id)) {
    return Reject(ErrorCode::kServerLost,
                  absl::StrCat("The registration of tablet server ", command.id.value,
                               " with epoch ", command.epoch.value,
                               " is dead: it left, or was silent for longer than its lease. "
                               "Register it again."));
  }
  if (size_t items = ItemsOf(command); items > kReportItemsMax) {
    return Reject(ErrorCode::kInvalidArgument,
                  absl::StrCat("report: expected at most ", kReportItemsMax, " items, found ",
                               items, ". Send the rest in another report."));
  }
  Judge judge(world, command.id);
  judge.JudgeAll(ReportPart::kInSync, command.in_sync);
  judge.JudgeAll(ReportPart::kSize, command.sizes);
  judge.JudgeAll(ReportPart::kDone, command.done);
  judge.JudgeAll(ReportPart::kFailed, command.failed);
  return judge.Take();
}

}  // namespace pegel::cluster

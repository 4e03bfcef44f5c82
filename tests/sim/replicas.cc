#include "tests/sim/replicas.h"

#include <algorithm>
#include <utility>

namespace pegel::sim {
namespace {

constexpr int64_t kIdleMs = 800, kCopyMsMax = 400;

}  // namespace

bool Replicas::Works() {
  const int64_t now = stage_.now_ms();
  if (now < mute_until_ms_ && !host_.is_calm) return false;
  if (!host_.is_calm && stage_.Happens(2)) {
    mute_until_ms_ = now + static_cast<int64_t>(stage_.Upto(3000));
    stage_.Count("mute");
    return false;
  }
  host_.worked_ms[id_] = now;
  return true;
}

Replicas::Words Replicas::Perform(uint64_t epoch, const std::vector<cluster::Task>& tasks) {
  Words words;
  words.report.id = {id_};
  words.report.epoch = Lsn{epoch};
  for (const cluster::Task& task : tasks) Do(task, &words);
  return words;
}

void Replicas::OnHeard(const Words& words) {
  for (const auto& [key, leader_epoch] : words.leads) confirmed_[key] = leader_epoch;
}

void Replicas::Do(const cluster::Task& task, Words* words) {
  ReplicaReport* report = &words->report;
  int32_t& seen = seen_[task.key];
  if (task.bucket_epoch < seen) return;
  seen = task.bucket_epoch;
  const std::pair<int, cluster::BucketKey> here(id_, task.key);
  if (std::holds_alternative<cluster::StopReplica>(task.what)) {
    host_.copies.erase(here);
    report->done.push_back({task.key, task.bucket_epoch, cluster::DoneKind::kStopped});
  } else if (const auto* lead = std::get_if<cluster::BecomeLeader>(&task.what)) {
    Lead(task, lead->replicas, words);
  } else if (const auto* fetch = std::get_if<cluster::FetchFrom>(&task.what)) {
    if (host_.copies.count(here) > 0) return;
    if (!host_.is_calm && stage_.Happens(3)) {
      stage_.Count("failed_replicas");
      report->failed.push_back({task.key, task.bucket_epoch, "a broken disk"});
      return;
    }
    bool is_whole = std::any_of(
        fetch->replicas.begin(), fetch->replicas.end(),
        [&](const cluster::Replica& one) { return one.server.value == id_ && one.is_in_sync; });
    host_.copies[here] =
        stage_.now_ms() + (is_whole ? 0 : static_cast<int64_t>(stage_.Upto(kCopyMsMax)));
  }
}

bool Replicas::KeepsUp(int server, const cluster::BucketKey& key) const {
  auto copy = host_.copies.find({server, key});
  auto worked = host_.worked_ms.find(server);
  return copy != host_.copies.end() && copy->second <= stage_.now_ms() &&
         worked != host_.worked_ms.end() && worked->second + kIdleMs >= stage_.now_ms();
}

// Says who is in sync when that changed, and that it leads until it was heard.
void Replicas::Lead(const cluster::Task& task, const cluster::Replicas& replicas, Words* words) {
  host_.copies[{id_, task.key}] = 0;
  cluster::InSyncReport in_sync{task.key, task.leader_epoch, task.bucket_epoch, {}};
  bool is_news = false;
  for (const cluster::Replica& replica : replicas) {
    const int server = replica.server.value;
    bool keeps_up = server == id_ || KeepsUp(server, task.key);
    if (keeps_up) in_sync.in_sync.push_back(replica.server);
    is_news = is_news || keeps_up != replica.is_in_sync;
  }
  if (is_news) words->report.in_sync.push_back(std::move(in_sync));
  auto confirmed = confirmed_.find(task.key);
  if (confirmed != confirmed_.end() && confirmed->second == task.leader_epoch) return;
  words->leads[task.key] = task.leader_epoch;
  words->report.sizes.push_back({task.key, static_cast<int64_t>(stage_.Upto(1 << 20))});
  words->report.done.push_back({task.key, task.bucket_epoch, cluster::DoneKind::kLeading});
}

}  // namespace pegel::sim

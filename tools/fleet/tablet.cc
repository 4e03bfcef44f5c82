#include "tools/fleet/tablet.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/algorithm/container.h"

namespace pegel::tools {
namespace {

using cluster::BucketKey;
using cluster::ServerId;

std::vector<ServerId> InSyncOf(const cluster::Replicas& replicas) {
  std::vector<ServerId> in_sync;
  for (const cluster::Replica& replica : replicas) {
    if (replica.is_in_sync) in_sync.push_back(replica.server);
  }
  return in_sync;
}

// Moves the first values of a map of reports, as many as there is room for.
template <typename Report>
void TakeSome(absl::btree_map<BucketKey, Report>* due, size_t room, std::vector<Report>* out) {
  auto end = due->begin();
  for (; end != due->end() && room > 0; ++end, --room) out->push_back(std::move(end->second));
  due->erase(due->begin(), end);
}

size_t Room(const ReplicaReport& report, size_t items_max) {
  return items_max - std::min(items_max, ItemsOf(report));
}

}  // namespace

size_t ItemsOf(const ReplicaReport& report) {
  return report.in_sync.size() + report.sizes.size() + report.done.size() + report.failed.size();
}

// ---- tasks ----

void Tablet::Perform(const cluster::Task& task, int64_t now_ms) {
  if (is_muted_) {
    put_off_.insert_or_assign(task.key, task);
  } else {
    Do(task, now_ms);
  }
}

void Tablet::Do(const cluster::Task& task, int64_t now_ms) {
  auto known = held_.find(task.key);
  if (known != held_.end() && task.bucket_epoch < known->second.bucket_epoch) return;  // Stale.
  ++tasks_done_;
  if (std::holds_alternative<cluster::StopReplica>(task.what)) {
    return Stop(task.key, task.bucket_epoch);
  }
  Held& held = held_[task.key];
  held.bucket_epoch = task.bucket_epoch;
  held.leader_epoch = task.leader_epoch;
  if (const auto* lead = std::get_if<cluster::BecomeLeader>(&task.what)) {
    held.replicas = lead->replicas;
    Lead(task.key, held, now_ms);
  } else if (const auto* fetch = std::get_if<cluster::FetchFrom>(&task.what)) {
    held.replicas = fetch->replicas;
    held.role = Role::kFollows;
    plane_.Follow(id_, task.key, task.leader_epoch);
  } else {
    held.replicas = std::get<cluster::AwaitLeader>(task.what).replicas;
    held.role = Role::kWaits;
    plane_.Rest(id_, task.key);
  }
}

void Tablet::Lead(const BucketKey& key, Held& held, int64_t now_ms) {
  held.role = Role::kLeads;
  plane_.Lead(id_, key, held.leader_epoch, InSyncOf(held.replicas));
  in_sync_due_.insert(key);
  if (held.led != held.leader_epoch) {
    held.led = held.leader_epoch;
    done_due_.insert_or_assign(
        key, cluster::DoneReport{key, held.bucket_epoch, cluster::DoneKind::kLeading});
    LookLater(key, held, now_ms);
  }
  if (plane_.IsSizeTold(key)) return;
  if (sizes_due_.empty()) sizes_since_ms_ = now_ms;
  sizes_due_.insert(key);
}

void Tablet::Stop(const BucketKey& key, int32_t bucket_epoch) {
  held_.erase(key);
  in_sync_due_.erase(key);
  sizes_due_.erase(key);
  failed_due_.erase(key);
  plane_.Delete(id_, key);
  done_due_.insert_or_assign(key,
                             cluster::DoneReport{key, bucket_epoch, cluster::DoneKind::kStopped});
}

// ---- life ----

void Tablet::SetMuted(bool is_muted, int64_t now_ms) {
  if (is_muted == is_muted_) return;
  is_muted_ = is_muted;
  plane_.SetAnswering(id_, !is_muted);
  if (is_muted) return;
  for (auto& [key, held] : held_) {
    if (held.role == Role::kFollows) plane_.Follow(id_, key, held.leader_epoch);
    if (held.role != Role::kLeads) continue;
    LookLater(key, held, now_ms);
    in_sync_due_.insert(key);
  }
  for (const auto& [key, task] : std::exchange(put_off_, {})) Do(task, now_ms);
}

void Tablet::Die() {
  plane_.SetAnswering(id_, false);
  is_muted_ = false;
  held_.clear();
  put_off_.clear();
  looks_.clear();
  retries_.clear();
  refetches_.clear();
  in_sync_due_.clear();
  sizes_due_.clear();
  done_due_.clear();
  failed_due_.clear();
  under_way_.reset();
}

size_t Tablet::leaders() const {
  return static_cast<size_t>(
      absl::c_count_if(held_, [](const auto& item) { return item.second.role == Role::kLeads; }));
}

bool Tablet::is_busy() const {
  return under_way_.has_value() || !in_sync_due_.empty() || !sizes_due_.empty() ||
         !done_due_.empty() || !failed_due_.empty() || !retries_.empty() || !refetches_.empty();
}

// ---- who is in sync ----

void Tablet::LookLater(const BucketKey& key, Held& held, int64_t now_ms) {
  held.patient_until_ms = now_ms + options_.lag_ms_max;
  looks_.push_back({held.patient_until_ms, key});
}

void Tablet::TakeDueLooks(int64_t now_ms) {
  for (std::deque<Look>* looks : {&looks_, &retries_}) {
    for (; !looks->empty() && looks->front().at_ms <= now_ms; looks->pop_front()) {
      in_sync_due_.insert(looks->front().key);
    }
  }
}

void Tablet::TakeNotice(int64_t now_ms) {
  for (Noticed& noticed : plane_.Take(id_)) {
    auto found = held_.find(noticed.key);
    if (found == held_.end() || found->second.leader_epoch != noticed.leader_epoch) continue;
    Held& held = found->second;
    if (!noticed.reason.empty()) {
      OnFailure(std::move(noticed), held, now_ms);
      continue;
    }
    if (held.role != Role::kLeads) continue;
    if (noticed.kind == Noticed::Kind::kFellBehind) LookLater(noticed.key, held, now_ms);
    in_sync_due_.insert(noticed.key);
  }
}

// A full disk is told once for each task, for it stays full; what broke may work the next time.
void Tablet::OnFailure(Noticed noticed, Held& held, int64_t now_ms) {
  refetches_.push_back({now_ms + options_.refetch_ms, noticed.key});
  bool is_told = noticed.kind == Noticed::Kind::kDiskFull && held.full == held.bucket_epoch;
  if (is_told) return;
  if (noticed.kind == Noticed::Kind::kDiskFull) held.full = held.bucket_epoch;
  failed_due_.insert_or_assign(noticed.key, cluster::FailedReport{noticed.key, held.bucket_epoch,
                                                                  std::move(noticed.reason)});
}

void Tablet::FetchAgain(int64_t now_ms) {
  for (; !refetches_.empty() && refetches_.front().at_ms <= now_ms; refetches_.pop_front()) {
    auto found = held_.find(refetches_.front().key);
    if (found == held_.end() || found->second.role != Role::kFollows) continue;
    plane_.Follow(id_, found->first, found->second.leader_epoch);
  }
}

std::vector<ServerId> Tablet::InSyncNow(const BucketKey& key, const Held& held,
                                        int64_t now_ms) const {
  std::vector<ServerId> in_sync;
  for (const cluster::Replica& replica : held.replicas) {
    bool is_given_time = replica.is_in_sync && now_ms < held.patient_until_ms;
    if (replica.server == id_ || is_given_time ||
        plane_.IsCaughtUp(key, replica.server, held.leader_epoch)) {
      in_sync.push_back(replica.server);
    }
  }
  return in_sync;
}

// None: nothing has changed, or what was told of it is not back as a task yet.
std::optional<cluster::InSyncReport> Tablet::InSyncNews(const BucketKey& key,
                                                        int64_t now_ms) const {
  auto found = held_.find(key);
  if (found == held_.end() || found->second.role != Role::kLeads) return std::nullopt;
  const Held& held = found->second;
  if (held.in_sync == held.bucket_epoch) return std::nullopt;
  std::vector<ServerId> now = InSyncNow(key, held, now_ms);
  if (now == InSyncOf(held.replicas)) return std::nullopt;
  return cluster::InSyncReport{key, held.leader_epoch, held.bucket_epoch, std::move(now)};
}

// ---- reports ----

std::optional<ReplicaReport> Tablet::TakeReport(int64_t now_ms, size_t items_max) {
  if (is_muted_) return std::nullopt;
  FetchAgain(now_ms);
  TakeNotice(now_ms);
  TakeDueLooks(now_ms);
  if (under_way_.has_value()) return std::nullopt;
  ReplicaReport report;
  report.id = id_;
  TakeSome(&done_due_, Room(report, items_max), &report.done);
  TakeSome(&failed_due_, Room(report, items_max), &report.failed);
  while (!in_sync_due_.empty() && Room(report, items_max) > 0) {
    auto news = InSyncNews(*in_sync_due_.begin(), now_ms);
    in_sync_due_.erase(in_sync_due_.begin());
    if (news) report.in_sync.push_back(*std::move(news));
  }
  TakeSizes(now_ms, items_max, &report);
  if (ItemsOf(report) == 0) return std::nullopt;
  under_way_ = report;
  return report;
}

void Tablet::TakeSizes(int64_t now_ms, size_t items_max, ReplicaReport* report) {
  bool is_time = ItemsOf(*report) > 0 || now_ms >= sizes_since_ms_ + options_.size_pause_ms;
  if (!is_time) return;
  while (!sizes_due_.empty() && Room(*report, items_max) > 0) {
    BucketKey key = *sizes_due_.begin();
    sizes_due_.erase(sizes_due_.begin());
    if (!plane_.IsSizeTold(key)) report->sizes.push_back({key, plane_.BytesOf(key)});
  }
}

void Tablet::OnAnswer(const std::vector<ReportRefusal>& refusals, int64_t now_ms) {
  if (!under_way_.has_value()) return;  // Of a life before.
  ReplicaReport report = *std::move(under_way_);
  under_way_.reset();
  for (const cluster::InSyncReport& item : report.in_sync) {
    auto held = held_.find(item.key);
    if (held != held_.end()) held->second.in_sync = item.bucket_epoch;
  }
  for (const cluster::SizeReport& item : report.sizes) plane_.SetSizeTold(item.key);
  for (const ReportRefusal& refusal : refusals) OnRefusal(refusal, report, now_ms);
}

// A stale item is said again of the task that made it stale, which is here or on its way. What is
// about who is in sync may also have been right a moment too early, so it is looked at once more.
void Tablet::OnRefusal(const ReportRefusal& refusal, const ReplicaReport& report, int64_t now_ms) {
  ++refused_;
  if (refusal.part == cluster::ReportPart::kInSync && refusal.index < report.in_sync.size()) {
    const BucketKey& key = report.in_sync[refusal.index].key;
    auto held = held_.find(key);
    if (held == held_.end()) return;
    held->second.in_sync = -1;
    retries_.push_back({now_ms + options_.retry_ms, key});
  } else if (refusal.part == cluster::ReportPart::kDone && refusal.index < report.done.size()) {
    const cluster::DoneReport& item = report.done[refusal.index];
    auto held = held_.find(item.key);
    if (item.kind != cluster::DoneKind::kLeading || held == held_.end()) return;
    held->second.led = -1;
    bool is_newer = held->second.bucket_epoch > item.bucket_epoch;
    if (is_newer && held->second.role == Role::kLeads) Lead(item.key, held->second, now_ms);
  }
}

void Tablet::OnNoAnswer() {
  if (!under_way_.has_value()) return;
  ReplicaReport report = *std::move(under_way_);
  under_way_.reset();
  for (cluster::DoneReport& item : report.done) done_due_.try_emplace(item.key, item);
  for (cluster::FailedReport& item : report.failed) {
    failed_due_.try_emplace(item.key, std::move(item));
  }
  for (const cluster::InSyncReport& item : report.in_sync) in_sync_due_.insert(item.key);
  for (const cluster::SizeReport& item : report.sizes) sizes_due_.insert(item.key);
}

}  // namespace pegel::tools

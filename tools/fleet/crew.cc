#include "tools/fleet/crew.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"

namespace pegel::tools {
namespace {

// A fraction of what a report may have: no call of one server then holds up the others for long.
constexpr size_t kItemsMax = 1'000;

}  // namespace

void Crew::Add(int32_t id) {
  std::lock_guard lock(mutex_);
  members_.try_emplace(id, Tablet(cluster::ServerId{id}, plane_, tablet_options_));
}

void Crew::SetLife(int32_t id, Life life) {
  std::lock_guard lock(mutex_);
  auto found = members_.find(id);
  if (found == members_.end() || found->second.now.life == life) return;
  Life before = std::exchange(found->second.now.life, life);
  if (life == Life::kUp) {
    ++found->second.now.starts;
    found->second.tablet.Start();
  } else if (before == Life::kUp) {
    found->second.tablet.Die();
  }
}

void Crew::SetMuted(int32_t id, bool is_muted, int64_t now_ms) {
  std::lock_guard lock(mutex_);
  auto found = members_.find(id);
  if (found == members_.end() || found->second.now.life != Life::kUp) return;
  found->second.tablet.SetMuted(is_muted, now_ms);
}

Crew::LifeNow Crew::LifeOf(int32_t id) const {
  std::lock_guard lock(mutex_);
  auto found = members_.find(id);
  return found == members_.end() ? LifeNow{Life::kStopped, 0} : found->second.now;
}

// Tasks may still come for who has died: Pegel does not know it yet.
void Crew::Perform(const std::vector<cluster::Task>& tasks, int64_t now_ms) {
  std::lock_guard lock(mutex_);
  plane_.Advance(now_ms);
  if (!tasks.empty()) busy_at_ms_ = now_ms;
  for (const cluster::Task& task : tasks) {
    auto found = members_.find(task.to.value);
    if (found == members_.end() || found->second.now.life != Life::kUp) continue;
    found->second.tablet.Perform(task, now_ms);
  }
}

std::vector<ReplicaReport> Crew::TakeReports(const std::vector<int32_t>& ids, int64_t now_ms) {
  std::lock_guard lock(mutex_);
  plane_.Advance(now_ms);
  std::vector<ReplicaReport> reports;
  for (int32_t id : ids) {
    auto found = members_.find(id);
    if (found == members_.end() || found->second.now.life != Life::kUp) continue;
    auto report = found->second.tablet.TakeReport(now_ms, kItemsMax);
    if (report) reports.push_back(*std::move(report));
  }
  if (!reports.empty()) busy_at_ms_ = now_ms;
  return reports;
}

void Crew::SetCopyLimit(int32_t id, int64_t bytes_per_sec) {
  std::lock_guard lock(mutex_);
  plane_.SetCopyLimit(cluster::ServerId{id}, bytes_per_sec);
}

// A report that was refused as a whole is that of a registration which is over.
void Crew::OnAnswers(const std::vector<ReplicaReport>& reports,
                     const std::vector<net::Reported>& answers, int64_t now_ms) {
  std::lock_guard lock(mutex_);
  for (size_t i = 0; i < reports.size(); ++i) {
    Tablet& tablet = members_.at(reports[i].id.value).tablet;
    if (answers[i].error) {
      tablet.OnNoAnswer();
    } else {
      tablet.OnAnswer(answers[i].refused, now_ms);
    }
  }
}

void Crew::OnNoAnswer(const std::vector<ReplicaReport>& reports) {
  std::lock_guard lock(mutex_);
  for (const ReplicaReport& report : reports) members_.at(report.id.value).tablet.OnNoAnswer();
}

CrewCounts Crew::Counts() const {
  std::lock_guard lock(mutex_);
  CrewCounts counts{.transfers = plane_.transfers()};
  for (const auto& [id, member] : members_) {
    counts.replicas += member.tablet.replicas();
    counts.leaders += member.tablet.leaders();
    counts.tasks += member.tablet.tasks_done();
    counts.refused += member.tablet.refused();
  }
  return counts;
}

bool Crew::IsQuietFor(int64_t milliseconds, int64_t now_ms) const {
  std::lock_guard lock(mutex_);
  if (IsBusy()) busy_at_ms_ = now_ms;
  return now_ms - busy_at_ms_ >= milliseconds;
}

bool Crew::IsBusy() const {
  if (plane_.transfers() > 0) return true;
  return absl::c_any_of(members_, [](const auto& item) {
    return item.second.now.life == Life::kUp && item.second.tablet.is_busy();
  });
}

}  // namespace pegel::tools

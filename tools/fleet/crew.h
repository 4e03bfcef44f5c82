// All tablet servers of a simulated fleet and their data plane, behind one lock: squads bring the
// tasks and take the reports, the scenario kills, starts and mutes.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/cluster/tasks.h"
#include "core/command.h"
#include "net/tablet_client.h"
#include "tools/fleet/data_plane.h"
#include "tools/fleet/tablet.h"

namespace pegel::tools {

struct CrewCounts {
  size_t replicas = 0;
  size_t leaders = 0;  // As the servers see it.
  size_t transfers = 0;
  uint64_t tasks = 0;
  uint64_t refused = 0;  // Items of reports.
};

class Crew {
 public:
  // What the process of a server is doing. A dead one keeps its disk.
  enum class Life { kUp, kKilled, kStopped };

  Crew(const DataPlaneOptions& options, const TabletOptions& tablets)
      : plane_(options), tablet_options_(tablets) {}

  // How often a server was started tells two processes of it apart.
  struct LifeNow {
    Life life = Life::kUp;
    int starts = 0;
  };

  void Add(int32_t id);

  // ---- what happens to servers; ids that are not here are ignored ----
  void SetLife(int32_t id, Life life);  // kKilled: without a word. kStopped: it says goodbye.
  void SetMuted(int32_t id, bool is_muted, int64_t now_ms);
  LifeNow LifeOf(int32_t id) const;

  // ---- for squads ----
  void SetCopyLimit(int32_t id, int64_t bytes_per_sec);  // 0: none.
  void Perform(const std::vector<cluster::Task>& tasks, int64_t now_ms);

  // What there is to report for these servers.
  std::vector<ReplicaReport> TakeReports(const std::vector<int32_t>& ids, int64_t now_ms);
  void OnAnswers(const std::vector<ReplicaReport>& reports,
                 const std::vector<net::Reported>& answers, int64_t now_ms);
  void OnNoAnswer(const std::vector<ReplicaReport>& reports);

  // ---- for people ----
  CrewCounts Counts() const;
  // Nothing was to do, to fetch or to report for so long.
  bool IsQuietFor(int64_t milliseconds, int64_t now_ms) const;

 private:
  struct Member {
    explicit Member(Tablet made) : tablet(std::move(made)) {}
    Tablet tablet;
    LifeNow now;
  };
  bool IsBusy() const;

  mutable std::mutex mutex_;
  DataPlane plane_;
  const TabletOptions tablet_options_;
  std::map<int32_t, Member> members_;
  mutable int64_t busy_at_ms_ = 0;  // When somebody looked and found something to do.
};

}  // namespace pegel::tools

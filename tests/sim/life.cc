#include "tests/sim/life.h"

#include <algorithm>
#include <deque>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tests/sim/actors.h"
#include "tests/sim/disk_log.h"
#include "tests/sim/faulty_log.h"
#include "tests/sim/histories.h"
#include "tests/sim/judge.h"
#include "tests/sim/net/fiber_stack.h"
#include "tests/sim/net/net_actors.h"
#include "tests/sim/net/net_server.h"
#include "tests/sim/sim_server.h"
#include "tests/sim/stage.h"
#include "tests/sim/texts.h"

namespace pegel::sim {
namespace {

constexpr uint64_t kCallsMin = 200, kCrashesMin = 10;
// Of calls and watchers, and of rebalances: a plan at most every 30 s, ten of them, and the
// retries.
constexpr int64_t kPeaceMsMax = 30'000, kMovesPeaceMsMax = 600'000;
constexpr int64_t kHealMs = 500;

Weather DrawWeather(Stage& stage) {
  Weather weather;
  weather.loss_percent = stage.random.OneIn(3) ? 0 : stage.Upto(30);
  weather.double_percent = stage.random.OneIn(3) ? 0 : stage.Upto(50);
  weather.delay_ms_max = stage.random.OneIn(4) ? 600 : stage.Upto(60);
  weather.disk_ms_max = stage.random.OneIn(4) ? 120 : stage.Upto(12);
  weather.disk_fault_percent = stage.random.OneIn(2) ? 0 : stage.Upto(3);
  weather.clock_bend_percent = stage.random.OneIn(2) ? 0 : stage.Upto(20);
  weather.stall_percent = stage.random.OneIn(2) ? 0 : stage.Upto(5);
  return weather;
}

// Peace: only the ways stay long.
Weather Calm() { return Weather{.delay_ms_max = 10, .disk_ms_max = 5}; }

std::unique_ptr<LifeLog> MakeLog(Stage& stage, bool on_disk) {
  if (on_disk) return std::make_unique<DiskLog>(stage);
  return std::make_unique<FaultyLog>();
}

SimServerOptions DrawOptions(Stage& stage) {
  SimServerOptions options;
  options.engine.log_reads = !stage.random.OneIn(3);
  options.engine.line_records_max = stage.random.OneIn(4) ? 2 + stage.Upto(3) : 1000;
  options.changes.changes_max = 1 + stage.Upto(stage.random.OneIn(2) ? 8 : 200);
  return options;
}

class Life {
 public:
  explicit Life(const Plan& plan)
      : plan_(plan),
        loop_(plan.over_net ? std::make_unique<SimLoop>(stage_) : nullptr),
        stage_(plan),
        log_(MakeLog(stage_, plan.on_disk)),
        options_((stage_.weather = DrawWeather(stage_), DrawOptions(stage_))),
        judge_(stage_, *log_, {options_.engine.log_reads, options_.engine.line_records_max}),
        net_(plan.over_net ? std::make_unique<Net>(stage_, *loop_) : nullptr) {
    if (loop_ != nullptr) stage_.set_settle([this] { loop_->Settle(); });
  }

  Outlived Run() {
    const FiberExceptions exceptions;
    MakeActors();
    boot_ = RandomBoot(stage_.random, !stage_.random.OneIn(4));
    host_.calls_left = kCallsMin + stage_.Upto(40);
    host_.rest_ms_max = stage_.random.OneIn(3) ? 200 : 40;
    crash_every_ = host_.calls_left / (kCrashesMin + stage_.Upto(4));
    Start();
    for (auto& client : clients_) client->Live();
    // Some come when there are tables already, so that there is something to balance.
    for (auto& tablet : tablets_) {
      int64_t late_ms = stage_.random.OneIn(2) ? 0 : static_cast<int64_t>(stage_.Upto(3000));
      stage_.After(late_ms, [&tablet] { tablet->Live(); });
    }
    CreateTables(12);
    for (auto& watcher : watchers_) watcher->Live();
    while (GoesOn() && stage_.RunNext()) {
      if (!host_.is_calm) Trouble();
    }
    if (!stage_.violation() && !IsCut()) End();
    return Outlived{stage_.violation(), stage_.trace.hashes(), stage_.trace.lines(), stage_.counts};
  }

 private:
  void MakeActors() {
    for (uint64_t n = 1, count = 2 + stage_.Upto(4); n <= count; ++n) {
      clients_.push_back(Make<ClientActor, Client, NetClient>(n));
    }
    const uint64_t servers = 2 + stage_.Upto(3);
    for (uint64_t n = 1; n <= servers; ++n) AddTablet(n, static_cast<int>(n - 1));
    if (servers > 0 && stage_.random.OneIn(3)) {
      AddTablet(servers + 1, static_cast<int>(stage_.random.Below(servers)));
      tablets_.back()->set_is_twin();
    }
    for (uint64_t n = 1, count = 1 + stage_.Upto(1); n <= count; ++n) {
      watchers_.push_back(Make<WatcherActor, Watcher, NetWatcher>(n));
    }
  }

  void AddTablet(uint64_t number, int id) {
    tablets_.push_back(Make<TabletActor, Tablet, NetTablet>(number, id));
  }

  // One that talks to the server itself, or one that goes over net/.
  template <typename Actor, typename Near, typename Far, typename... More>
  std::unique_ptr<Actor> Make(uint64_t number, More... more) {
    if (net_ == nullptr) return std::make_unique<Near>(stage_, host_, judge_, number, more...);
    return std::make_unique<Far>(stage_, host_, judge_, net_->ways, number, more...);
  }

  bool IsCut() const {
    return plan_.steps_max != 0 && stage_.trace.hashes().size() >= plan_.steps_max;
  }

  bool GoesOn() {
    if (stage_.violation() || IsCut()) return false;
    if (!host_.is_calm) return true;
    if (IsQuiet()) return false;
    if (AreCallsQuiet()) calls_quiet_ms_ = stage_.now_ms();
    if (stage_.now_ms() > std::max(calls_quiet_ms_, calm_since_ms_) + kPeaceMsMax) {
      stage_.Violate("liveness", "30 s of peace, and a call or a watcher is still under way");
    }
    if (stage_.now_ms() > calm_since_ms_ + kMovesPeaceMsMax) {
      stage_.Violate("liveness",
                     "600 s of peace, and a rebalance or a tablet server is not at rest");
    }
    return !stage_.violation();
  }

  bool IsQuiet() const { return AreCallsQuiet() && AreMovesQuiet() && host_.server->is_idle(); }

  // Every server is back, every rebalance has ended, and what it began is settled.
  bool AreMovesQuiet() const {
    if (host_.server == nullptr) return false;
    const World& world = host_.server->world();
    if (world.moves.current != Lsn{} || !world.moves.active.empty()) return false;
    if (!AreServersBack()) return false;
    for (const auto& [server, keys] : world.cluster.stops) {
      if (world.cluster.IsLive(server) && !keys.empty()) return false;
    }
    return true;
  }

  bool AreServersBack() const {
    const World& world = host_.server->world();
    return std::all_of(tablets_.begin(), tablets_.end(),
                       [&](const auto& tablet) { return world.cluster.IsLive({tablet->id()}); });
  }

  bool AreCallsQuiet() const {
    if (host_.server == nullptr) return false;
    Lsn end = log_->durable();
    auto is_quiet = [](const auto& client) { return client->is_quiet(); };
    auto has_all = [&](const auto& watcher) { return watcher->next() > end; };
    return std::all_of(clients_.begin(), clients_.end(), is_quiet) &&
           std::all_of(watchers_.begin(), watchers_.end(), has_all);
  }

  // What happens to the process besides its calls: crashes, spread over the calls; then peace.
  void Trouble() {
    if (host_.calls_left == 0) {
      stage_.weather = Calm();
      stage_.trace.Note("peace");
      host_.is_calm = true;
      calm_since_ms_ = stage_.now_ms();
      return Heal();
    }
    if (crash_at_left_ == 0)
      crash_at_left_ = host_.calls_left - std::min(host_.calls_left, crash_every_);
    if (host_.calls_left > crash_at_left_ || is_crash_due_) return;
    crash_at_left_ = 0;
    is_crash_due_ = true;
    stage_.After(static_cast<int64_t>(stage_.Upto(40)), [this] {
      is_crash_due_ = false;
      if (host_.is_calm) return;
      stage_.Count("crashes");
      Crash();
      // Sometimes the next start does not live long either.
      if (stage_.Happens(20)) {
        stage_.After(static_cast<int64_t>(stage_.Upto(100)), [this] {
          if (!host_.is_calm) stage_.Count("crashes"), Crash();
        });
      }
    });
  }

  // What no patience cures: the clock, rights that tablet servers lost, rebalances that somebody
  // paused. Said again until all is at rest, since the line may be full.
  void Heal() {
    stage_.After(kHealMs, [this] { Heal(); });
    if (host_.server == nullptr || AreMovesQuiet()) return;
    stage_.SetClockRight(host_.server->world().time);
    const auto ask = [&](const char* what, std::vector<model::Text> texts) {
      Say({"User:root", "10.0.0.1", what, std::move(texts)});
    };
    const moves::Rebalance* current = host_.server->world().moves.Current();
    if (current != nullptr && current->is_paused) ask("resume_rebalance", {});
    ask("drop_acl", {"ANY", "DENY", "ANY", "ANY", "ANY"});
    GrantTablets();
  }

  void Crash() {
    if (host_.server == nullptr) return;
    auto left = static_cast<LifeLog::Left>(stage_.random.Below(3));
    stage_.trace.Note("crash, left ", static_cast<int>(left));
    if (net_ != nullptr) net_->Kill();
    host_.server.reset();
    log_->Crash(left);
    stage_.After(static_cast<int64_t>(stage_.Upto(300)), [this] { Start(); });
  }

  // The engine said stop: the process ends behind this step.
  void OnStop() {
    stage_.After(0, [this, starts = host_.starts] {
      if (starts == host_.starts) Crash();
    });
  }

  void Start() {
    auto folded = log_->Recover();
    if (!folded.ok()) return stage_.Violate("recovery", folded.status().ToString());
    judge_.OnRecovered(*folded);
    ++host_.starts;
    host_.server = std::make_unique<SimServer>(stage_, *log_, judge_, *std::move(folded), options_,
                                               [this] { OnStop(); });
    if (stage_.Happens(20)) boot_ = RandomBoot(stage_.random, !stage_.random.OneIn(4));
    host_.server->Start(boot_);
    if (net_ != nullptr) net_->Serve(stage_, *host_.server);
    GrantTablets();
  }

  // Nobody waits for the answer.
  void Say(const model::Ask& ask) {
    judge_.memories().Begin(ask, /*may_repeat=*/false);
    host_.server->Submit(ask, [](const Reply&) {});
  }

  // So that tablet servers can register in most lives; other calls may take it back.
  void GrantTablets() {
    model::Ask grant{
        "User:root", "10.0.0.1", "add_acl", {"cluster", "ALLOW", "User:tablet", "CLUSTER_ACTION"}};
    Say(grant);
  }

  // Tables from the beginning: tried until servers are there.
  void CreateTables(int tries) {
    if (tries == 0 || host_.is_calm) return;
    stage_.After(kHealMs, [this, tries] {
      CreateTables(tries - 1);
      if (host_.server == nullptr) return;
      model::Ask table{"User:root", "10.0.0.1", "create_table", {}};
      table.texts = {tries % 2 == 0 ? "t" : "u", std::to_string(1 + stage_.Upto(5)),
                     std::to_string(1 + stage_.Upto(2))};
      Say(table);
    });
  }

  // Every listing once more, against the reference world, then the log as an auditor sees it.
  void End() {
    const std::vector<model::Ask> listings = {{"User:root", "10.0.0.1", "list_acl", {"ANY"}},
                                              {"User:root", "10.0.0.1", "get_cluster_configs", {}},
                                              {"User:root", "10.0.0.1", "list_servers", {}},
                                              {"User:root", "10.0.0.1", "list_server_tags", {}},
                                              {"User:root", "10.0.0.1", "list_rebalances", {}},
                                              {"User:root", "10.0.0.1", "list_rebalance", {}}};
    size_t answered = 0;
    for (const model::Ask& listing : listings) {
      Memories::Id memory = judge_.memories().Begin(listing, /*may_repeat=*/false);
      host_.server->Submit(listing, [this, memory, &answered](const Reply& reply) {
        judge_.OnRemembered(memory, reply);
        ++answered;
      });
    }
    int64_t until_ms = stage_.now_ms() + 1000;
    while (answered < listings.size() && stage_.now_ms() < until_ms && stage_.RunNext()) {
    }
    while (!host_.server->is_idle() && stage_.now_ms() < until_ms && stage_.RunNext()) {
    }
    if (answered < listings.size()) stage_.Violate("liveness", "the last listings have no answer");
    judge_.OnEnd(host_.server->world());
    stage_.counts["records"] += judge_.model().lsn();
  }

  // A life over net/: what the server has in front of it, and the way there.
  struct Net {
    Net(Stage& stage, SimLoop& the_loop) : loop(the_loop), ways(stage, the_loop.port()) {}
    void Serve(Stage& stage, SimServer& server) {
      front = std::make_unique<NetServer>(stage, loop.port(), server);
      ways.server = front.get();
    }
    void Kill() {
      ways.server = nullptr;
      front.reset();
    }
    SimLoop& loop;
    Ways ways;
    std::unique_ptr<NetServer> front;
  };

  const Plan& plan_;
  const std::unique_ptr<SimLoop>
      loop_;  // Null: nobody goes over net/. All that waits goes before it.
  Stage stage_;
  const std::unique_ptr<LifeLog> log_;
  SimServerOptions options_;
  Judge judge_;
  Host host_;
  model::Ask boot_;
  const std::unique_ptr<Net> net_;  // Null: likewise. Its callers go before it.
  std::vector<std::unique_ptr<ClientActor>> clients_;
  std::vector<std::unique_ptr<TabletActor>> tablets_;
  std::vector<std::unique_ptr<WatcherActor>> watchers_;
  uint64_t crash_every_ = 0;
  uint64_t crash_at_left_ = 0;
  bool is_crash_due_ = false;
  int64_t calm_since_ms_ = 0;
  int64_t calls_quiet_ms_ = 0;  // When they last were.
};

}  // namespace

Outlived Live(const Plan& plan) { return Life(plan).Run(); }

Outlived LiveTwice(const Plan& plan) {
  Outlived first = Live(plan);
  if (first.violation || !plan.only.empty()) return first;
  Outlived second = Live(plan);
  auto [a, b] = std::mismatch(first.hashes.begin(), first.hashes.end(), second.hashes.begin(),
                              second.hashes.end());
  if (a != first.hashes.end() || b != second.hashes.end()) {
    first.violation =
        Violation{"trace", absl::StrCat("two runs part at step ", a - first.hashes.begin() + 1)};
  }
  return first;
}

absl::string_view Legend() {
  return "step, virtual time in ms, and one of\n"
         "  call T P(…) by W #R: K L code C   call T arrives; the reference world expects kind K\n"
         "                                    (record, reading, repeated, refused) at lsn L\n"
         "  append A-B H        records A to B are handed to the disk; H begins the chain hash\n"
         "  durable B H         … and are durable\n"
         "  reply T lsn L       call T is answered; 0: without a record\n"
         "  crash, left N       nothing (0), the group (1), or group and anchor (2) of the append\n"
         "                      under way are on the disk\n"
         "  stop: …             the engine gave up; the process ends\n"
         "  recovered to lsn L  the next start found the log up to there\n"
         "  clock jumps S s, rate R   the wall clock; 0: it stands still\n"
         "  tablet N hears E    a heartbeat was refused with this code\n"
         "  peace               no faults from here on\n";
}

}  // namespace pegel::sim

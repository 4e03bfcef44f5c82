// pegel-fleet: simulated tablet servers, for trying things out and for tests. They register, keep
// their leases, lead and follow buckets of simulated data, and come to harm as they are told.
#include <signal.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "tools/fleet/crew.h"
#include "tools/fleet/director.h"
#include "tools/fleet/options.h"
#include "tools/fleet/squad.h"
#include "tools/shell/printable.h"
#include "tools/shell/session.h"

namespace pegel::tools {
namespace {

constexpr int kExitFailed = 1;

// Well under what a server takes from one connection.
constexpr int kServersPerConnection = 500;

constexpr absl::Duration kRetry = absl::Seconds(30);

std::atomic<bool> is_asked_to_end = false;

void EndOnSignal() {
  struct sigaction action {};
  action.sa_handler = [](int) { is_asked_to_end = true; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

// From several threads; each line stays whole.
void PrintLine(FILE* stream, const std::string& line) {
  std::string text = absl::StrCat(line, "\n");
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

void Say(const std::string& line) { PrintLine(stdout, line); }

void Complain(absl::string_view text) {
  PrintLine(stderr, absl::StrCat("pegel-fleet: ", Printable(text)));
}

// Goes forward only, whatever happens to the clock on the wall.
absl::Time Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::TimeFromTimespec(now);
}

// Those named, and as many others as asked for, by the seed.
std::set<int32_t> ChooseVictims(const FleetOptions& options) {
  std::set<int32_t> victims(options.kill.begin(), options.kill.end());
  std::vector<int32_t> others;
  for (int32_t id = options.first_id; id < options.end_id(); ++id) {
    if (victims.count(id) == 0) others.push_back(id);
  }
  std::mt19937_64 random(options.data.seed);
  for (int i = 0; i < options.die && !others.empty(); ++i) {
    auto at = others.begin() + static_cast<ptrdiff_t>(random() % others.size());
    victims.insert(*at);
    others.erase(at);
  }
  return victims;
}

class Fleet {
 public:
  explicit Fleet(const FleetOptions& options)
      : options_(options), crew_(options.data, TabletOptions{}) {}

  int Run() {
    std::vector<std::vector<net::TabletServer>> shares = Shares();
    for (int32_t id : options_.mute) crew_.SetMuted(id, true, absl::ToUnixMillis(Now()));
    squads_ = shares.size();
    std::vector<std::thread> threads;
    threads.reserve(shares.size());
    for (auto& share : shares) {
      threads.emplace_back([this, &share] { RunSquad(std::move(share)); });
    }
    if (absl::Status status = Direct(); !status.ok()) Fail(status);
    WaitUntil([] { return false; });
    for (std::thread& thread : threads) thread.join();
    return has_failed_ ? kExitFailed : 0;
  }

 private:
  std::vector<std::vector<net::TabletServer>> Shares() {
    std::vector<std::vector<net::TabletServer>> shares;
    for (int i = 0; i < options_.servers; ++i) {
      if (i % kServersPerConnection == 0) shares.emplace_back();
      int32_t id = options_.first_id + i;
      shares.back().push_back({.id = id,
                               .rack = absl::StrCat("rack-", i % options_.racks),
                               .address = absl::StrCat("tablet-", id, ".fleet:9123")});
      crew_.Add(id);
    }
    return shares;
  }

  void RunSquad(std::vector<net::TabletServer> share) {
    Squad squad({.connect = [this] { return net::Client::Connect(options_.server); },
                 .new_request_id = RandomRequestId,
                 .now = Now,
                 .sleep = absl::SleepFor,
                 .is_asked_to_end = [] { return is_asked_to_end.load(); },
                 .on_ready = [this] { ++squads_ready_; },
                 .print = Complain},
                crew_, std::move(share));
    if (absl::Status end = squad.Run(); !end.ok()) Fail(end);
  }

  // A part of a fleet is of no use.
  void Fail(const absl::Status& status) {
    Complain(status.message());
    has_failed_ = true;
    is_asked_to_end = true;
  }

  // What happens to the fleet, until nothing more is planned.
  absl::Status Direct() {
    if (!WaitUntil([this] { return squads_ready_ == squads_; })) return absl::OkStatus();
    Session session({.connect = [this] { return net::Client::Connect(options_.server); },
                     .new_request_id = RandomRequestId,
                     .now = Now,
                     .sleep = absl::SleepFor},
                    kRetry);
    Director director(options_, crew_, session,
                      {.now = Now,
                       .sleep = absl::SleepFor,
                       .is_asked_to_end = [] { return is_asked_to_end.load(); },
                       .print = Say});
    if (absl::Status status = SetUp(director); !status.ok()) return status;
    if (is_asked_to_end) return absl::OkStatus();
    Say(absl::StrCat("fleet ready: ", options_.servers, " tablet servers, ids ", options_.first_id,
                     " to ", options_.end_id() - 1, ", at ", options_.server));
    SilenceInTime();
    absl::Status status = director.RunSteps();
    if (!absl::IsCancelled(status)) return status;
    is_asked_to_end = true;
    return absl::OkStatus();
  }

  absl::Status SetUp(Director& director) {
    if (absl::Status status = director.MakeTables(); !status.ok()) return status;
    if (options_.tables == 0) return absl::OkStatus();
    bool is_settled = director.WaitSettled();
    CrewCounts counts = crew_.Counts();
    Say(absl::StrCat("fleet tables: ", options_.tables, " tables, ", counts.leaders, " leaders of ",
                     counts.replicas, " replicas", is_settled ? "" : ", not settled yet"));
    return absl::OkStatus();
  }

  void SilenceInTime() {
    std::set<int32_t> victims = ChooseVictims(options_);
    if (victims.empty()) return;
    absl::Time moment = Now() + absl::Seconds(options_.die_after_seconds);
    if (!WaitUntil([&] { return Now() >= moment; })) return;
    for (int32_t id : victims) crew_.SetLife(id, Crew::Life::kKilled);
    Say(absl::StrCat("fleet silent: ", absl::StrJoin(victims, ",")));
  }

  // False: asked to end before.
  template <typename Condition>
  static bool WaitUntil(Condition condition) {
    while (!condition()) {
      if (is_asked_to_end) return false;
      absl::SleepFor(absl::Milliseconds(5));
    }
    return true;
  }

  const FleetOptions& options_;
  Crew crew_;
  size_t squads_ = 0;
  std::atomic<size_t> squads_ready_ = 0;
  std::atomic<bool> has_failed_ = false;
};

int Main(int argc, char** argv) {
  FleetOptions options;
  int exit_code = 0;
  if (!ReadFleetOptions(argc, argv, &options, &exit_code)) return exit_code;
  EndOnSignal();
  return Fleet(options).Run();
}

}  // namespace
}  // namespace pegel::tools

int main(int argc, char** argv) { return pegel::tools::Main(argc, argv); }

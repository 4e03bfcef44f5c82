// pegel-fleet: simulated tablet servers, for trying things out and for tests. They register, keep
// their leases, and can be told to fall silent; they hold no data.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "tools/fleet/squad.h"
#include "tools/shell/printable.h"
#include "tools/shell/session.h"

namespace pegel::tools {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

// Well under what a server takes from one connection.
constexpr size_t kServersPerConnection = 500;

constexpr char kExamples[] = R"help(Examples:
  pegel-fleet --servers 4
  pegel-fleet --servers 8 --racks 3 --die 2 --die-after 5 --seed 7
  pegel-fleet --servers 8 --kill 1,5

Prints `fleet ready: …` when all servers are registered and `fleet silent: …` when some of them
fell silent, then runs until SIGTERM or SIGINT, when the rest leaves in order. A lost connection is
made again.
Exit: 0 ended by a signal, 1 refused or no connection at the start, 2 usage.)help";

std::string DefaultServer() {
  const char* server = std::getenv("PEGEL_SERVER");
  return server == nullptr || *server == '\0' ? "127.0.0.1:7345" : server;
}

struct Options {
  std::string server = DefaultServer();
  int servers = 4;
  int racks = 2;
  int first_id = 0;
  std::vector<int32_t> kill;
  int die = 0;
  double die_after_seconds = 0;
  uint64_t seed = 1;
};

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

// Those named, and as many others as asked for, by the seed.
std::set<int32_t> ChooseVictims(const Options& options) {
  std::set<int32_t> victims(options.kill.begin(), options.kill.end());
  std::vector<int32_t> others;
  for (int32_t id = options.first_id; id < options.first_id + options.servers; ++id) {
    if (victims.count(id) == 0) others.push_back(id);
  }
  std::mt19937_64 random(options.seed);
  for (int i = 0; i < options.die && !others.empty(); ++i) {
    auto at = others.begin() + static_cast<ptrdiff_t>(random() % others.size());
    victims.insert(*at);
    others.erase(at);
  }
  return victims;
}

class Fleet {
 public:
  explicit Fleet(const Options& options) : options_(options), victims_(ChooseVictims(options)) {}

  int Run() {
    std::vector<std::vector<net::TabletServer>> shares = Shares();
    squads_ = shares.size();
    std::vector<std::thread> threads;
    threads.reserve(shares.size());
    for (auto& share : shares) {
      threads.emplace_back([this, &share] { RunSquad(std::move(share)); });
    }
    SilenceInTime();
    for (std::thread& thread : threads) thread.join();
    return has_failed_ ? kExitFailed : 0;
  }

 private:
  std::vector<std::vector<net::TabletServer>> Shares() const {
    std::vector<std::vector<net::TabletServer>> shares;
    for (int i = 0; i < options_.servers; ++i) {
      if (i % kServersPerConnection == 0) shares.emplace_back();
      int32_t id = options_.first_id + i;
      shares.back().push_back({.id = id,
                               .rack = absl::StrCat("rack-", i % options_.racks),
                               .address = absl::StrCat("tablet-", id, ".fleet:9123")});
    }
    return shares;
  }

  void RunSquad(std::vector<net::TabletServer> share) {
    Squad squad(
        {.connect = [this] { return net::Client::Connect(options_.server); },
         .new_request_id = RandomRequestId,
         .now = absl::Now,
         .sleep = absl::SleepFor,
         .is_asked_to_end = [] { return is_asked_to_end.load(); },
         .is_silenced = [this](int32_t id) { return is_silence_ && victims_.count(id) > 0; },
         .on_ready = [this] { ++squads_ready_; },
         .print =
             [](const std::string& text) {
               PrintLine(stderr, absl::StrCat("pegel-fleet: ", Printable(text)));
             }},
        std::move(share));
    absl::Status end = squad.Run();
    if (end.ok()) return;
    PrintLine(stderr, absl::StrCat("pegel-fleet: ", Printable(end.message())));
    has_failed_ = true;
    is_asked_to_end = true;  // A part of a fleet is of no use.
  }

  void SilenceInTime() {
    if (!WaitUntil([this] { return squads_ready_ == squads_; })) return;
    PrintLine(
        stdout,
        absl::StrCat("fleet ready: ", options_.servers, " tablet servers, ids ", options_.first_id,
                     " to ", options_.first_id + options_.servers - 1, ", at ", options_.server));
    if (victims_.empty()) return;
    absl::Time moment = absl::Now() + absl::Seconds(options_.die_after_seconds);
    if (!WaitUntil([&] { return absl::Now() >= moment; })) return;
    is_silence_ = true;
    PrintLine(stdout, absl::StrCat("fleet silent: ", absl::StrJoin(victims_, ",")));
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

  Options options_;
  std::set<int32_t> victims_;
  size_t squads_ = 0;
  std::atomic<size_t> squads_ready_ = 0;
  std::atomic<bool> is_silence_ = false;
  std::atomic<bool> has_failed_ = false;
};

void AddOptions(CLI::App& app, Options* options) {
  app.set_version_flag("--version", PEGEL_VERSION);
  app.add_option("--server", options->server, "Address of the server, else PEGEL_SERVER")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--servers", options->servers, "How many tablet servers")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--racks", options->racks, "Over how many racks they are spread, in turn")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--first-id", options->first_id, "Id of the first; the others follow")
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("ID")
      ->capture_default_str();
  app.add_option("--kill", options->kill, "These fall silent, as a crash would make them")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("ID[,ID]");
  app.add_option("--die", options->die, "So many more fall silent, chosen by --seed")
      ->check(CLI::Range(0, 10'000))
      ->type_name("N");
  app.add_option("--die-after", options->die_after_seconds,
                 "When that happens, counted from `fleet ready`")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("SECONDS")
      ->capture_default_str();
  app.add_option("--seed", options->seed, "Which servers --die chooses")
      ->type_name("N")
      ->capture_default_str();
  app.footer(kExamples);
}

int Main(int argc, char** argv) {
  CLI::App app{"Simulated tablet servers for Pegel.", "pegel-fleet"};
  Options options;
  AddOptions(app, &options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  for (int32_t id : options.kill) {
    if (id >= options.first_id && id < options.first_id + options.servers) continue;
    PrintLine(stderr,
              absl::StrCat("pegel-fleet: --kill ", id, ": this fleet has the ids ",
                           options.first_id, " to ", options.first_id + options.servers - 1));
    return kExitUsage;
  }
  EndOnSignal();
  return Fleet(options).Run();
}

}  // namespace
}  // namespace pegel::tools

int main(int argc, char** argv) { return pegel::tools::Main(argc, argv); }

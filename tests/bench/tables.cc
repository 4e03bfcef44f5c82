// A cluster of the size that Pegel is made for: how much memory its tables take, how long the
// worst loss of a server holds up everything else, how long a start folds. In a child process of
// its own, so that its peak of memory is its own too.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "core/fold.h"
#include "tests/bench/figure.h"
#include "tests/support/acl.h"

namespace pegel::testing {
namespace {

constexpr int kServers = 10'000, kBuckets = 1'000'000, kBucketsOfTable = 1'000, kFactor = 3;
// So few are there when the tables are made that each leads 3,000 buckets; the others join later.
constexpr int kHolders = kBuckets / 3'000;

struct Measured {
  double apply_seconds = 0, replay_seconds = 0, loss_seconds = 0, digest_seconds = 0;
  int64_t resident_bytes = 0, moved = 0, changed = 0;
};

double SecondsOf(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int64_t ResidentBytes() {
  long pages = 0, resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%ld %ld", &pages, &resident) != 2) std::abort();
  std::fclose(file);
  return int64_t{resident} * sysconf(_SC_PAGESIZE);
}

std::vector<Command> Commands() {
  std::vector<Command> commands = {BootOf(false)};
  auto register_server = [&](int s) {
    commands.push_back(RegisterServer{{s}, absl::StrCat("rack-", s % 9), "host:9123"});
  };
  for (int s = 0; s < kHolders; ++s) register_server(s);
  for (int t = 0; t < kBuckets / kBucketsOfTable; ++t) {
    commands.push_back(CreateTable{{"db", absl::StrCat("t", t)}, kBucketsOfTable, kFactor, false});
  }
  for (int s = kHolders; s < kServers; ++s) register_server(s);
  return commands;
}

Moment MomentAfter(const World& world) {
  return {Next(world.lsn), UnixNanos{static_cast<int64_t>(world.lsn.value)}, AuthorOf("User:a")};
}

Applied Do(World& world, const Command& command) {
  Applied applied = Apply(world, MomentAfter(world), {}, command);
  if (!IsAccepted(applied.decision.outcome)) {
    std::fprintf(stderr, "pegel_goals: %s\n",
                 std::get<Error>(applied.decision.outcome).message.c_str());
    std::abort();
  }
  return applied;
}

Measured MeasureHere() {
  Measured measured;
  const int64_t before = ResidentBytes();
  World world;
  measured.apply_seconds = SecondsOf([&] {
    for (const Command& command : Commands()) Do(world, command);
  });
  measured.resident_bytes = ResidentBytes() - before;
  measured.digest_seconds = SecondsOf([&] { Digest(world); });

  World again;
  const std::vector<Command> commands = Commands();
  measured.replay_seconds = SecondsOf([&] {
    for (const Command& command : commands) Do(again, command);
  });

  for (int s = 0; s < 5; ++s) {
    const Lsn epoch = world.cluster.Find(cluster::ServerId{s})->epoch;
    const int64_t moved = world.cluster.HoldingsOf({s}).leaders;
    Applied applied;
    const double seconds = SecondsOf([&] { applied = Do(world, ServerLost{{s}, epoch}); });
    if (seconds < measured.loss_seconds) continue;
    measured.loss_seconds = seconds;
    measured.moved = moved;
    measured.changed = static_cast<int64_t>(applied.decision.events.size()) - 1;
  }
  return measured;
}

Measured Measure() {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    const Measured measured = MeasureHere();
    _exit(write(ends[1], &measured, sizeof measured) == sizeof measured ? 0 : 1);
  }
  Measured measured;
  close(ends[1]);
  const bool is_read = read(ends[0], &measured, sizeof measured) == sizeof measured;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!is_read) {
    std::fprintf(stderr, "pegel_goals: the tables were not measured\n");
    std::exit(1);
  }
  return measured;
}

}  // namespace

std::vector<Figure> TableFigures(bool) {
  const Measured measured = Measure();
  std::printf(
      "tables: %d buckets with %d replicas, %d servers: built %.1f s, folded again %.1f s, digest "
      "%.0f ms; the slowest of 5 losses moved %ld leaders in %ld changes\n",
      kBuckets, kFactor, kServers, measured.apply_seconds, measured.replay_seconds,
      measured.digest_seconds * 1e3, measured.moved, measured.changed);
  return {{"tables: memory of 1,000,000 buckets", 1.5,
           static_cast<double>(measured.resident_bytes) / (1 << 30), "GiB", true},
          {"tables: a server that led 3,000 buckets is lost", 50, measured.loss_seconds * 1e3, "ms",
           true}};
}

}  // namespace pegel::testing

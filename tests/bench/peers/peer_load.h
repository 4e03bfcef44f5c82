// What the load programs of the peers have in common: options, when the clock runs, the figures.
//
//   peer_load --address HOST:PORT --outstanding 64 --batch 1 --seconds 2 --warmup 0.5
//
// prints {"per_second":N,"p50_us":N,"p99_us":N}: puts, sets or the like a second, and how long a
// call took. A closed loop: each answer makes room for the next call.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

#include "tools/load/latencies.h"

namespace pegel::testing {

struct PeerOptions {
  std::string address;
  int outstanding = 64;
  int batch = 1;
  double seconds = 2;
  double warmup_seconds = 0.5;
  int64_t puts = 0;  // Only these, if not 0, however long they take; etcd.
};

// As many as pegel-bench has ACL entries, and about as many bytes as a record of one takes.
constexpr int kPeerKeys = 50'000;
constexpr int kPeerValueBytes = 256;

[[noreturn]] inline void PeerFail(const std::string& why) {
  std::fprintf(stderr, "peer load: %s\n", why.c_str());
  std::exit(1);
}

inline PeerOptions ReadPeerOptions(int argc, char** argv) {
  PeerOptions options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--address") options.address = value;
    if (name == "--outstanding") options.outstanding = std::atoi(value.c_str());
    if (name == "--batch") options.batch = std::atoi(value.c_str());
    if (name == "--seconds") options.seconds = std::atof(value.c_str());
    if (name == "--warmup") options.warmup_seconds = std::atof(value.c_str());
    if (name == "--puts") options.puts = std::atoll(value.c_str());
  }
  if (options.address.empty()) PeerFail("expected --address HOST:PORT");
  return options;
}

// Counts what is answered between the end of the warm-up and the end. Any thread.
class PeerClock {
 public:
  explicit PeerClock(const PeerOptions& options)
      : options_(options),
        from_(Now() + static_cast<int64_t>(options.warmup_seconds * 1e9)),
        end_(from_ + static_cast<int64_t>(options.seconds * 1e9)) {}

  static int64_t Now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
  bool is_over() const { return Now() >= end_; }
  int64_t end() const { return end_; }

  void Answered(int64_t since) {
    const int64_t now = Now();
    if (now < from_ || now >= end_) return;
    std::lock_guard<std::mutex> guard(mutex_);
    latencies_.Add(now - since);
  }

  void Print() {
    std::lock_guard<std::mutex> guard(mutex_);
    std::printf(
        "{\"per_second\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f}\n",
        static_cast<double>(latencies_.count()) * options_.batch / std::max(options_.seconds, 1e-9),
        static_cast<double>(latencies_.AtPermille(500)) / 1e3,
        static_cast<double>(latencies_.AtPermille(990)) / 1e3);
  }

 private:
  const PeerOptions options_;
  const int64_t from_, end_;
  std::mutex mutex_;
  tools::Latencies latencies_;
};

}  // namespace pegel::testing

// What benchmarks of servers have in common: data directories made at once, memory of a process.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/fold.h"
#include "log/data_dir.h"
#include "log/group.h"
#include "log/rocks_log.h"
#include "snapshot/store.h"
#include "tests/support/acl.h"

namespace pegel::testing {

[[noreturn]] inline void Fail(const std::string& why) {
  std::fprintf(stderr, "pegel_goals: %s\n", why.c_str());
  std::exit(1);
}

// Makes a data directory faster than a server would: large groups, no calls.
class Maker {
 public:
  static constexpr int kBucketsOfTable = 100;

  explicit Maker(const std::string& data_dir) : data_dir_(data_dir) {
    auto log = log::RocksLog::Open({.data_dir = data_dir}, log::Head{});
    if (!log.ok()) Fail(std::string(log.status().message()));
    log_ = *std::move(log);
    Add(BootOf(false));
  }
  ~Maker() { Flush(); }

  void Add(Command command) {
    Moment moment{Next(world_.lsn), UnixNanos{1'000'000'000}, AuthorOf("User:root")};
    Applied applied = Apply(world_, moment, RequestId{}, command);
    if (const auto* error = std::get_if<Error>(&applied.decision.outcome)) Fail(error->message);
    records_.push_back({moment, RequestId{}, std::move(command), applied.effect});
    if (records_.size() == 1000) Flush();
  }
  // `distinct` entries that stay; beyond them calls that change nothing.
  void AddAcls(uint64_t count, uint64_t distinct) {
    for (uint64_t i = 0; i < count; ++i) {
      Add(AddAcl{EntryOf("ALLOW", absl::StrCat("User:u", i % distinct), "READ",
                         absl::StrCat("db", i % distinct % 1000))});
    }
  }
  void AddBuckets(int tables) {
    for (int i = 0; i < 100; ++i) {
      Add(RegisterServer{cluster::ServerId{i}, absl::StrCat("r", i % 5),
                         absl::StrCat("h:", 1 + i)});
    }
    for (int i = 0; i < tables; ++i)
      Add(CreateTable{{"db", absl::StrCat("t", i)}, kBucketsOfTable, 3, false});
  }
  // Returns its size.
  uint64_t Snapshot() {
    Flush();
    snapshot::Store store(snapshot::RealFiles(), log::DataDir{data_dir_}.Snapshots());
    auto written = store.Write(world_, head_.chain, {});
    if (!written.ok()) Fail(std::string(written.status().message()));
    return written->bytes;
  }
  const World& world() const { return world_; }

 private:
  void Flush() {
    if (records_.empty()) return;
    std::vector<Hash256> chains;
    log::Group group = log::PackGroup(records_, head_, &chains);
    log_->Append(group, [](const absl::Status& status) {
      if (!status.ok()) Fail(std::string(status.message()));
    });
    head_ = group.head;
    records_.clear();
  }

  const std::string data_dir_;
  std::unique_ptr<log::RocksLog> log_;
  World world_;
  log::Head head_;
  std::vector<Record> records_;
};

// A number of kilobytes in /proc/PID/status, `VmRSS` (resident) or `VmHWM` (the most there ever
// was).
inline uint64_t MegabytesOf(pid_t pid, const std::string& field) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  std::string word;
  uint64_t kilobytes = 0;
  while (status >> word) {
    if (word == field + ":" && status >> kilobytes) break;
  }
  return kilobytes / 1024;
}

}  // namespace pegel::testing

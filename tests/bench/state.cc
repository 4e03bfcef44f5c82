// What a server with much state costs: calls against its size, memory, the log on disk.
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "log/rocks_options.h"
#include "tests/bench/figure.h"
#include "tests/bench/load.h"
#include "tests/bench/maker.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<std::string> AddAcls(int outstanding, const std::string& seconds) {
  return {
      "--outstanding", absl::StrCat(outstanding), "--seconds", seconds, "--warmup", "0.3", "--keys",
      "1000"};
}

std::unique_ptr<ServerProcess> ServerWith(const std::string& data_dir, uint64_t entries) {
  { Maker(data_dir).AddAcls(entries, entries); }
  auto server = std::make_unique<ServerProcess>(PEGELD, data_dir);
  if (server->address().empty()) Fail(server->output());
  return server;
}

// Bytes that a process gave to the disk.
double WrittenBy(pid_t pid) {
  std::ifstream io(absl::StrCat("/proc/", pid, "/io"));
  std::string word;
  double bytes = 0;
  while (io >> word) {
    if (word == "write_bytes:" && io >> bytes) break;
  }
  return bytes;
}

double BytesBelow(const std::string& directory) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  }
  return bytes;
}

// Of all records, as they are encoded.
double RecordBytes(const std::string& data_dir) {
  auto inspection = log::RocksLog::Inspect({.data_dir = data_dir}, /*must_exist=*/true);
  if (!inspection.ok()) Fail(std::string(inspection.status().message()));
  auto reader = inspection->log->Read(Lsn{1});
  if (!reader.ok()) Fail(std::string(reader.status().message()));
  double bytes = 0;
  for (;;) {
    Lsn first;
    absl::string_view group;
    auto more = (*reader)->Next(&first, &group);
    if (!more.ok()) Fail(std::string(more.status().message()));
    if (!*more) return bytes;
    bytes += static_cast<double>(group.size());
  }
}

void Compact(const std::string& data_dir) {
  rocksdb::Options options = log::MakeOptions(64 << 20);
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, log::DataDir{data_dir}.Log(), &opened).ok()) Fail("no log");
  std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  if (!db->CompactRange(all, nullptr, nullptr).ok()) Fail("no compaction");
}

}  // namespace

std::vector<Figure> GrowthFigures(bool is_quick) {
  const int rounds = is_quick ? 5 : 15;
  constexpr uint64_t kFew = 900, kMany = 90'000;
  TemporaryDirectory directory;
  auto small = ServerWith(directory.path() + "/small", kFew);
  auto large = ServerWith(directory.path() + "/large", kMany);
  std::vector<Figure> figures;
  for (int outstanding : {64, 1024}) {
    std::vector<double> few, many, ratios;
    for (int i = 0; i < rounds; ++i) {
      auto measure = [&](const ServerProcess& server, std::vector<double>& rates) {
        rates.push_back(PerSecond(server, AddAcls(outstanding, "0.7")));
      };
      if (i % 2 == 0) measure(*small, few), measure(*large, many);
      if (i % 2 == 1) measure(*large, many), measure(*small, few);
      ratios.push_back(many.back() / few.back());
    }
    std::printf("growth: outstanding=%d calls_few=%.0f calls_many=%.0f ratios %.2f to %.2f\n",
                outstanding, Median(few), Median(many),
                *std::min_element(ratios.begin(), ratios.end()),
                *std::max_element(ratios.begin(), ratios.end()));
    figures.push_back({absl::StrCat("calls/s with ", kMany, " entries against ", kFew, ", ",
                                    outstanding, " outstanding"),
                       0.9, Median(ratios), "x"});
  }
  return figures;
}

std::vector<Figure> MemoryFigures(bool is_quick) {
  TemporaryDirectory directory;
  auto empty = ServerWith(directory.path() + "/empty", 1);
  const double base = static_cast<double>(MegabytesOf(empty->pid(), "VmRSS"));
  empty->End(SIGTERM);
  auto server = ServerWith(directory.path() + "/data", 99'000);
  // 10,000 calls with ids, which are remembered.
  Load(*server, {"--rate", "10000", "--outstanding", "1000", "--seconds", "1", "--warmup", "0",
                 "--keys", "900"});
  const double with_state = static_cast<double>(MegabytesOf(server->pid(), "VmRSS"));
  std::printf("memory: empty_mib=%.0f with_100000_acls_10000_ids_mib=%.0f\n", base, with_state);

  // The ids remembered have an upper bound, 100,000, and so has what the log holds in memory: both
  // are full after the first tenth.
  // Memory goes up and down with flushes, so the most of one fifth is compared with that of
  // another.
  const double commands = is_quick ? 1e6 : 1e7;
  double done = 0, early = 0, late = 0;
  while (done < commands) {
    done += static_cast<double>(
        Load(*server, {"--mix", "call", "--batch", "64", "--outstanding", "16", "--seconds",
                       is_quick ? "1" : "2", "--warmup", "0", "--keys", "900"})["count"]);
    const double now = static_cast<double>(MegabytesOf(server->pid(), "VmRSS"));
    if (done >= commands / 5 && done < commands * 2 / 5) early = std::max(early, now);
    if (done >= commands * 4 / 5) late = std::max(late, now);
  }
  if (early == 0) Fail("memory was not looked at in the second fifth");
  std::printf(
      "memory: commands=%.0f most_in_second_fifth_mib=%.0f most_in_last_mib=%.0f ever=%lu\n", done,
      early, late, MegabytesOf(server->pid(), "VmHWM"));
  server->End(SIGTERM);
  return {{"memory of 100,000 ACLs and 10,000 request ids", 100, with_state, "MiB", true},
          {absl::StrCat("memory over ", static_cast<int64_t>(commands),
                        " commands: the most of the last fifth against the second"),
           1.1, late / early, "x", true}};
}

std::vector<Figure> LogFigures(bool is_quick) {
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  auto server = ServerWith(data_dir, 1);
  const double before = WrittenBy(server->pid());
  PerSecond(*server, AddAcls(64, is_quick ? "8" : "40"));
  const double written = WrittenBy(server->pid()) - before;
  server->End(SIGTERM);
  const double records = RecordBytes(data_dir);
  Compact(data_dir);
  const double on_disk = BytesBelow(log::DataDir{data_dir}.Log());
  std::printf("log: record_bytes=%.0f written=%.0f on_disk_compacted=%.0f\n", records, written,
              on_disk);
  return {{"the log on disk, compacted, against the bytes of its records", 1.5, on_disk / records,
           "x", true},
          {"write amplification, 64 outstanding", 3, written / records, "x", true}};
}

}  // namespace pegel::testing

#include "tests/bench/compare/limits.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "log/group.h"
#include "log/rocks_log.h"
#include "log/rocks_options.h"
#include "tests/support/acl.h"
#include "tools/load/latencies.h"

namespace pegel::testing {
namespace {

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "pegel_compare: %s\n", why.c_str());
  std::exit(1);
}

// `count` records as the server makes them of calls of pegel-bench.
std::vector<Record> RecordsAfter(Lsn lsn, int count) {
  std::vector<Record> records(count);
  for (Record& record : records) {
    lsn = Next(lsn);
    record.moment = {lsn, UnixNanos{static_cast<int64_t>(lsn.value)}, AuthorOf("User:ANONYMOUS")};
    record.request_id = RequestId{lsn.value, 1};
    record.command = AddAcl{
        EntryOf("ALLOW", "User:loader", "READ", absl::StrCat("bench.t", lsn.value % 50'000))};
  }
  return records;
}

int64_t Now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// Calls `write`, which makes one batch durable, until the time is over.
Measured Repeat(int batch, double seconds, const std::function<void()>& write) {
  for (int i = 0; i < 20; ++i) write();
  const int64_t begin = Now(), end = begin + static_cast<int64_t>(seconds * 1e9);
  tools::Latencies latencies;
  int64_t now = begin;
  while (now < end) {
    write();
    const int64_t then = now;
    now = Now();
    latencies.Add(now - then);
  }
  const double passed = static_cast<double>(now - begin) / 1e9;
  return {static_cast<double>(latencies.count()) * batch / passed,
          static_cast<double>(latencies.AtPermille(500)) / 1e3,
          static_cast<double>(latencies.AtPermille(990)) / 1e3};
}

Measured PlainFile(int batch, double seconds, const std::string& directory) {
  const std::string bytes(RecordBytes() * batch, 'r');
  const int file = open(absl::StrCat(directory, "/plain").c_str(), O_CREAT | O_WRONLY, 0600);
  if (file < 0) Fail("the plain file cannot be made");
  Measured measured = Repeat(batch, seconds, [&] {
    if (write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        fdatasync(file) != 0) {
      Fail("the plain file cannot be written");
    }
  });
  close(file);
  return measured;
}

Measured RocksDb(int batch, double seconds, const std::string& directory) {
  const std::string bytes(RecordBytes() * batch, 'r');
  rocksdb::Options options = log::MakeOptions(64 << 20);
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, absl::StrCat(directory, "/rocks"), &opened).ok()) {
    Fail("RocksDB does not open");
  }
  std::unique_ptr<rocksdb::DB> db(opened);
  uint64_t next = 0;
  return Repeat(batch, seconds, [&] {
    const std::string key = absl::StrCat(absl::Dec(next++, absl::kZeroPad16));
    if (!db->Put(log::AppendOptions(), key, bytes).ok()) Fail("RocksDB does not write");
  });
}

Measured LogLayer(int batch, double seconds, const std::string& directory) {
  auto log = log::RocksLog::Open({.data_dir = absl::StrCat(directory, "/log")}, log::Head{});
  if (!log.ok()) Fail(std::string(log.status().message()));
  log::Head head;
  return Repeat(batch, seconds, [&] {
    std::vector<Hash256> chains;
    log::Group group = log::PackGroup(RecordsAfter(head.lsn, batch), head, &chains);
    head = group.head;
    (*log)->Append(group, [](const absl::Status& status) {
      if (!status.ok()) Fail(std::string(status.message()));
    });
  });
}

}  // namespace

size_t RecordBytes() {
  std::vector<Hash256> chains;
  return log::PackGroup(RecordsAfter(Lsn{0}, 1), log::Head{}, &chains).bytes.size();
}

Measured MeasureLimit(Limit limit, int batch, double seconds, const std::string& directory) {
  switch (limit) {
    case Limit::kPlainFile:
      return PlainFile(batch, seconds, directory);
    case Limit::kRocksDb:
      return RocksDb(batch, seconds, directory);
    case Limit::kLog:
      break;
  }
  return LogLayer(batch, seconds, directory);
}

}  // namespace pegel::testing

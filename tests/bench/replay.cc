// How fast a log becomes a World again: the rules alone, and from disk with every hash verified.
// A log of add_acl and drop_acl with request ids, as calls make them.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/fold.h"
#include "log/group.h"
#include "log/rocks_log.h"
#include "replay/folder.h"
#include "tests/bench/figure.h"
#include "tests/bench/maker.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

constexpr uint64_t kGroup = 64, kEntries = 50'000;

std::vector<Record> MakeRecords(uint64_t count) {
  World world;
  std::vector<Record> records;
  records.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    Record record;
    record.moment = {Next(world.lsn), UnixNanos{static_cast<int64_t>(i) * 10'000},
                     AuthorOf("User:loader")};
    if (i == 0) {
      record.command = BootOf(false);
    } else {
      record.request_id = RequestId{i * 0x9E3779B97F4A7C15, i};
      const acl::Entry entry = EntryOf("ALLOW", absl::StrCat("User:u", i % 1'000), "READ",
                                       absl::StrCat("bench.t", i % kEntries));
      const bool is_add = i / kEntries % 2 == 0;
      record.command = is_add ? Command(AddAcl{entry}) : Command(DropAcl{FilterOf(entry)});
    }
    record.effect = Apply(world, record.moment, record.request_id, record.command).effect;
    records.push_back(std::move(record));
  }
  return records;
}

log::Head Write(const std::vector<Record>& records, const std::string& data_dir) {
  auto log = log::RocksLog::Open({.data_dir = data_dir}, log::Head{});
  if (!log.ok()) Fail(std::string(log.status().message()));
  log::Head head;
  for (size_t begin = 0; begin < records.size(); begin += kGroup) {
    const size_t end = std::min(records.size(), begin + kGroup);
    std::vector<Hash256> chains;
    const absl::Span<const Record> of_group(&records[begin], end - begin);
    log::Group group = log::PackGroup(of_group, head, &chains);
    head = group.head;
    (*log)->Append(group, [](const absl::Status& status) {
      if (!status.ok()) Fail(std::string(status.message()));
    });
  }
  return head;
}

double PerSecond(uint64_t records, const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return static_cast<double>(records) /
         std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void Fold(const std::vector<Record>& records) {
  World world;
  for (const Record& record : records) {
    if (Apply(world, record.moment, record.request_id, record.command).effect != record.effect) {
      Fail("the fold is another one");
    }
  }
}

// As a start does it: read, decode, chain, effects.
void Verify(const std::string& data_dir, const log::Head& head) {
  auto inspection = log::RocksLog::Inspect({.data_dir = data_dir}, /*must_exist=*/true);
  if (!inspection.ok()) Fail(std::string(inspection.status().message()));
  auto reader = inspection->log->Read(Lsn{1});
  if (!reader.ok()) Fail(std::string(reader.status().message()));
  replay::Folder folder;
  for (;;) {
    Lsn first;
    absl::string_view bytes;
    auto more = (*reader)->Next(&first, &bytes);
    if (!more.ok()) Fail(std::string(more.status().message()));
    if (!*more) break;
    absl::Status status =
        folder.AddGroup(first, bytes, [](const Record&, const Applied&, const Hash256&) {});
    if (!status.ok()) Fail(std::string(status.message()));
  }
  if (folder.head() != head) Fail("not all was read");
}

}  // namespace

std::vector<Figure> ReplayFigures(bool is_quick) {
  const uint64_t count = is_quick ? 200'000 : 1'000'000;
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  const std::vector<Record> records = MakeRecords(count);
  const log::Head head = Write(records, data_dir);
  const std::string of = absl::StrCat("replay of ", count, " records: ");
  return {{of + "the fold alone", 1e6, PerSecond(count, [&] { Fold(records); }), "records/s"},
          {of + "from RocksDB, every hash verified", 400'000,
           PerSecond(count, [&] { Verify(data_dir, head); }), "records/s"}};
}

}  // namespace pegel::testing

// How fast an auditor reads a log of all kinds of calls, refused ones among them (replay.cc has one
// of ACLs alone): the rules, with reading and decoding, and as `pegel-replay verify` does it, with
// every hash and a thousand receipts.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/fold.h"
#include "log/group.h"
#include "log/record_codec.h"
#include "log/rocks_log.h"
#include "replay/verify.h"
#include "tests/bench/figure.h"
#include "tests/support/folded_history.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kGroupRecords = 100;
constexpr uint64_t kReceipts = 1'000;

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "pegel_goals: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

// A log of random calls on rules, configs, servers and tables, refused ones among them.
struct Made {
  log::Head head;
  std::vector<Record> records;
  std::vector<replay::Witness> receipts;
};

Made MakeLog(const std::string& data_dir, uint64_t records) {
  auto log = log::RocksLog::Open({.data_dir = data_dir}, log::Head{});
  if (!log.ok()) Fail(log.status());
  FoldedHistory history(SeedFromEnvironment());
  Made made;
  while (made.records.size() < records) {
    log::Group group = history.NextGroup(kGroupRecords, /*keep_digests=*/false);
    (*log)->Append(group, [](const absl::Status& status) {
      if (!status.ok()) Fail(status);
    });
    auto split = log::SplitGroup(group.bytes);
    if (!split.ok()) Fail(split.status());
    for (absl::string_view bytes : *split) {
      auto stored = log::DecodeRecord(bytes);
      if (!stored.ok()) Fail(stored.status());
      const Lsn lsn = stored->record.moment.lsn;
      if (lsn.value % (records / kReceipts) == 0) {
        made.receipts.push_back({{lsn, log::ChainHash(bytes)}, "a receipt"});
      }
      made.records.push_back(std::move(stored->record));
    }
  }
  made.head = history.head();
  return made;
}

double RecordsPerSecond(uint64_t records, const std::function<void()>& work) {
  Clock::time_point begin = Clock::now();
  work();
  return static_cast<double>(records) / std::chrono::duration<double>(Clock::now() - begin).count();
}

void Fold(const std::vector<Record>& records) {
  World world;
  for (const Record& record : records) {
    Applied applied = Apply(world, record.moment, record.request_id, record.command);
    if (applied.effect != record.effect) Fail(absl::InternalError("the fold is another one"));
  }
}

void ReadAndFold(const log::Log& log) {
  World world;
  auto reader = log.Read(Lsn{1});
  if (!reader.ok()) Fail(reader.status());
  for (;;) {
    Lsn first;
    absl::string_view bytes;
    auto more = (*reader)->Next(&first, &bytes);
    if (!more.ok()) Fail(more.status());
    if (!*more) return;
    auto split = log::SplitGroup(bytes);
    if (!split.ok()) Fail(split.status());
    for (absl::string_view record_bytes : *split) {
      auto stored = log::DecodeRecord(record_bytes);
      if (!stored.ok()) Fail(stored.status());
      const Record& record = stored->record;
      Apply(world, record.moment, record.request_id, record.command);
    }
  }
}

void VerifyAll(const log::Log& log, const Made& made) {
  auto verified =
      replay::Verify(log, replay::Folded{}, {{}, made.receipts, nullptr}, [](const log::Head&) {});
  if (!verified.ok()) Fail(verified.status());
  if (verified->folded.head != made.head) Fail(absl::InternalError("not all was verified"));
}

}  // namespace

std::vector<Figure> AuditFigures(bool is_quick) {
  const uint64_t records = is_quick ? 100'000 : 1'000'000;
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  const Made made = MakeLog(data_dir, records);
  auto inspection = log::RocksLog::Inspect({.data_dir = data_dir}, /*must_exist=*/true);
  if (!inspection.ok()) Fail(inspection.status());
  const log::Log& log = *inspection->log;
  const std::string of = absl::StrCat("log of ", records, " calls of all kinds: ");
  std::vector<Figure> figures;
  auto measure = [&](const char* what, const std::function<void()>& work) {
    figures.push_back({of + what, {}, RecordsPerSecond(made.records.size(), work), "records/s"});
  };
  measure("fold only", [&] { Fold(made.records); });
  measure("read from RocksDB and folded", [&] { ReadAndFold(log); });
  measure("verified, every hash and 1,000 receipts", [&] { VerifyAll(log, made); });
  return figures;
}

}  // namespace pegel::testing

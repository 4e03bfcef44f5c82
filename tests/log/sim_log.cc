#include "tests/log/sim_log.h"

#include <future>
#include <memory>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "log/group.h"
#include "tests/log/records.h"
#include "tests/sim/sim_clock.h"

namespace pegel::log {
namespace {

constexpr uint64_t kLargeEvery = 4;
constexpr size_t kLargeBytes = 6000;

Record SimRecord(Lsn lsn) {
  Record record = pegel::testing::PlainRecord(lsn);
  if (lsn.value % kLargeEvery == 0) {
    record.command = Boot{"cluster", 1, {{"filler", std::string(kLargeBytes, 'x')}}};
  }
  return record;
}

}  // namespace

RocksLogOptions SimOptions(pegel::testing::SimDisk& disk) {
  static pegel::testing::SimClock clock;
  RocksLogOptions options;
  options.data_dir = "/data";
  options.file_system = &disk;
  options.clock = &clock;
  options.write_buffer_bytes = 64 << 10;
  return options;
}

Group SimGroup(const Head& after, uint64_t count, std::vector<Hash256>* chains) {
  std::vector<Record> records;
  for (uint64_t i = 1; i <= count; ++i) records.push_back(SimRecord(Lsn{after.lsn.value + i}));
  return PackGroup(records, after, chains);
}

absl::Status AppendAndWait(Log& log, const Group& group) {
  auto answer = std::make_shared<std::promise<absl::Status>>();  // Throws at a second answer.
  log.Append(group, [answer](absl::Status status) { answer->set_value(std::move(status)); });
  return answer->get_future().get();
}

Head HeadAt(const std::vector<Hash256>& chains, Lsn lsn) {
  if (lsn.value == 0) return Head{};
  PEGEL_CHECK(lsn.value <= chains.size(), "lsn ", lsn.value, " of ", chains.size());
  return Head{lsn, chains[lsn.value - 1]};
}

}  // namespace pegel::log

#include "log/sequencer.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/types/span.h"
#include "log/group.h"
#include "log/record_codec.h"

namespace pegel::log {
namespace {

// Bound a group to about 8 MiB, but for one record that is larger: RocksDB holds a group in memory
// several times.
constexpr size_t kGroupRecordsMax = 4096;
constexpr size_t kGroupBytesMax = 8 << 20;

// How many of the first records make the next group.
size_t GroupSize(absl::Span<const Record> records) {
  size_t count = 0, bytes = 0;
  while (count < std::min(records.size(), kGroupRecordsMax)) {
    bytes += EncodedBytesMax(records[count]);
    if (count > 0 && bytes > kGroupBytesMax) break;
    ++count;
  }
  return count;
}

// What cannot be read again must not be written: one such record would shut the log for ever.
absl::Status CheckReadable(const Group& group) {
  absl::StatusOr<std::vector<absl::string_view>> records = SplitGroup(group.bytes);
  if (!records.ok()) return records.status();
  uint64_t lsn = group.first.value;
  for (absl::string_view bytes : *records) {
    absl::StatusOr<StoredRecord> read = DecodeRecord(bytes);
    if (!read.ok()) {
      return absl::InternalError(absl::StrCat("lsn ", lsn,
                                              " would not be readable, so nothing was "
                                              "written: ",
                                              read.status().message()));
    }
    ++lsn;
  }
  return absl::OkStatus();
}

// Waits until the group is durable or refused.
absl::Status AppendAndWait(Log& log, const Group& group) {
  // Shared, because the log's thread may still be inside set_value when ours goes on.
  auto done = std::make_shared<std::promise<absl::Status>>();
  log.Append(group, [done](absl::Status status) { done->set_value(std::move(status)); });
  return done->get_future().get();
}

}  // namespace

struct Sequencer::Impl {
  Impl(Log& the_log, Head after, std::function<void(Committed)> report_to)
      : log(the_log), head(after), report(std::move(report_to)) {}

  void Run();
  bool Take(std::vector<Record>* records);
  void AppendAll(absl::Span<const Record> records);
  void AppendGroup(absl::Span<const Record> records);

  Log& log;
  Head head;             // Writer thread only.
  absl::Status failure;  // Writer thread only.
  const std::function<void(Committed)> report;

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Record> waiting;  // Guarded by mutex.
  bool is_closing = false;      // Guarded by mutex.
  std::thread thread;
};

void Sequencer::Impl::Run() {
  std::vector<Record> records;
  while (Take(&records)) AppendAll(records);
}

// Waits for records and takes all there are. False: closing, and none are left.
bool Sequencer::Impl::Take(std::vector<Record>* records) {
  records->clear();
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [this] { return is_closing || !waiting.empty(); });
  records->swap(waiting);
  return !records->empty();
}

void Sequencer::Impl::AppendAll(absl::Span<const Record> records) {
  while (!records.empty() && failure.ok()) {
    size_t count = GroupSize(records);
    AppendGroup(records.subspan(0, count));
    records.remove_prefix(count);
  }
}

void Sequencer::Impl::AppendGroup(absl::Span<const Record> records) {
  Committed committed;
  Group group = PackGroup(records, head, &committed.chains);
  failure = CheckReadable(group);
  if (failure.ok()) failure = AppendAndWait(log, group);
  if (!failure.ok()) return report(Committed{failure, {}, {}});
  head = group.head;
  committed.through = head.lsn;
  report(std::move(committed));
}

Sequencer::Sequencer(Log& log, Head head, std::function<void(Committed)> report)
    : impl_(std::make_unique<Impl>(log, head, std::move(report))) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->Run(); });
}

Sequencer::~Sequencer() {
  {
    std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->is_closing = true;
  }
  impl_->changed.notify_one();
  impl_->thread.join();
}

void Sequencer::Submit(std::vector<Record> records) {
  {
    std::lock_guard<std::mutex> lock(impl_->mutex);
    std::move(records.begin(), records.end(), std::back_inserter(impl_->waiting));
  }
  impl_->changed.notify_one();
}

}  // namespace pegel::log

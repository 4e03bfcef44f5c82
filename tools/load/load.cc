#include "tools/load/load.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace pegel::tools {
namespace {

// One run. Callbacks of the pipeline point to it, so the pipeline, the last member, goes first.
class Load {
 public:
  Load(const LoadOptions& options, std::unique_ptr<net::Pipeline> pipeline)
      : options_(options),
        mix_(options.kinds, options.keys, options.batch, options.seed),
        pipeline_(std::move(pipeline)) {}

  absl::StatusOr<LoadResult> Run() {
    DropLeftovers();
    if (!broken_.ok()) return broken_;
    const int64_t begin = Now();
    measure_from_ = begin + Nanos(options_.warmup_seconds);
    end_ = measure_from_ + Nanos(options_.seconds);
    if (options_.calls_per_second > 0) {
      RunOpen(begin);
    } else {
      RunClosed();
    }
    if (!broken_.ok()) return broken_;
    result_.seconds = static_cast<double>(end_ - measure_from_) / 1e9;
    return std::move(result_);
  }

 private:
  static int64_t Now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
  static int64_t Nanos(double seconds) { return std::llround(seconds * 1e9); }

  // What an earlier load left, so that every entry that is added is new.
  void DropLeftovers() {
    pipeline_->Send(0, Mix::EverythingMade(), [this](absl::Status status) {
      broken_ = std::move(status);
      pipeline_->Stop();
    });
    pipeline_->RunFor(Nanos(60));
  }

  void RunClosed() {
    for (int i = 0; i < options_.outstanding; ++i) Send(i % options_.connections, Now());
    pipeline_->RunFor(end_ - Now());
    is_over_ = true;
  }

  void RunOpen(int64_t begin) {
    const double step = 1e9 / options_.calls_per_second;
    for (int64_t sent = 0; broken_.ok();) {
      const int64_t due = begin + std::llround(static_cast<double>(sent) * step);
      if (due >= end_) break;
      const int64_t wait = due - Now();
      // Due and no room: the time that passes until there is some counts for the call.
      if (wait > 0 || under_way_ >= options_.outstanding) {
        pipeline_->RunFor(std::max<int64_t>(wait, 20'000));
        continue;
      }
      Send(static_cast<int>(sent++ % options_.connections), due);
      if (sent % 16 == 0) pipeline_->RunFor(0);
    }
    is_over_ = true;
    const int64_t patience = Now() + Nanos(10);
    while (under_way_ > 0 && broken_.ok() && Now() < patience) pipeline_->RunFor(1'000'000);
  }

  void Send(int connection, int64_t since) {
    Mix::Next next = mix_.Make();
    ++under_way_;
    pipeline_->Send(connection, next.ask,
                    [this, connection, since, kind = next.kind](const absl::Status& status) {
                      OnAnswer(connection, since, kind, status);
                    });
  }

  void OnAnswer(int connection, int64_t since, Kind kind, const absl::Status& status) {
    --under_way_;
    const int64_t now = Now();
    if (absl::IsUnavailable(status)) {
      broken_ = status;
      return pipeline_->Stop();
    }
    const bool is_open = options_.calls_per_second > 0;
    // Open: calls that were due in time count, however late their answers are.
    if ((is_open ? since : now) >= measure_from_ && (is_open || now < end_)) {
      if (status.ok()) {
        result_.latencies[kind].Add(now - since);
      } else if (result_.refused++ == 0) {
        result_.first_refusal = std::string(status.message());
      }
    }
    if (!is_open && !is_over_) Send(connection, now);
  }

  const LoadOptions& options_;
  Mix mix_;
  LoadResult result_;
  absl::Status broken_;
  int64_t measure_from_ = 0, end_ = 0;
  int under_way_ = 0;
  bool is_over_ = false;
  std::unique_ptr<net::Pipeline> pipeline_;
};

}  // namespace

absl::StatusOr<LoadResult> RunLoad(const LoadOptions& options) {
  auto pipeline = net::Pipeline::Connect(options.server, options.connections);
  if (!pipeline.ok()) return pipeline.status();
  return Load(options, *std::move(pipeline)).Run();
}

}  // namespace pegel::tools

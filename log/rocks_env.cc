#include "log/rocks_env.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/system_clock.h>

#include <cstdarg>
#include <cstdio>
#include <utility>

#include "log/rocks_status.h"

namespace pegel::log {
namespace {

template <typename T>
std::shared_ptr<T> Unowned(T* pointer) {
  return std::shared_ptr<T>(pointer, [](T*) {});
}

// NewCompositeEnv knows no clock; RocksDB takes it from this member.
class LogEnv final : public rocksdb::EnvWrapper {
 public:
  LogEnv(const std::shared_ptr<rocksdb::FileSystem>& fs, rocksdb::SystemClock* clock,
         rocksdb::Env* workers)
      : rocksdb::EnvWrapper(rocksdb::NewCompositeEnv(fs)),
        workers_(workers != nullptr ? workers : target()) {
    file_system_ = fs;
    if (clock != nullptr) system_clock_ = Unowned(clock);
  }

  void Schedule(void (*work)(void*), void* arg, Priority priority, void* tag,
                void (*drop)(void*)) override {
    workers_->Schedule(work, arg, priority, tag, drop);
  }
  int UnSchedule(void* tag, Priority priority) override {
    return workers_->UnSchedule(tag, priority);
  }

 private:
  rocksdb::Env* const workers_;
};

class WarningLogger final : public rocksdb::Logger {
 public:
  explicit WarningLogger(OnWarning on_warning)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), on_warning_(std::move(on_warning)) {}

  // The long list of options at every open; it has no level.
  void LogHeader(const char*, va_list) override {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    if (!on_warning_) return;
    char line[1024];  // RocksDB's warnings are shorter; a longer one is cut.
    std::vsnprintf(line, sizeof line, format, arguments);
    on_warning_(line);
  }

 private:
  const OnWarning on_warning_;
};

class BackgroundErrorListener final : public rocksdb::EventListener {
 public:
  BackgroundErrorListener(std::shared_ptr<FailureLatch> failure, OnWarning on_warning)
      : failure_(std::move(failure)), on_warning_(std::move(on_warning)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    absl::Status status = ToStatus(*error, "RocksDB stopped after an error");
    failure_->Set(status);
    if (on_warning_) on_warning_(status.ToString());
  }

 private:
  const std::shared_ptr<FailureLatch> failure_;
  const OnWarning on_warning_;
};

}  // namespace

void FailureLatch::Set(absl::Status failure) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (first_.ok()) first_ = std::move(failure);
}

absl::Status FailureLatch::Get() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return first_;
}

std::unique_ptr<rocksdb::Env> MakeEnv(rocksdb::FileSystem* fs, rocksdb::SystemClock* clock,
                                      rocksdb::Env* workers) {
  return std::make_unique<LogEnv>(fs == nullptr ? rocksdb::FileSystem::Default() : Unowned(fs),
                                  clock, workers);
}

std::shared_ptr<rocksdb::Logger> MakeLogger(OnWarning on_warning) {
  return std::make_shared<WarningLogger>(std::move(on_warning));
}

std::shared_ptr<rocksdb::EventListener> MakeListener(std::shared_ptr<FailureLatch> failure,
                                                     OnWarning on_warning) {
  return std::make_shared<BackgroundErrorListener>(std::move(failure), std::move(on_warning));
}

}  // namespace pegel::log

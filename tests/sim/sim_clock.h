// Clocks for RocksDB.
#pragma once

#include <rocksdb/system_clock.h>

namespace pegel::testing {

// Sleeping is free: RocksDB sleeps for a second after a failed flush.
class SimClock final : public rocksdb::SystemClockWrapper {
 public:
  SimClock() : rocksdb::SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "SimClock"; }
  void SleepForMicroseconds(int) override {}
};

// One on which no time passes, so that RocksDB writes the same times at every run.
class StillClock final : public rocksdb::SystemClockWrapper {
 public:
  StillClock() : rocksdb::SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "StillClock"; }
  uint64_t NowMicros() override { return kMicros; }
  uint64_t NowNanos() override { return kMicros * 1000; }
  void SleepForMicroseconds(int) override {}
  rocksdb::Status GetCurrentTime(int64_t* seconds) override {
    *seconds = kMicros / 1'000'000;
    return rocksdb::Status::OK();
  }

 private:
  static constexpr uint64_t kMicros = 1'700'000'000'000'000;
};

}  // namespace pegel::testing

// A clock on which sleeping is free: RocksDB sleeps for a second after a failed flush.
#pragma once

#include <rocksdb/system_clock.h>

namespace pegel::testing {

class SimClock final : public rocksdb::SystemClockWrapper {
 public:
  SimClock() : rocksdb::SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "SimClock"; }
  void SleepForMicroseconds(int) override {}
};

}  // namespace pegel::testing

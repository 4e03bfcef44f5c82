#include "tests/sim/stage.h"

#include <algorithm>
#include <vector>

namespace pegel::sim {

bool Stage::RunNext() {
  if (tasks_.empty()) return false;
  auto next = tasks_.extract(tasks_.begin());
  now_ms_ = next.key().first;
  trace.Step(now_ms_);
  next.mapped()();
  if (settle_) settle_();
  return true;
}

UnixNanos Stage::Clock() const {
  return UnixNanos{clock_base_ns_ + (now_ms_ - clock_base_ms_) * clock_rate_ * 1'000'000};
}

void Stage::BendClock() {
  static const std::vector<int64_t> kJumpSeconds = {1,      -1,         600,        3'600,
                                                    -3'600, 31'536'000, -31'536'000};
  int64_t jump = 0;
  if (random.OneIn(2)) jump = random.Of(kJumpSeconds);
  clock_base_ns_ = Clock().value + jump * 1'000'000'000;
  clock_base_ms_ = now_ms_;
  clock_rate_ = random.OneIn(2) ? 1 : static_cast<int64_t>(random.Below(3));
  trace.Note("clock jumps ", jump, " s, rate ", clock_rate_);
  Count("clock_bends");
}

void Stage::SetClockRight(UnixNanos at_least) {
  clock_base_ns_ = std::max(Clock().value, at_least.value);
  clock_base_ms_ = now_ms_;
  clock_rate_ = 1;
}

void Stage::Send(const Task& arrive) {
  bool is_lost = Happens(weather.loss_percent);
  bool is_doubled = Happens(weather.double_percent);
  if (is_lost) Count("messages_lost");
  if (is_doubled) Count("messages_doubled");
  if (!is_lost) After(static_cast<int64_t>(Upto(weather.delay_ms_max)), arrive);
  if (is_doubled) After(static_cast<int64_t>(Upto(3 * weather.delay_ms_max)), arrive);
}

void Stage::Violate(const std::string& checker, std::string what) {
  if (violation_.has_value() || (!only_.empty() && checker != only_)) return;
  trace.Note("VIOLATION ", checker, ": ", what);
  violation_ = Violation{checker, std::move(what)};
}

}  // namespace pegel::sim

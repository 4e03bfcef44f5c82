#include "tools/shell/progress.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace pegel::tools {
namespace {

constexpr absl::Duration kQuietFor = absl::Seconds(1);
constexpr absl::Duration kBetween = absl::Milliseconds(100);
constexpr uint64_t kBarCells = 24;
// Reading the clock for each of a million records would cost more than some of them.
constexpr uint64_t kCallsBetweenLooks = 64;

// `950`, `12 k`, `1.2 M`.
std::string Short(uint64_t count) {
  if (count < 10'000) return absl::StrCat(count);
  if (count < 1'000'000) return absl::StrCat(count / 1000, " k");
  return absl::StrCat(count / 1'000'000, ".", count / 100'000 % 10, " M");
}

}  // namespace

std::string Bar(uint64_t done, uint64_t total) {
  uint64_t cells = std::min(done, total) * kBarCells / std::max<uint64_t>(total, 1);
  return absl::StrCat("[", std::string(cells, '#'), std::string(kBarCells - cells, '-'), "]");
}

Progress::Progress(absl::string_view doing, std::function<absl::Time()> now,
                   std::function<void(const std::string&)> write)
    : doing_(doing),
      now_(std::move(now)),
      write_(std::move(write)),
      begin_(now_()),
      next_(begin_ + kQuietFor) {}

Progress::~Progress() {
  if (is_drawn_) write_(kWipe);
}

void Progress::Show(uint64_t done, uint64_t total) {
  if (!write_ || calls_++ % kCallsBetweenLooks != 0) return;
  absl::Time now = now_();
  if (now < next_) return;
  next_ = now + kBetween;
  is_drawn_ = true;
  write_(absl::StrCat(kWipe, LineOf(std::min(done, total), total, now - begin_)));
}

std::string Progress::LineOf(uint64_t done, uint64_t total, absl::Duration since) const {
  uint64_t all = std::max<uint64_t>(total, 1);
  auto millis = static_cast<uint64_t>(std::max<int64_t>(absl::ToInt64Milliseconds(since), 1));
  uint64_t per_second = done * 1000 / millis;
  std::string line =
      absl::StrFormat("%s  %s %3d %%   %s of %s records, %s/s", doing_, Bar(done, total),
                      done * 100 / all, Short(done), Short(total), Short(per_second));
  if (per_second > 0) absl::StrAppend(&line, ", ", (total - done) / per_second, " s left");
  return line;
}

}  // namespace pegel::tools

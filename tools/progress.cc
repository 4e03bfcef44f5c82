#include "tools/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pegel::tools {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);
constexpr absl::Duration kBetweenDraws = absl::Milliseconds(100);
constexpr uint64_t kUnitsBetweenLooks = 256;
constexpr uint64_t kBarWidth = 24;
constexpr char kToStartAndClear[] = "\r\x1b[K";

void WriteToStandardError(absl::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

// `1,234,567`
std::string Grouped(uint64_t number) {
  std::string digits = absl::StrCat(number);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string Bar(uint64_t done, uint64_t total) {
  uint64_t filled = done * kBarWidth / total;
  return absl::StrCat("[", std::string(filled, '#'), std::string(kBarWidth - filled, '.'), "] ",
                      done * 100 / total, "%  ");
}

}  // namespace

bool IsStandardErrorATerminal() { return isatty(STDERR_FILENO) != 0; }

Progress::Progress(std::string what, ProgressOptions options)
    : what_(std::move(what)), options_(std::move(options)), start_(options_.now()) {
  if (!options_.write) options_.write = WriteToStandardError;
  if (!options_.is_terminal) next_look_ = UINT64_MAX;
  next_draw_ = start_ + kPatience;
}

void Progress::Look(uint64_t done) {
  next_look_ = done + kUnitsBetweenLooks;
  absl::Time now = options_.now();
  if (now < next_draw_) return;
  next_draw_ = now + kBetweenDraws;
  is_drawn_ = true;
  options_.write(absl::StrCat(kToStartAndClear, Line(done, now - start_)));
}

std::string Progress::Line(uint64_t done, absl::Duration elapsed) const {
  std::string bar = options_.total > 0 ? Bar(std::min(done, options_.total), options_.total) : "";
  return absl::StrCat(what_, "  ", bar, Grouped(done), " ", options_.unit, "  ",
                      absl::ToInt64Seconds(elapsed), " s");
}

void Progress::Done() {
  if (std::exchange(is_drawn_, false)) options_.write(kToStartAndClear);
  next_look_ = UINT64_MAX;
}

}  // namespace pegel::tools

// A progress bar for work that may take longer than a second.
//
//   Progress progress("verify", {.total = 1'000'000});
//   while (…) progress.Show(++done);
//   progress.Done();
//
// On a terminal, a line on standard error that is drawn over and over, from the second second on;
// anywhere else, nothing. One thread. Costs one comparison per call and a look at the clock now and
// then.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace pegel::tools {

bool IsStandardErrorATerminal();

struct ProgressOptions {
  uint64_t total = 0;  // 0: not known; then only a count is shown.
  std::string unit = "records";
  bool is_terminal = IsStandardErrorATerminal();
  // For tests.
  std::function<absl::Time()> now = absl::Now;
  std::function<void(absl::string_view)> write;  // Empty: to standard error.
};

class Progress {
 public:
  Progress(std::string what, ProgressOptions options);
  ~Progress() { Done(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` units are behind us; never less than before.
  void Show(uint64_t done) {
    if (done >= next_look_) Look(done);
  }

  // Takes the line away. Also done by the destructor; more often does no harm.
  void Done();

 private:
  void Look(uint64_t done);
  std::string Line(uint64_t done, absl::Duration elapsed) const;

  std::string what_;
  ProgressOptions options_;
  absl::Time start_;
  absl::Time next_draw_;
  uint64_t next_look_ = 0;
  bool is_drawn_ = false;
};

}  // namespace pegel::tools

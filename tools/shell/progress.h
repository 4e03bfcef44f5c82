// A bar for what takes longer than a second: how far, how fast, how long still.
//
//   verify  [###########-------------]  46 %   1.2 M of 2.6 M records, 310 k/s, 5 s left
//
// One line that is drawn over itself ten times a second and wiped at the end. Only for a terminal:
// a file or a pipe gets nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace pegel::tools {

// Back to the beginning of the line, and wiped to its end.
inline constexpr char kWipe[] = "\r\x1b[K";

// `[######------------------]`: how much of `total` is done; empty while there is nothing to do.
std::string Bar(uint64_t done, uint64_t total);

class Progress {
 public:
  // `write` puts text on the terminal; empty: there is none.
  Progress(absl::string_view doing, std::function<absl::Time()> now,
           std::function<void(const std::string&)> write);
  ~Progress();  // Wipes the line.

  void Show(uint64_t done, uint64_t total);  // Cheap; draws only when it is time.

 private:
  std::string LineOf(uint64_t done, uint64_t total, absl::Duration since) const;

  const std::string doing_;
  const std::function<absl::Time()> now_;
  const std::function<void(const std::string&)> write_;
  const absl::Time begin_;
  absl::Time next_;
  uint64_t calls_ = 0;
  bool is_drawn_ = false;
};

}  // namespace pegel::tools

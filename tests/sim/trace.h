// What happened in a life, as a running hash: one number per step, equal in two runs of one seed or
// the first step where they part is named.
//
// A step is one thing that the scheduler let happen; each line in it is hashed as it is written.
// The lines themselves are kept only when somebody wants to read them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace pegel::sim {

class Trace {
 public:
  explicit Trace(bool keeps_lines) : keeps_lines_(keeps_lines) {}

  // Begins the next step, at this virtual time.
  void Step(int64_t now_ms);

  template <typename... Pieces>
  void Note(const Pieces&... pieces) {
    Add(absl::StrCat(pieces...));
  }

  // After each step.
  const std::vector<uint64_t>& hashes() const { return hashes_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void Add(const std::string& line);
  void Hash(const void* bytes, size_t size);

  bool keeps_lines_;
  int64_t now_ms_ = 0;
  uint64_t hash_ = 0xcbf29ce484222325;
  std::vector<uint64_t> hashes_;
  std::vector<std::string> lines_;
};

}  // namespace pegel::sim

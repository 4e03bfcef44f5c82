// What callers remember of a life, and whether one order explains it: linearizability as they see
// it, without lsns, receipts or the reference world's order (tests/linear/search.h).
//
// Objects are rules of access, there or not, and config keys with their dynamic values. A listing
// is a read of each object that it would show. What nobody can know is taken as it suits the
// server: a call without an answer, one whose id was used before, and the second coming of a
// doubled message may have happened or not. Owned by the judge.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/linear/search.h"
#include "tests/sim/model/model.h"

namespace pegel::sim {

class Memories {
 public:
  using Id = size_t;

  // A call begins. `may_repeat`: messages are doubled and ids forgotten, so it may happen again.
  Id Begin(const model::Ask& ask, bool may_repeat);
  // Its answer has come.
  void End(Id id, bool is_accepted, const std::vector<model::Row>& rows);

  struct Judged {
    size_t objects = 0;
    size_t operations = 0;
    uint64_t steps = 0;
    std::optional<std::string> violation;
  };
  Judged Judge() const;

 private:
  struct Memory {
    model::Ask ask;
    linear::Moment call = 0;
    linear::Moment done = linear::kNever;
    bool may_repeat = false;
    bool is_accepted = false;
    std::vector<model::Row> rows;
  };
  using Histories = std::map<std::string, std::vector<linear::Operation>>;

  static void Add(const Memory& memory, linear::Operation operation,
                  std::vector<linear::Operation>* history);
  void AddRules(Histories* histories) const;
  void AddConfigs(Histories* histories) const;

  linear::Moment now_ = 0;
  std::vector<Memory> memories_;
};

}  // namespace pegel::sim

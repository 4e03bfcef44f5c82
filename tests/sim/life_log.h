// The log of a life: the contract of every Log, and what a life does to it.
//
// An append stays under way until the life says what becomes of it: it finishes, fails, or the
// process ends first. What was acknowledged must be found by every recovery, and what was under way
// may be.
//
// One thread. Outlives every server that writes to it.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "core/check.h"
#include "log/log.h"
#include "replay/fold_log.h"

namespace pegel::sim {

class LifeLog : public log::Log {
 public:
  // What a failure or a crash leaves of the append under way. A log on a disk has more to choose
  // from and draws for itself.
  enum class Left { kNothing, kGroup, kGroupAndAnchor };

  // What a server that starts finds. First of all; again after every crash.
  virtual absl::StatusOr<replay::Folded> Recover() = 0;

  // Where a walk through history to `from` may begin.
  virtual replay::Folded StartFor(Lsn) const { return {}; }

  virtual void Finish() = 0;          // The append under way is durable, and said so.
  virtual void Fail(Left left) = 0;   // It failed; this is on the disk.
  virtual void Crash(Left left) = 0;  // Nobody is there to be told.

  virtual const log::Head& anchor() const = 0;
  virtual Lsn durable() const = 0;  // The last record that may be spoken of.

  bool is_busy() const { return under_way_.has_value(); }

  // ---- log::Log ----
  void Append(const log::Group& group, std::function<void(absl::Status)> done) final {
    PEGEL_CHECK(!is_busy(), "one append at a time");
    under_way_ = UnderWay{group, std::move(done)};
  }

 protected:
  struct UnderWay {
    log::Group group;
    std::function<void(absl::Status)> done;
  };
  std::optional<UnderWay> under_way_;
};

}  // namespace pegel::sim

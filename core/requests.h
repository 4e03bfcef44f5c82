// Exactly once: the calls already answered, by request id.
//
// A client that lost the reply sends the same call again with the same id; the engine finds the
// answer here and returns it instead of doing the work twice. Part of the World, so it survives
// restarts and is the same in every replay. Bounded by count and log time (core/limits.h); what
// fell out of the window is forgotten, and such a late retry is a new call.
#pragma once

#include <compare>
#include <deque>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "core/ids.h"
#include "core/outcome.h"
#include "core/principal.h"

namespace pegel {

// Ids are per principal: nobody can read another's answer by guessing an id.
struct RequestKey {
  Principal principal;
  RequestId id;
  auto operator<=>(const RequestKey&) const = default;
};

struct Answer {
  Lsn lsn;
  UnixNanos time;
  Hash256 fingerprint{};  // Of the command: the id may not be reused for another call.
  Outcome outcome;
  bool operator==(const Answer&) const = default;
};

// A value; owned by the World.
class AnsweredRequests {
 public:
  // Good until the next Remember.
  const Answer* Find(const RequestKey& key) const;

  // Remembers, then forgets what left the window as seen from `answer.time`. The key must be new,
  // and the lsn larger than every one before.
  void Remember(const RequestKey& key, Answer answer);

  size_t size() const { return by_age_.size(); }
  // Lsn of the oldest answer held, or 0 when there is none.
  Lsn OldestLsn() const;

  // Oldest first.
  void ForEach(absl::FunctionRef<void(const RequestKey&, const Answer&)> visit) const;
  bool operator==(const AnsweredRequests& other) const { return by_age_ == other.by_age_; }

 private:
  // Three numbers and no text, because every change looks ids up among a hundred thousand others:
  // principals that use the same id stand next to each other.
  struct Place {
    RequestId id;
    uint64_t number = 0;  // Of the answer, counted since ever: it stands at `number - forgotten_`.
    auto operator<=>(const Place&) const = default;
  };

  void Forget();

  std::deque<std::pair<RequestKey, Answer>> by_age_;
  absl::btree_set<Place> by_id_;  // The same answers by id; derived.
  uint64_t forgotten_ = 0;        // How many there were before the oldest.
};

}  // namespace pegel

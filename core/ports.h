// What net/ asks of the server's line. Declared here so that net/ need not know who implements it
// (tools/server.cc; tests use a fake).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "core/as_of.h"
#include "core/change_feed.h"
#include "core/engine.h"
#include "core/liveness.h"
#include "core/moves/proposal.h"
#include "core/task_feed.h"

namespace pegel {

// A piece of history: every change from where the reader stood through `through`.
struct HistoryPiece {
  absl::Status status;  // Not OK: the log cannot be read there; nothing else is set.
  std::vector<SharedChange> changes;
  Lsn through;
};

// Reads old changes from the log, piece by piece, without keeping the line from its work. Dropping
// it ends it at once; a callback that was under way is never called then. Loop thread only.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;
  // The next piece, of bounded size (one change at least, if there is one) and nothing beyond
  // `end`. `done` is called on the loop thread, later. One call at a time.
  virtual void Next(Lsn end, std::function<void(HistoryPiece)> done) = 0;
};
// What the server runs with: one setting of its own or one static config.
struct EffectiveSetting {
  std::string key;
  std::string value;   // `******` for a secret.
  std::string source;  // `server.yaml:3`, `flag --listen`, `flag -D`, `default`.
  bool operator==(const EffectiveSetting&) const = default;
};

// All of them, or why the caller may not see them.
using SettingsAnswer = std::variant<std::vector<EffectiveSetting>, Error>;

// A snapshot that was put aside and read back.
struct Saved {
  Lsn lsn;             // Of its last record.
  uint64_t bytes = 0;  // On disk.
  Hash256 chain{};     // Of the record at `lsn`.
  Hash256 digest{};    // Of the World there.
  bool operator==(const Saved&) const = default;
};
using SavedAnswer = std::variant<Saved, Error>;

struct PastAnswer {
  Outcome outcome;
};

// A plan that was made, or why there is none; shared, because it may be large.
using SharedProposal = std::shared_ptr<const moves::Proposal>;
using PlanDone = std::function<void(SharedProposal)>;

// Loop thread only. Every callback is called exactly once, on the loop thread, possibly before the
// call returns; when the server stops first, it is dropped uncalled and the connection breaks.
class Line {
 public:
  virtual ~Line() = default;
  virtual void Submit(Author author, RequestId request_id, Command command,
                      std::function<void(Reply)> done) = 0;
  virtual void AskStatus(std::function<void(Status)> done) = 0;

  // What became durable. Shared, because readers may outlive the line by a moment.
  virtual std::shared_ptr<ChangeFeed> changes() = 0;

  // What a command that only reads (and does not plan) would have answered at a point of the past,
  // for callers who may DESCRIBE the cluster, for the past shows everything. Answered off the loop,
  // one after the other; refusals: AUTHORIZATION_EXCEPTION, INVALID_ARGUMENT (there is no such
  // point yet, or no more), OVERLOADED. Nothing is logged.
  virtual void ReadPast(const Author& author, const AsOf& as_of, Command read,
                        std::function<void(PastAnswer)> done) = 0;

  // Changes with an lsn of at least `from`.
  virtual std::unique_ptr<HistoryReader> ReadHistory(Lsn from) = 0;

  // For callers who may DESCRIBE the cluster. Fixed when the server started.
  virtual void AskSettings(const Author& author, std::function<void(SettingsAnswer)> done) = 0;

  // Seals every secret again, under the newest key of the key file as it is now.
  virtual void ResealSecrets(Author author, RequestId request_id,
                             std::function<void(Reply)> done) = 0;

  // A snapshot of at least all that is durable now, for callers who may ALTER the cluster. Answered
  // when it was read back from disk.
  virtual void TakeSnapshot(const Author& author, std::function<void(SavedAnswer)> done) = 0;

  // Renews the lease of a registration, if `author` may. Refusals: those of Liveness::Heartbeat,
  // and AUTHORIZATION_EXCEPTION. Nothing is logged.
  virtual LeaseAnswer Heartbeat(const Author& author, const Registration& who) = 0;

  // What tablet servers are to do, from durable changes. Shared, as changes() is.
  virtual std::shared_ptr<TaskFeed> tasks() = 0;

  // All that this registration should be doing; `done` is called before anything later is
  // published, so that TaskFeed::Begin may be called from it.
  virtual void AskTasks(const Registration& who, std::function<void(TaskList)> done) = 0;

  // What a rebalance with these options would do now. Answered off the loop, plan after plan; a
  // refusal when the goals cannot be reached or too many plans wait. Nothing is logged.
  virtual void AskPlan(rebalance::Options options, PlanDone done) = 0;
};

}  // namespace pegel

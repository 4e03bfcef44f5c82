// What net/ asks of the server's line. Declared here so that net/ need not know who implements it
// (tools/server.cc; tests use a fake).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/change_feed.h"
#include "core/engine.h"

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

  // Changes with an lsn of at least `from`.
  virtual std::unique_ptr<HistoryReader> ReadHistory(Lsn from) = 0;
};

}  // namespace pegel

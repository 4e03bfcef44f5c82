// All subscriptions of a server: who gets which changes next, and when a subscription ends.
//
//   ChangeFeed (ring) ──┐
//                       ├→ gather what the filter selects → ChangeSink.changes, few under way
//   HistoryReader (log) ┘
//
// A subscription is a cursor, so one that is slow costs what is under way and nothing more. It
// reads the ring while the ring holds the lsn that it wants next, else history; history is read for
// one subscription at a time, the others wait in order. Laws: in lsn order, none twice, none left
// out, the selected events of a record together, never before durable.
//
// Owned by the listener. Loop thread only.
#pragma once

#include <kj/async.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/change_feed.h"
#include "core/ports.h"
#include "net/admin.capnp.h"
#include "net/event_port.h"
#include "net/limits.h"
#include "net/server.h"
#include "net/subscribers.h"
#include "net/watch_filter.h"
#include "net/watch_wire.h"

namespace pegel::net {

struct Account;

class WatchHub final : private ChangeListener, private kj::TaskSet::ErrorHandler {
 public:
  using Id = uint64_t;

  struct Request {
    const Account* connection = nullptr;  // Only to know whose it is.
    Author author;
    std::string name;
    WatchFilter filter;
    Lsn from;
    wire::ChangeSink::Client sink;
  };

  // All must outlive the hub, but the line only until the last subscription has ended.
  WatchHub(EventPort& port, Line& line, const Limits& limits, ServerCounters& counters);
  ~WatchHub() noexcept(false);
  KJ_DISALLOW_COPY(WatchHub);

  bool is_full() const { return watches_.size() >= limits_.watches_max; }
  Lsn durable() const { return feed_->through(); }

  // Begins a subscription, or refuses it as net/admin.capnp says.
  std::variant<Id, Error> Begin(Request request);

  // Nothing happens to one that has ended.
  void End(Id id, const std::string& reason);
  void EndAllOf(const Account* connection);

  // False: nothing was sent through this lsn.
  bool Applied(Id id, Lsn through);

  // Fills `out`, or says why not.
  std::optional<Error> TellRollout(const Author& author, const std::string& key,
                                   wire::RolloutReply::Builder out) const;

 private:
  struct Watch;
  struct History;
  enum class Answer { kTaken, kLate };

  // ---- ChangeListener ----
  void OnRightsChanged(Lsn lsn) override;
  void OnPublished() override;

  // ---- sending ----
  void PumpSoon();
  void Pump(Watch& watch);
  Lsn Gather(const Watch& watch, std::vector<Selection>* changes) const;
  void Send(Watch& watch, const std::vector<Selection>& changes, Lsn through);
  void OnAnswer(Id id, Lsn through, size_t bytes, Answer answer);
  void OnBroken(Id id, const kj::Exception& exception);
  void Tick();
  void OnTick();

  // ---- history ----
  void QueueForHistory(Watch& watch);
  void StartHistory();
  void ReadOn();
  void OnHistory(HistoryPiece piece);
  void EndHistory();

  // ---- ending ----
  void Tell(Watch& watch, const Error& error, bool may_resume);
  void Cut(Id id, const Error& error, bool may_resume);
  void Remove(Id id, const std::string& reason);

  std::optional<Error> Refusal(const Request& request) const;
  Watch* Find(Id id);
  void taskFailed(kj::Exception&& exception) override;

  EventPort& port_;
  Line& line_;
  Limits limits_;
  ServerCounters& counters_;
  std::shared_ptr<ChangeFeed> feed_;
  Subscribers subscribers_;
  std::map<Id, std::unique_ptr<Watch>> watches_;
  std::vector<std::unique_ptr<Watch>> leaving_;  // Until the end of the turn.
  Id last_id_ = 0;
  std::unique_ptr<History> history_;  // Null: nobody reads it.
  std::deque<Id> history_queue_;
  bool is_pump_due_ = false;
  bool is_ticking_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // What was deferred checks it.
  kj::TaskSet tasks_;
};

}  // namespace pegel::net

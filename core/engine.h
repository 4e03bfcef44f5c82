// The server's brain without a body: inputs in, effects out. No I/O, no clock, no thread.
//
//   CallArrived    → Append (and later Reply), or Reply at once for a retry or a refusal
//   StatusAsked    → StatusReply, when all that it speaks of is durable
//   TasksAsked     → TasksReply, likewise
//   GroupDurable   → Reply for every call whose record is now durable, then Published
//   AppendFailed   → Stop: never undo, never retry (reliability.md section 3)
//   WritesStopped  → nothing; from now on changes are refused, and reads leave no record
//   RoomIsLow      → nothing; the same for what can wait, until RoomIsBack
//
// The engine decides before it appends, so its World runs ahead of the disk. Nobody can see that:
// replies wait until their lsn is durable. tools/server.cc pumps it with sockets and RocksDB; tests
// pump it by hand.
//
// Owner and thread: the loop thread's, like its World.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "core/change_feed.h"
#include "core/fold.h"
#include "core/task_feed.h"

namespace pegel {

// Proof that a call is in the log: its lsn and the chain hash of its record. A read that is
// answered without a record of its own carries the receipt of the last record that it saw.
struct Receipt {
  Lsn lsn;
  Hash256 chain{};
  bool operator==(const Receipt&) const = default;
};

using CallToken = uint64_t;  // Chosen by the pump, one per call under way, to route the reply.

// ---- inputs ----
struct CallArrived {
  CallToken token = 0;
  Author author;
  RequestId request_id;
  Command command;
  UnixNanos now;  // The clock's reading at arrival; the stamp never goes back.
};
struct StatusAsked {
  CallToken token = 0;
};
// What should this registration of a tablet server be doing?
struct TasksAsked {
  CallToken token = 0;
  Registration who;
};
// The records after the last GroupDurable through `through` are durable and anchored.
struct GroupDurable {
  Lsn through;
  std::vector<Hash256> chains;  // One per record, in order.
};
struct AppendFailed {
  std::string reason;
};
// What the log or the World holds is in doubt: nothing may be added to it.
struct WritesStopped {
  std::string reason;  // For those whose calls are refused.
};
// The disk is nearly full. Changes that can wait are refused, and reads leave no record. What keeps
// watch over the cluster and what ends work goes on, as long as there is room for that.
struct RoomIsLow {
  std::string reason;           // For those whose calls are refused.
  bool is_for_nothing = false;  // Nobody may write any more.
};
struct RoomIsBack {};
using Input = std::variant<CallArrived, StatusAsked, TasksAsked, GroupDurable, AppendFailed,
                           WritesStopped, RoomIsLow, RoomIsBack>;

// ---- effects ----
struct Append {
  Record record;
};
struct Reply {
  CallToken token = 0;
  Outcome outcome;
  std::optional<Receipt> receipt;  // Unset: refused before the line, nothing was logged.
};
// Something that an operator has to look at.
struct Alarm {
  std::string name;  // In capitals: DIVERGED. Stable; scripts match it.
  std::string text;
  bool operator==(const Alarm&) const = default;
};
struct Status {
  // Whoever runs the engine fills these in.
  std::string version;          // Of the program.
  Lsn lsn_snapshot;             // Of the newest snapshot that was verified on disk; 0: none.
  int64_t snapshot_age_ms = 0;  // Since the newest snapshot's last record was stamped.
  Lsn lsn_first;                // Of the log; more than 1 when it was trimmed.
  std::vector<Alarm> alarms;

  std::string cluster_id;
  uint32_t behaviour = 0;
  bool authorizer_enabled = false;
  Lsn lsn_durable;   // When this was answered.
  Lsn lsn_applied;   // When it was asked for: never beyond lsn_durable.
  Hash256 chain{};   // Of lsn_durable.
  Hash256 digest{};  // Of the World at lsn_applied, as the counts below.
  uint64_t acl_entries = 0;
  uint64_t static_configs = 0;
  uint64_t dynamic_configs = 0;  // Explicit nulls included.
  uint64_t answered_requests = 0;
};
struct StatusReply {
  CallToken token = 0;
  Status status;
};
// Comes before the Published of the records after its lsn.
struct TasksReply {
  CallToken token = 0;
  TaskList list;
};
// The records up to `through` are durable: now their changes may be shown to anybody.
struct Published {
  Lsn through;
  std::vector<SharedChange> changes;  // Of the records that have events, in order.
};
struct Stop {
  std::string reason;
};
using Effect = std::variant<Append, Reply, StatusReply, TasksReply, Published, Stop>;

struct EngineOptions {
  bool log_reads = true;           // false: reads are answered without a record.
  size_t line_records_max = 8192;  // Calls waiting for the disk; one more is refused as OVERLOADED.
  size_t line_bytes_max = 64 << 20;  // Their commands and answers; refused likewise.
};

class Engine {
 public:
  // `world` as recovered, `chain` of its lsn, and the chain hashes of the records that answered the
  // requests it remembers, by lsn (replay/recover.h has all three).
  Engine(World world, Hash256 chain, absl::btree_map<Lsn, Hash256> answered_chains,
         EngineOptions options);

  // Effects come in the order in which they must be carried out.
  std::vector<Effect> Step(Input input);

  const World& world() const { return world_; }
  Lsn lsn_durable() const { return durable_; }
  // Of the World at world().lsn; takes as long as encoding the World, unless it was asked before.
  const Hash256& digest();
  // Nothing waits for the disk.
  bool is_idle() const { return durable_ == world_.lsn; }

 private:
  struct Waiter {
    CallToken token = 0;
    std::variant<Outcome, Status, TaskList> answer;  // The last two as they were when asked for.
    Lsn receipt_lsn;
  };

  // What waits for one lsn.
  struct Slot {
    std::vector<Waiter> waiters;
    bool is_remembered = false;  // A retry may ask for this record's receipt later.
    size_t bytes = 0;            // Of the command and its answer.
    SharedChange change;         // Null: the record has no events.
  };

  void On(CallArrived& call, std::vector<Effect>& effects);
  void On(StatusAsked& ask, std::vector<Effect>& effects);
  void On(TasksAsked& ask, std::vector<Effect>& effects);
  void On(GroupDurable& group, std::vector<Effect>& effects);
  void On(AppendFailed& failure, std::vector<Effect>& effects);
  void On(WritesStopped& stop, std::vector<Effect>& effects);
  void On(RoomIsLow& low, std::vector<Effect>& effects);
  void On(RoomIsBack& back, std::vector<Effect>& effects);
  const std::string* WhyNotWritten(const Command& command) const;
  void WaitFor(Lsn lsn, Waiter waiter, std::vector<Effect>& effects);
  void Release(Waiter& waiter, std::vector<Effect>& effects);
  bool AnsweredBefore(CallArrived& call, std::vector<Effect>& effects);
  void ForgetChains();
  Hash256 ChainOf(Lsn lsn) const;
  Status StatusNow();

  World world_;
  EngineOptions options_;
  Lsn durable_;
  Hash256 chain_;                                  // Of durable_.
  absl::btree_map<Lsn, Hash256> answered_chains_;  // For receipts of retries.
  std::deque<Slot> waiting_;                       // [i]: for lsn durable_ + 1 + i.
  size_t waiting_bytes_ = 0;
  bool is_stopped_ = false;
  std::optional<std::string> writes_stopped_;  // Why.
  std::optional<RoomIsLow> room_is_low_;
  std::optional<Hash256> digest_;  // Of world_, until it changes.
};

}  // namespace pegel

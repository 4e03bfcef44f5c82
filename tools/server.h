// The server, wired: engine, log, sequencer and listener around one event loop.
//
//   net/ → Submit → Engine::Step → records gathered over one loop turn → Sequencer (own thread)
//   Sequencer → posted to the loop → Engine::Step(GroupDurable) → replies, and changes to watchers
//   Rebalancer makes plans on a thread of its own, and says when moves have something due
//   DiskRoom says when the disk is nearly full, before it is, and the engine what then goes on
//   SnapshotThread folds what is durable once more, writes snapshots, and raises alarms
//
// Loop thread only, but for what the sequencer's report posts. Used by pegeld and by tests that
// need the whole server in one process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/engine.h"
#include "core/ports.h"
#include "log/sequencer.h"
#include "net/event_loop.h"
#include "net/server.h"
#include "replay/recover.h"
#include "tools/disk_room.h"
#include "tools/history_thread.h"
#include "tools/keyring.h"
#include "tools/past_reader.h"
#include "tools/rebalancer.h"
#include "tools/roomy_files.h"
#include "tools/server_options.h"
#include "tools/snapshot_thread.h"

namespace pegel::tools {

class Server final : public Line {
 public:
  // Recovers the log, writes a Boot record if one is needed, and listens. Errors: what
  // replay/recover.h and net/server.h say, kInvalidArgument for bad static configs (checked before
  // anything is written).
  static absl::StatusOr<std::unique_ptr<Server>> Start(net::EventLoop& loop, ServerOptions options);
  ~Server() override;

  std::string address() const { return listener_->address(); }
  const Engine& engine() const { return *engine_; }
  const log::Head& anchor_at_start() const { return anchor_at_start_; }
  Lsn snapshot_at_start() const { return snapshot_at_start_; }  // 0: all records were folded.

  // Takes no new connections, waits until nothing is in the line (at most `drain_ms`), then stops
  // the loop.
  void Drain(int64_t drain_ms);

  // Why the loop was stopped: OK after Drain, else what failed.
  const absl::Status& stop_reason() const { return stop_reason_; }

  void Submit(Author author, RequestId request_id, Command command,
              std::function<void(Reply)> done) override;
  void AskStatus(std::function<void(Status)> done) override;
  std::shared_ptr<ChangeFeed> changes() override { return changes_; }
  void ReadPast(const Author& author, const AsOf& as_of, Command read,
                std::function<void(PastAnswer)> done) override;
  std::unique_ptr<HistoryReader> ReadHistory(Lsn from) override { return history_->Read(from); }
  void AskSettings(const Author& author, std::function<void(SettingsAnswer)> done) override;
  void ResealSecrets(Author author, RequestId request_id, std::function<void(Reply)> done) override;
  void TakeSnapshot(const Author& author, std::function<void(SavedAnswer)> done) override;
  LeaseAnswer Heartbeat(const Author& author, const Registration& who) override;
  std::shared_ptr<TaskFeed> tasks() override { return tasks_; }
  void AskTasks(const Registration& who, std::function<void(TaskList)> done) override;
  void AskPlan(rebalance::Options options, PlanDone done) override;

 private:
  Server(net::EventLoop& loop, ServerOptions options);

  absl::Status CheckAddress() const;
  absl::Status Recover();
  void StartFolds(replay::Recovered& recovered);
  SnapshotEvents OnSnapshots();
  Rebalancer::Ports ForRebalances();
  void Raise(Alarm alarm);
  std::function<absl::StatusOr<Room>()> RoomPort() const;
  void WatchRoom();
  void LookAtRoomLater();
  void OnRoomChanged();
  absl::Status WithRoomAdvice(const absl::Status& failure) const;
  std::function<void(std::function<void()>)> Poster();
  absl::Status LoadKeys();
  absl::StatusOr<std::map<std::string, config::Value>> Statics(const World& world);
  Error NoKeys(const absl::Status& why) const;
  void WriteBoot(const std::map<std::string, config::Value>& statics);
  void Step(Input input);
  void Do(Append& effect);
  void Do(Reply& effect);
  void Do(StatusReply& effect);
  void Do(TasksReply& effect);
  void Do(Published& effect);
  void Do(Stop& effect);
  void HandOver();
  std::optional<Error> WhyNotPast(const AsOf& as_of) const;
  void LookAtLeasesLater();
  void LookAtLeases();
  void Lose(const Registration& who);
  void OnCommitted(log::Committed committed);
  void StopIfDrained();

  net::EventLoop& loop_;
  ServerOptions options_;
  std::unique_ptr<Keyring> keyring_;  // Null: no key file.
  std::unique_ptr<log::RocksLog> log_;
  std::unique_ptr<DiskRoom> room_;
  std::unique_ptr<RoomyFiles> snapshot_files_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<log::Sequencer> sequencer_;
  std::shared_ptr<ChangeFeed> changes_;
  std::shared_ptr<TaskFeed> tasks_;
  std::unique_ptr<Liveness> liveness_;
  std::unique_ptr<Rebalancer> rebalancer_;
  std::unique_ptr<HistoryThread> history_;
  std::unique_ptr<PastReader> past_;
  std::unique_ptr<Retention> retention_;
  std::unique_ptr<SnapshotThread> snapshots_;
  std::unique_ptr<net::Server> listener_;
  log::Head anchor_at_start_;
  Lsn snapshot_at_start_;
  Lsn last_snapshot_;
  UnixNanos last_snapshot_time_;
  std::map<std::string, std::string> alarms_;  // Texts by name.

  CallToken next_token_ = 1;
  absl::flat_hash_map<CallToken, std::function<void(Reply)>> replies_;
  absl::flat_hash_map<CallToken, std::function<void(Status)>> status_replies_;
  absl::flat_hash_map<CallToken, std::function<void(TaskList)>> task_replies_;
  std::vector<Record> gathered_;  // Of this turn, not handed to the sequencer yet.
  bool is_draining_ = false;
  absl::Status stop_reason_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // Posted tasks check it.
};

}  // namespace pegel::tools

#include "net/watch_wire.h"

#include <kj/debug.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/config/registry.h"
#include "core/limits.h"
#include "net/wire.h"
#include "net/wire_pieces.h"

namespace pegel::net {
namespace {

// ---- config values ----

void WriteSealed(const config::Sealed& sealed, wire::Sealed::Builder out) {
  out.setKeyId(TextOf(sealed.key_id));
  out.setBox({reinterpret_cast<const kj::byte*>(sealed.box.data()), sealed.box.size()});
}

config::Sealed ReadSealed(wire::Sealed::Reader in) {
  return {StringOf(in.getKeyId()),
          std::string(in.getBox().asChars().begin(), in.getBox().asChars().size())};
}

struct ValueWriter {
  wire::ConfigValue::Builder out;

  void operator()(const std::string& text) { out.setText(TextOf(text)); }
  void operator()(const config::Sealed& sealed) { WriteSealed(sealed, out.initSealed()); }
  void operator()(const config::SealedMap& map) {
    auto entries = out.initSealedMap(map.entries.size());
    for (unsigned i = 0; i < entries.size(); ++i) {
      entries[i].setName(TextOf(map.entries[i].name));
      WriteSealed(map.entries[i].value, entries[i].initValue());
    }
  }
};

// The reducers let no secret into the log unsealed; should one be there, it stays here.
void WriteValue(const std::string& key, const std::optional<config::Value>& value,
                wire::ConfigValue::Builder out) {
  if (!value) return;
  KJ_REQUIRE(config::IsSealed(*value) || !config::IsSecret(key),
             "a secret in clear is not sent: that it is in the log is a fault of this server",
             key.c_str());
  std::visit(ValueWriter{out}, *value);
}

std::optional<config::Value> ReadValue(wire::ConfigValue::Reader in) {
  switch (in.which()) {
    case wire::ConfigValue::NULL_:
      return std::nullopt;
    case wire::ConfigValue::TEXT:
      return StringOf(in.getText());
    case wire::ConfigValue::SEALED:
      return ReadSealed(in.getSealed());
    case wire::ConfigValue::SEALED_MAP:
      break;
    default:
      KJ_FAIL_REQUIRE("a kind of config value that this client does not know");
  }
  config::SealedMap map;
  for (wire::SealedEntry::Reader entry : in.getSealedMap()) {
    map.entries.push_back({StringOf(entry.getName()), ReadSealed(entry.getValue())});
  }
  return map;
}

// Where null has no meaning.
config::Value MustReadValue(wire::ConfigValue::Reader in) {
  auto value = ReadValue(in);
  KJ_REQUIRE(value.has_value(), "a null config value, expected one that is set");
  return *std::move(value);
}

// ---- events ----

wire::ServerTag WireTagOf(cluster::ServerTag tag) {
  switch (tag) {
    case cluster::ServerTag::kPermanentOffline:
      return wire::ServerTag::PERMANENT_OFFLINE;
    case cluster::ServerTag::kTemporaryOffline:
      return wire::ServerTag::TEMPORARY_OFFLINE;
  }
  KJ_FAIL_REQUIRE("no such server tag", static_cast<int>(tag));
}

cluster::ServerTag TagOf(wire::ServerTag tag) {
  switch (tag) {
    case wire::ServerTag::PERMANENT_OFFLINE:
      return cluster::ServerTag::kPermanentOffline;
    case wire::ServerTag::TEMPORARY_OFFLINE:
      return cluster::ServerTag::kTemporaryOffline;
  }
  KJ_FAIL_REQUIRE("a server tag that this client does not know: the server is newer");
}

void WriteTagging(cluster::ServerId id, cluster::ServerTag tag, wire::ServerTagging::Builder out) {
  out.setId(id.value);
  out.setTag(WireTagOf(tag));
}

void WritePath(const cluster::TablePath& path, wire::TablePath::Builder out) {
  out.setDatabase(TextOf(path.database));
  out.setTable(TextOf(path.table));
}

cluster::TablePath ReadPath(wire::TablePath::Reader in) {
  return {StringOf(in.getDatabase()), StringOf(in.getTable())};
}

void WriteKey(const cluster::BucketKey& key, wire::BucketKey::Builder out) {
  out.setTable(key.table.value);
  out.setPartition(key.partition.value);
  out.setBucket(key.bucket);
}

cluster::BucketKey ReadKey(wire::BucketKey::Reader in) {
  return {{in.getTable()}, {in.getPartition()}, in.getBucket()};
}

void WriteServers(const std::vector<cluster::ServerId>& servers,
                  capnp::List<int32_t>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i) out.set(i, servers[i].value);
}

std::vector<cluster::ServerId> ReadServers(capnp::List<int32_t>::Reader in) {
  std::vector<cluster::ServerId> servers;
  servers.reserve(in.size());
  for (int32_t server : in) servers.push_back({server});
  return servers;
}

template <typename PartitionEvent>
void WritePartition(const PartitionEvent& event, wire::PartitionEvent::Builder out) {
  out.setTable(event.table.value);
  out.setPartition(event.partition.value);
  out.setName(TextOf(event.name));
}

template <typename Servers>
void WriteList(const Servers& servers, capnp::List<int32_t>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i) out.set(i, servers[i].value);
}

void WriteOptions(const rebalance::Options& options, wire::PlanOptions::Builder out) {
  auto goals = out.initGoals(options.goals.size());
  for (unsigned i = 0; i < goals.size(); ++i) {
    goals.set(i, static_cast<wire::Goal>(options.goals[i]));
  }
  out.setTolerancePermille(options.tolerance_permille);
  out.setIsTriggerOnly(options.is_trigger_only);
  out.setIsDrainOnly(options.is_drain_only);
  out.setTemporaryOffline(static_cast<wire::TemporaryOffline>(options.temporary_offline));
}

void WriteMove(const moves::PlannedMove& move, wire::PlannedMove::Builder out) {
  WriteKey(move.key, out.initKey());
  out.setLeader(move.leader.value);
  out.setNewLeader(move.new_leader.value);
  WriteList(move.origin, out.initOrigin(move.origin.size()));
  WriteList(move.target, out.initTarget(move.target.size()));
  out.setBytes(move.bytes);
  out.setUrgency(static_cast<uint8_t>(move.urgency));
}

void WriteSummary(const moves::PlanSummary& summary, wire::PlanSummary::Builder out) {
  out.setMoves(summary.moves);
  out.setLowerBound(summary.lower_bound);
  out.setIsOptimal(summary.is_optimal);
  out.setLeaderChanges(summary.leader_changes);
  out.setBytes(summary.bytes);
  auto sentences = out.initUnresolved(summary.unresolved.size());
  for (unsigned i = 0; i < sentences.size(); ++i) sentences.set(i, TextOf(summary.unresolved[i]));
}

void WriteState(const moves::MoveState& state, wire::MoveState::Builder out) {
  out.setStatus(static_cast<uint8_t>(state.status));
  out.setPhase(static_cast<uint8_t>(state.phase));
  out.setReason(static_cast<uint8_t>(state.reason));
  out.setAbout(state.about.value);
  out.setAttempt(state.attempt);
  out.setBucketEpoch(state.bucket_epoch);
  out.setLedEpoch(state.led_epoch);
  out.setDueNanos(state.due.value);
  out.setStartedNanos(state.started.value);
  out.setFinishedNanos(state.finished.value);
}

struct EventWriter {
  wire::Event::Builder out;

  void operator()(const Booted& event) {
    wire::Booted::Builder booted = out.initBooted();
    booted.setClusterId(TextOf(event.boot.cluster_id));
    booted.setBehaviour(event.boot.behaviour);
    auto configs = booted.initStaticConfigs(event.boot.static_configs.size());
    unsigned i = 0;
    for (const auto& [key, value] : event.boot.static_configs) {
      configs[i].setKey(TextOf(key));
      WriteValue(key, value, configs[i++].initValue());
    }
  }
  void operator()(const AclAdded& event) { ToWire(event.entry, out.initAclAdded()); }
  void operator()(const AclDropped& event) { ToWire(event.entry, out.initAclDropped()); }
  void operator()(const ConfigSet& event) {
    wire::ConfigSet::Builder set = out.initConfigSet();
    set.setKey(TextOf(event.key));
    WriteValue(event.key, event.value, set.initValue());
  }
  void operator()(const ConfigReset& event) { out.setConfigReset(TextOf(event.key)); }
  void operator()(const ConfigResealed& event) {
    wire::ConfigResealed::Builder resealed = out.initConfigResealed();
    resealed.setKey(TextOf(event.key));
    resealed.setIsStatic(event.is_static);
    WriteValue(event.key, event.value, resealed.initValue());
  }
  void operator()(const ServerRegistered& event) {
    wire::ServerRegistered::Builder server = out.initServerRegistered();
    server.setId(event.id.value);
    server.setRack(TextOf(event.rack));
    server.setAddress(TextOf(event.address));
    server.setEpoch(event.epoch.value);
  }
  void operator()(const ServerDied& event) {
    wire::ServerDied::Builder server = out.initServerDied();
    server.setId(event.id.value);
    server.setEpoch(event.epoch.value);
  }
  void operator()(const ServerUnregistered& event) { out.setServerUnregistered(event.id.value); }
  void operator()(const ServerTagged& event) {
    WriteTagging(event.id, event.tag, out.initServerTagged());
  }
  void operator()(const ServerUntagged& event) {
    WriteTagging(event.id, event.tag, out.initServerUntagged());
  }
  void operator()(const TableCreated& event) {
    wire::TableCreated::Builder table = out.initTableCreated();
    table.setId(event.id.value);
    WritePath(event.path, table.initPath());
    table.setBucketCount(event.bucket_count);
    table.setReplicationFactor(event.replication_factor);
    table.setIsPartitioned(event.is_partitioned);
  }
  void operator()(const PartitionAdded& event) { WritePartition(event, out.initPartitionAdded()); }
  void operator()(const BucketsPlaced& event) {
    wire::BucketsPlaced::Builder placed = out.initBucketsPlaced();
    placed.setTable(event.table.value);
    placed.setPartition(event.partition.value);
    auto buckets = placed.initReplicas(event.replicas.size());
    for (unsigned i = 0; i < buckets.size(); ++i) {
      WriteServers(event.replicas[i], buckets.init(i, event.replicas[i].size()));
    }
  }
  void operator()(const TableDropped& event) {
    wire::TableDropped::Builder table = out.initTableDropped();
    table.setId(event.id.value);
    WritePath(event.path, table.initPath());
  }
  void operator()(const PartitionDropped& event) {
    WritePartition(event, out.initPartitionDropped());
  }
  void operator()(const ReplicasDropped& event) {
    wire::ReplicasDropped::Builder dropped = out.initReplicasDropped();
    WriteKey(event.key, dropped.initKey());
    dropped.setBucketEpoch(event.bucket_epoch);
    WriteServers(event.servers, dropped.initServers(event.servers.size()));
  }
  void operator()(const BucketChanged& event) {
    wire::BucketChanged::Builder changed = out.initBucketChanged();
    WriteKey(event.key, changed.initKey());
    changed.setLeader(event.leader.value);
    changed.setLeaderEpoch(event.leader_epoch);
    changed.setBucketEpoch(event.bucket_epoch);
    auto replicas = changed.initReplicas(event.replicas.size());
    for (unsigned i = 0; i < replicas.size(); ++i) {
      replicas[i].setServer(event.replicas[i].server.value);
      replicas[i].setInSync(event.replicas[i].is_in_sync);
    }
  }
  void operator()(const BucketSized& event) {
    wire::BucketSized::Builder sized = out.initBucketSized();
    WriteKey(event.key, sized.initKey());
    sized.setBytes(event.bytes);
  }
  void operator()(const ReplicaStopped& event) {
    wire::ReplicaStopped::Builder stopped = out.initReplicaStopped();
    WriteKey(event.key, stopped.initKey());
    stopped.setServer(event.server.value);
  }
  void operator()(const RebalanceCreated& event) {
    wire::RebalanceCreated::Builder created = out.initRebalanceCreated();
    created.setId(event.id.value);
    WriteOptions(event.options, created.initOptions());
    created.setPrincipal(TextOf(ToText(event.author)));
    created.setCreatedNanos(event.created.value);
  }
  void operator()(const PlanDrafted& event) {
    wire::PlanDrafted::Builder drafted = out.initPlanDrafted();
    drafted.setRebalance(event.rebalance.value);
    drafted.setRevision(event.revision);
    drafted.setIndex(event.index);
    auto moves = drafted.initMoves(event.moves.size());
    for (unsigned i = 0; i < moves.size(); ++i) WriteMove(event.moves[i], moves[i]);
  }
  void operator()(const PlanAdopted& event) {
    wire::PlanAdopted::Builder adopted = out.initPlanAdopted();
    adopted.setRebalance(event.rebalance.value);
    adopted.setRevision(event.revision);
    WriteSummary(event.summary, adopted.initSummary());
    adopted.setAtNanos(event.at.value);
  }
  void operator()(const PlanWanted& event) {
    wire::PlanWanted::Builder wanted = out.initPlanWanted();
    wanted.setRebalance(event.rebalance.value);
    wanted.setRevision(event.revision);
    WriteServers(event.avoid, wanted.initAvoid(event.avoid.size()));
  }
  void operator()(const RebalancePaused& event) {
    wire::RebalancePaused::Builder paused = out.initRebalancePaused();
    paused.setRebalance(event.rebalance.value);
    paused.setIsPaused(event.is_paused);
  }
  void operator()(const RebalanceFinished& event) {
    wire::RebalanceFinished::Builder finished = out.initRebalanceFinished();
    finished.setRebalance(event.rebalance.value);
    finished.setStatus(static_cast<uint8_t>(event.status));
    finished.setReason(TextOf(event.reason));
    finished.setAtNanos(event.at.value);
  }
  void operator()(const MoveChanged& event) {
    wire::MoveChanged::Builder changed = out.initMoveChanged();
    changed.setRebalance(event.rebalance.value);
    WriteKey(event.key, changed.initKey());
    WriteState(event.state, changed.initState());
  }
  void operator()(const HomeChanged& event) {
    wire::HomeChanged::Builder changed = out.initHomeChanged();
    WriteKey(event.key, changed.initKey());
    auto replicas = changed.initReplicas(event.home.replicas.size());
    for (unsigned i = 0; i < replicas.size(); ++i) {
      replicas[i].setHome(event.home.replicas[i].home.value);
      replicas[i].setStandIn(event.home.replicas[i].stand_in.value);
    }
    changed.setLeader(event.home.leader.value);
  }
};

Booted ReadBooted(wire::Booted::Reader in) {
  Boot boot{StringOf(in.getClusterId()), in.getBehaviour(), {}};
  for (wire::Config::Reader config : in.getStaticConfigs()) {
    boot.static_configs.emplace(StringOf(config.getKey()), MustReadValue(config.getValue()));
  }
  return Booted{std::move(boot)};
}

acl::Entry ReadEntry(wire::AclEntry::Reader in) {
  auto read = FromWire(in);
  KJ_REQUIRE(std::holds_alternative<acl::Entry>(read), "an ACL entry that cannot be");
  return std::get<acl::Entry>(std::move(read));
}

template <typename Tagging>
Tagging ReadTagging(wire::ServerTagging::Reader in) {
  return Tagging{cluster::ServerId{in.getId()}, TagOf(in.getTag())};
}

ServerRegistered ReadRegistered(wire::ServerRegistered::Reader in, UnixNanos time) {
  return {cluster::ServerId{in.getId()}, StringOf(in.getRack()), StringOf(in.getAddress()),
          Lsn{in.getEpoch()}, time};
}

ServerDied ReadDied(wire::ServerDied::Reader in, UnixNanos time) {
  return {cluster::ServerId{in.getId()}, Lsn{in.getEpoch()}, time};
}

TableCreated ReadCreated(wire::TableCreated::Reader in) {
  return {{in.getId()},
          ReadPath(in.getPath()),
          in.getBucketCount(),
          in.getReplicationFactor(),
          in.getIsPartitioned()};
}

template <typename PartitionEvent>
PartitionEvent ReadPartition(wire::PartitionEvent::Reader in) {
  return PartitionEvent{{in.getTable()}, {in.getPartition()}, StringOf(in.getName())};
}

BucketsPlaced ReadPlaced(wire::BucketsPlaced::Reader in) {
  BucketsPlaced placed{{in.getTable()}, {in.getPartition()}, {}};
  placed.replicas.reserve(in.getReplicas().size());
  for (capnp::List<int32_t>::Reader servers : in.getReplicas()) {
    placed.replicas.push_back(ReadServers(servers));
    KJ_REQUIRE(!placed.replicas.back().empty(), "a bucket without replicas");
  }
  return placed;
}

BucketChanged ReadChanged(wire::BucketChanged::Reader in) {
  BucketChanged changed{
      ReadKey(in.getKey()), {in.getLeader()}, in.getLeaderEpoch(), in.getBucketEpoch(), {}};
  for (wire::Replica::Reader replica : in.getReplicas()) {
    changed.replicas.push_back({{replica.getServer()}, replica.getInSync()});
  }
  return changed;
}

// The server's own principal is not one that a caller could write, so this takes any.
Principal PrincipalOf(const std::string& text) {
  size_t colon = text.find(':');
  KJ_REQUIRE(colon != std::string::npos, "a principal without ':'", text.c_str());
  return Principal{text.substr(0, colon), text.substr(colon + 1)};
}

// One of an enumeration that ends with `last`.
template <typename Enum>
Enum ReadEnum(uint64_t number, Enum last) {
  KJ_REQUIRE(number <= static_cast<uint64_t>(last),
             "a number of an event that this client does not know: the server is newer", number);
  return static_cast<Enum>(number);
}

moves::Servers ReadList(capnp::List<int32_t>::Reader in) {
  moves::Servers servers;
  for (int32_t server : in) servers.push_back(cluster::ServerId{server});
  return servers;
}

rebalance::Options ReadOptions(wire::PlanOptions::Reader in) {
  rebalance::Options options;
  for (wire::Goal goal : in.getGoals()) {
    options.goals.push_back(ReadEnum(static_cast<uint64_t>(goal), rebalance::Goal::kRackAware));
  }
  options.tolerance_permille = in.getTolerancePermille();
  options.is_trigger_only = in.getIsTriggerOnly();
  options.is_drain_only = in.getIsDrainOnly();
  options.temporary_offline = ReadEnum(static_cast<uint64_t>(in.getTemporaryOffline()),
                                       rebalance::TemporaryOffline::kIgnore);
  return options;
}

RebalanceCreated ReadRebalance(wire::RebalanceCreated::Reader in) {
  return {Lsn{in.getId()}, ReadOptions(in.getOptions()), PrincipalOf(StringOf(in.getPrincipal())),
          UnixNanos{in.getCreatedNanos()}};
}

moves::PlannedMove ReadMove(wire::PlannedMove::Reader in) {
  return {ReadKey(in.getKey()),
          {in.getLeader()},
          {in.getNewLeader()},
          ReadList(in.getOrigin()),
          ReadList(in.getTarget()),
          in.getBytes(),
          ReadEnum(in.getUrgency(), moves::kLastUrgency)};
}

PlanDrafted ReadDrafted(wire::PlanDrafted::Reader in) {
  PlanDrafted drafted{Lsn{in.getRebalance()}, in.getRevision(), in.getIndex(), {}};
  drafted.moves.reserve(in.getMoves().size());
  for (wire::PlannedMove::Reader move : in.getMoves()) drafted.moves.push_back(ReadMove(move));
  return drafted;
}

PlanAdopted ReadAdopted(wire::PlanAdopted::Reader in) {
  wire::PlanSummary::Reader from = in.getSummary();
  PlanAdopted adopted{Lsn{in.getRebalance()}, in.getRevision(), {}, UnixNanos{in.getAtNanos()}};
  moves::PlanSummary& summary = adopted.summary;
  summary.moves = from.getMoves();
  summary.lower_bound = from.getLowerBound();
  summary.is_optimal = from.getIsOptimal();
  summary.leader_changes = from.getLeaderChanges();
  summary.bytes = from.getBytes();
  for (capnp::Text::Reader sentence : from.getUnresolved()) {
    summary.unresolved.push_back(StringOf(sentence));
  }
  return adopted;
}

RebalanceFinished ReadFinished(wire::RebalanceFinished::Reader in) {
  return {Lsn{in.getRebalance()}, ReadEnum(in.getStatus(), moves::kLastStatus),
          StringOf(in.getReason()), UnixNanos{in.getAtNanos()}};
}

MoveChanged ReadMoveChanged(wire::MoveChanged::Reader in) {
  wire::MoveState::Reader from = in.getState();
  MoveChanged changed{Lsn{in.getRebalance()}, ReadKey(in.getKey()), {}};
  moves::MoveState& state = changed.state;
  state.status = ReadEnum(from.getStatus(), moves::kLastStatus);
  state.phase = ReadEnum(from.getPhase(), moves::kLastPhase);
  state.reason = ReadEnum(from.getReason(), moves::kLastReason);
  state.about = cluster::ServerId{from.getAbout()};
  state.attempt = from.getAttempt();
  state.bucket_epoch = from.getBucketEpoch();
  state.led_epoch = from.getLedEpoch();
  state.due = UnixNanos{from.getDueNanos()};
  state.started = UnixNanos{from.getStartedNanos()};
  state.finished = UnixNanos{from.getFinishedNanos()};
  return changed;
}

HomeChanged ReadHome(wire::HomeChanged::Reader in) {
  HomeChanged changed{ReadKey(in.getKey()), {}};
  for (wire::HomeChanged::Away::Reader replica : in.getReplicas()) {
    changed.home.replicas.push_back({{replica.getHome()}, {replica.getStandIn()}});
  }
  changed.home.leader = cluster::ServerId{in.getLeader()};
  return changed;
}

// `time` is the change set's: a server is live, or dead, since then.
Event ReadEvent(wire::Event::Reader in, UnixNanos time) {
  switch (in.which()) {
    case wire::Event::BOOTED:
      return ReadBooted(in.getBooted());
    case wire::Event::ACL_ADDED:
      return AclAdded{ReadEntry(in.getAclAdded())};
    case wire::Event::ACL_DROPPED:
      return AclDropped{ReadEntry(in.getAclDropped())};
    case wire::Event::CONFIG_SET:
      return ConfigSet{StringOf(in.getConfigSet().getKey()),
                       ReadValue(in.getConfigSet().getValue())};
    case wire::Event::CONFIG_RESET:
      return ConfigReset{StringOf(in.getConfigReset())};
    case wire::Event::CONFIG_RESEALED:
      return ConfigResealed{StringOf(in.getConfigResealed().getKey()),
                            in.getConfigResealed().getIsStatic(),
                            MustReadValue(in.getConfigResealed().getValue())};
    case wire::Event::SERVER_REGISTERED:
      return ReadRegistered(in.getServerRegistered(), time);
    case wire::Event::SERVER_DIED:
      return ReadDied(in.getServerDied(), time);
    case wire::Event::SERVER_UNREGISTERED:
      return ServerUnregistered{cluster::ServerId{in.getServerUnregistered()}};
    case wire::Event::SERVER_TAGGED:
      return ReadTagging<ServerTagged>(in.getServerTagged());
    case wire::Event::SERVER_UNTAGGED:
      return ReadTagging<ServerUntagged>(in.getServerUntagged());
    case wire::Event::TABLE_CREATED:
      return ReadCreated(in.getTableCreated());
    case wire::Event::PARTITION_ADDED:
      return ReadPartition<PartitionAdded>(in.getPartitionAdded());
    case wire::Event::BUCKETS_PLACED:
      return ReadPlaced(in.getBucketsPlaced());
    case wire::Event::TABLE_DROPPED:
      return TableDropped{{in.getTableDropped().getId()}, ReadPath(in.getTableDropped().getPath())};
    case wire::Event::PARTITION_DROPPED:
      return ReadPartition<PartitionDropped>(in.getPartitionDropped());
    case wire::Event::REPLICAS_DROPPED:
      return ReplicasDropped{ReadKey(in.getReplicasDropped().getKey()),
                             in.getReplicasDropped().getBucketEpoch(),
                             ReadServers(in.getReplicasDropped().getServers())};
    case wire::Event::BUCKET_CHANGED:
      return ReadChanged(in.getBucketChanged());
    case wire::Event::BUCKET_SIZED:
      return BucketSized{ReadKey(in.getBucketSized().getKey()), in.getBucketSized().getBytes()};
    case wire::Event::REPLICA_STOPPED:
      return ReplicaStopped{ReadKey(in.getReplicaStopped().getKey()),
                            {in.getReplicaStopped().getServer()}};
    case wire::Event::REBALANCE_CREATED:
      return ReadRebalance(in.getRebalanceCreated());
    case wire::Event::PLAN_DRAFTED:
      return ReadDrafted(in.getPlanDrafted());
    case wire::Event::PLAN_ADOPTED:
      return ReadAdopted(in.getPlanAdopted());
    case wire::Event::PLAN_WANTED:
      return PlanWanted{Lsn{in.getPlanWanted().getRebalance()}, in.getPlanWanted().getRevision(),
                        ReadServers(in.getPlanWanted().getAvoid())};
    case wire::Event::REBALANCE_PAUSED:
      return RebalancePaused{Lsn{in.getRebalancePaused().getRebalance()},
                             in.getRebalancePaused().getIsPaused()};
    case wire::Event::REBALANCE_FINISHED:
      return ReadFinished(in.getRebalanceFinished());
    case wire::Event::MOVE_CHANGED:
      return ReadMoveChanged(in.getMoveChanged());
    case wire::Event::HOME_CHANGED:
      return ReadHome(in.getHomeChanged());
    default:
      break;
  }
  KJ_FAIL_REQUIRE("a kind of event that this client does not know: the server is newer");
}

// ---- change sets ----

void WriteChange(const Selection& selection, wire::ChangeSet::Builder out) {
  const Moment& moment = selection.change->moment;
  out.setLsn(moment.lsn.value);
  out.setTimeNanos(moment.time.value);
  out.setPrincipal(TextOf(ToText(moment.author.principal)));
  out.setHost(TextOf(moment.author.host));
  auto events = out.initEvents(selection.events.size());
  for (unsigned i = 0; i < events.size(); ++i) {
    std::visit(EventWriter{events[i]}, *selection.events[i]);
  }
}

ChangeSet ReadChange(wire::ChangeSet::Reader in) {
  ChangeSet change;
  change.moment = Moment{Lsn{in.getLsn()}, UnixNanos{in.getTimeNanos()},
                         Author{PrincipalOf(StringOf(in.getPrincipal())), StringOf(in.getHost())}};
  change.events.reserve(in.getEvents().size());
  for (wire::Event::Reader event : in.getEvents()) {
    change.events.push_back(ReadEvent(event, change.moment.time));
  }
  return change;
}

Error Invalid(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

}  // namespace

void ToWire(const std::vector<Selection>& changes, Lsn through, wire::ChangeBatch::Builder out) {
  out.setThrough(through.value);
  auto sets = out.initChanges(changes.size());
  for (unsigned i = 0; i < sets.size(); ++i) WriteChange(changes[i], sets[i]);
}

ChangeBatch FromWire(wire::ChangeBatch::Reader in) {
  ChangeBatch batch;
  batch.through = Lsn{in.getThrough()};
  batch.changes.reserve(in.getChanges().size());
  for (wire::ChangeSet::Reader change : in.getChanges()) {
    batch.changes.push_back(ReadChange(change));
  }
  return batch;
}

void ToWire(const WatchFilter& filter, wire::WatchFilter::Builder out) {
  std::vector<wire::WatchFilter::Kind> chosen;
  if (filter.configs) chosen.push_back(wire::WatchFilter::Kind::CONFIGS);
  if (filter.acls) chosen.push_back(wire::WatchFilter::Kind::ACLS);
  if (filter.boots) chosen.push_back(wire::WatchFilter::Kind::BOOTS);
  if (filter.servers) chosen.push_back(wire::WatchFilter::Kind::SERVERS);
  if (filter.tables) chosen.push_back(wire::WatchFilter::Kind::TABLES);
  if (filter.rebalances) chosen.push_back(wire::WatchFilter::Kind::REBALANCES);
  auto kinds = out.initKinds(chosen.size());
  for (unsigned i = 0; i < kinds.size(); ++i) kinds.set(i, chosen[i]);
  auto prefixes = out.initKeyPrefixes(filter.key_prefixes.size());
  for (unsigned i = 0; i < prefixes.size(); ++i) prefixes.set(i, TextOf(filter.key_prefixes[i]));
}

std::variant<WatchFilter, Error> FromWire(wire::WatchFilter::Reader in) {
  WatchFilter filter;
  for (wire::WatchFilter::Kind kind : in.getKinds()) {
    switch (kind) {
      case wire::WatchFilter::Kind::CONFIGS:
        filter.configs = true;
        break;
      case wire::WatchFilter::Kind::ACLS:
        filter.acls = true;
        break;
      case wire::WatchFilter::Kind::BOOTS:
        filter.boots = true;
        break;
      case wire::WatchFilter::Kind::SERVERS:
        filter.servers = true;
        break;
      case wire::WatchFilter::Kind::TABLES:
        filter.tables = true;
        break;
      case wire::WatchFilter::Kind::REBALANCES:
        filter.rebalances = true;
        break;
      default:
        return Invalid(absl::StrCat(
            "filter: found kind number ", static_cast<int>(kind),
            ", expected one of those in net/admin.capnp. The client is newer than this server, or "
            "wrong."));
    }
  }
  if (in.getKeyPrefixes().size() > kKeyPrefixesMax) {
    return Invalid(absl::StrCat("filter: expected at most ", kKeyPrefixesMax,
                                " key prefixes, found ", in.getKeyPrefixes().size()));
  }
  for (capnp::Text::Reader prefix : in.getKeyPrefixes()) {
    if (prefix.size() > kConfigKeyBytesMax) {
      return Invalid(absl::StrCat("filter: expected key prefixes of at most ", kConfigKeyBytesMax,
                                  " bytes, found one of ", prefix.size()));
    }
    filter.key_prefixes.push_back(StringOf(prefix));
  }
  return filter;
}

void ToWire(const std::vector<Subscriber>& subscribers, Lsn changed_at,
            wire::Rollout::Builder out) {
  out.setChangedAt(changed_at.value);
  auto lines = out.initSubscribers(subscribers.size());
  for (unsigned i = 0; i < lines.size(); ++i) {
    const Subscriber& subscriber = subscribers[i];
    lines[i].setName(TextOf(subscriber.name));
    lines[i].setPrincipal(TextOf(ToText(subscriber.author.principal)));
    lines[i].setHost(TextOf(subscriber.author.host));
    lines[i].setConnected(subscriber.is_connected);
    lines[i].setSinceNanos(subscriber.since.value);
    lines[i].setDelivered(subscriber.delivered.value);
    lines[i].setApplied(subscriber.applied.value);
    lines[i].setHasIt(subscriber.applied >= changed_at);
    lines[i].setEndReason(TextOf(subscriber.end_reason));
  }
}

Rollout FromWire(wire::Rollout::Reader in) {
  Rollout rollout{.changed_at = Lsn{in.getChangedAt()}, .subscribers = {}};
  for (wire::Subscriber::Reader line : in.getSubscribers()) {
    rollout.subscribers.push_back({.name = StringOf(line.getName()),
                                   .principal = StringOf(line.getPrincipal()),
                                   .host = StringOf(line.getHost()),
                                   .is_connected = line.getConnected(),
                                   .since = UnixNanos{line.getSinceNanos()},
                                   .delivered = Lsn{line.getDelivered()},
                                   .applied = Lsn{line.getApplied()},
                                   .has_it = line.getHasIt(),
                                   .end_reason = StringOf(line.getEndReason())});
  }
  return rollout;
}

Error FromWire(wire::Error::Reader in) {
  return Error{static_cast<ErrorCode>(in.getCode()), StringOf(in.getMessage())};
}

}  // namespace pegel::net

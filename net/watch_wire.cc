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

// The server's own principal is not one that a caller could write, so this takes any.
Principal PrincipalOf(const std::string& text) {
  size_t colon = text.find(':');
  KJ_REQUIRE(colon != std::string::npos, "a principal without ':'", text.c_str());
  return Principal{text.substr(0, colon), text.substr(colon + 1)};
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

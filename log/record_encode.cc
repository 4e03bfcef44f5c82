#include <capnp/message.h>

#include <cstring>

#include "absl/container/fixed_array.h"
#include "core/check.h"
#include "core/sha256.h"
#include "log/frame.h"
#include "log/record.capnp.h"
#include "log/record_codec.h"

namespace pegel::log {
namespace {

// Words of all structs, pointers and hashes of one record, without its texts: 39 for the largest
// command. A bound that is too small stops the process below; no record is ever written wrongly.
constexpr size_t kFixedWords = 64;

size_t WordsMax(const std::string& text) { return text.size() / sizeof(capnp::word) + 1; }

size_t WordsMax(const Principal& principal) {
  return WordsMax(principal.type) + WordsMax(principal.name);
}

size_t WordsMax(const acl::Resource& resource) {
  return WordsMax(resource.database) + WordsMax(resource.table);
}

size_t WordsMax(const acl::Entry& entry) {
  return WordsMax(entry.resource) + WordsMax(entry.principal);
}

size_t WordsMax(const acl::Filter& filter) {
  size_t words = filter.resource ? WordsMax(*filter.resource) : 0;
  return words + (filter.principal ? WordsMax(*filter.principal) : 0);
}

size_t WordsMax(const config::Sealed& sealed) {
  constexpr size_t kStruct = 2;
  return kStruct + WordsMax(sealed.key_id) + WordsMax(sealed.box);
}

size_t WordsMax(const config::SealedMap& map) {
  constexpr size_t kTag = 1, kStruct = 2;
  size_t words = kTag;
  for (const auto& [name, value] : map.entries) words += kStruct + WordsMax(name) + WordsMax(value);
  return words;
}

size_t WordsMax(const config::Value& value) {
  constexpr size_t kStruct = 2;
  return kStruct + std::visit([](const auto& form) { return WordsMax(form); }, value);
}

size_t WordsMax(const std::map<std::string, config::Value>& configs) {
  constexpr size_t kTag = 1, kStruct = 2;
  size_t words = kTag;
  for (const auto& [key, value] : configs) words += kStruct + WordsMax(key) + WordsMax(value);
  return words;
}

size_t WordsMax(const Boot& boot) {
  return WordsMax(boot.cluster_id) + WordsMax(boot.static_configs);
}

size_t WordsMax(const AddAcl& command) { return WordsMax(command.entry); }
size_t WordsMax(const DropAcl& command) { return WordsMax(command.filter); }
size_t WordsMax(const ListAcl& command) { return WordsMax(command.filter); }

size_t WordsMax(const AlterConfigs& command) {
  constexpr size_t kTag = 1, kStruct = 3, kNull = 2;
  size_t words = kTag;
  for (const config::Change& change : command.changes) {
    words += kStruct + WordsMax(change.key) + (change.value ? WordsMax(*change.value) : kNull);
  }
  return words;
}

size_t WordsMax(const GetConfigs& command) {
  size_t words = command.keys.size();
  for (const std::string& key : command.keys) words += WordsMax(key);
  return words;
}

size_t WordsMax(const ResealSecrets& command) {
  return WordsMax(command.statics) + WordsMax(command.dynamics);
}

size_t WordsMax(const RegisterServer& command) {
  return WordsMax(command.rack) + WordsMax(command.address);
}
size_t WordsMax(const ServerLost&) { return 0; }
size_t WordsMax(const UnregisterServer&) { return 0; }

size_t WordsMax(const std::vector<cluster::Selector>& selectors) {
  constexpr size_t kTag = 1, kStruct = 2;
  size_t words = kTag;
  for (const cluster::Selector& selector : selectors) {
    const auto* rack = std::get_if<cluster::Rack>(&selector);
    words += kStruct + (rack != nullptr ? WordsMax(rack->name) : 0);
  }
  return words;
}

size_t WordsMax(const AddServerTag& command) { return WordsMax(command.selectors); }
size_t WordsMax(const RemoveServerTag& command) { return WordsMax(command.selectors); }
size_t WordsMax(const ListServers&) { return 0; }
size_t WordsMax(const ListServerTags&) { return 0; }

size_t WordsMax(const cluster::TablePath& path) {
  return WordsMax(path.database) + WordsMax(path.table);
}
size_t WordsMax(const CreateTable& command) { return WordsMax(command.path); }
size_t WordsMax(const DropTable& command) { return WordsMax(command.path); }
size_t WordsMax(const AddPartition& command) {
  return WordsMax(command.path) + WordsMax(command.name);
}
size_t WordsMax(const DropPartition& command) {
  return WordsMax(command.path) + WordsMax(command.name);
}
size_t WordsMax(const ListTables&) { return 0; }
size_t WordsMax(const ListBuckets& command) { return command.path ? WordsMax(*command.path) : 0; }

size_t WordsMax(const ReplicaReport& command) {
  // An item is a key, a word or two of numbers, and at most two pointers.
  constexpr size_t kTags = 4, kKey = 3, kItem = 3;
  size_t words = kTags + (kKey + kItem) * (command.in_sync.size() + command.sizes.size() +
                                           command.done.size() + command.failed.size());
  for (const cluster::InSyncReport& item : command.in_sync) words += item.in_sync.size() / 2 + 1;
  for (const cluster::FailedReport& item : command.failed) words += WordsMax(item.reason);
  return words;
}

size_t WordsMax(const std::vector<rebalance::Goal>& goals) { return goals.size() / 8 + 1; }
size_t WordsMax(const std::optional<std::string>& text) { return text ? WordsMax(*text) : 0; }
size_t WordsMax(const StartRebalance& command) { return WordsMax(command.goals); }
size_t WordsMax(const CancelRebalance& command) { return WordsMax(command.id); }
size_t WordsMax(const PauseRebalance& command) { return WordsMax(command.id); }
size_t WordsMax(const ResumeRebalance& command) { return WordsMax(command.id); }
size_t WordsMax(const ListRebalance& command) { return WordsMax(command.id); }
size_t WordsMax(const ListRebalances&) { return 0; }
size_t WordsMax(const PlanRebalance& command) { return WordsMax(command.goals); }
size_t WordsMax(const AdvanceMoves&) { return 0; }

size_t WordsMax(const PlanChunk& command) {
  // A move is a key, three words of numbers, three pointers and two lists.
  constexpr size_t kTag = 1, kKey = 3, kMove = 3 + 3 + 2;
  size_t words = kTag;
  for (const moves::PlannedMove& move : command.moves) {
    words += kKey + kMove + move.origin.size() / 2 + move.target.size() / 2;
  }
  return words;
}

size_t WordsMax(const PlanReady& command) {
  size_t words = WordsMax(command.refusal) + command.summary.unresolved.size();
  for (const std::string& sentence : command.summary.unresolved) words += WordsMax(sentence);
  return words;
}

// Enough words for `record` in one segment. One segment is what makes the bytes deterministic in
// form: the message is a header of 8 bytes and the segment.
size_t WordsMax(const Record& record) {
  const Author& author = record.moment.author;
  return kFixedWords + WordsMax(author.principal) + WordsMax(author.host) +
         std::visit([](const auto& command) { return WordsMax(command); }, record.command);
}

capnp::Text::Reader ToText(const std::string& text) {
  return capnp::Text::Reader(text.data(), text.size());
}

template <size_t N>
capnp::Data::Reader ToData(const std::array<uint8_t, N>& bytes) {
  return capnp::Data::Reader(bytes.data(), bytes.size());
}

void Write(schema::Principal::Builder out, const Principal& principal) {
  out.setType(ToText(principal.type));
  out.setName(ToText(principal.name));
}

void Write(schema::Resource::Builder out, const acl::Resource& resource) {
  out.setDatabase(ToText(resource.database));
  out.setTable(ToText(resource.table));
}

void Write(schema::Host::Builder out, const acl::Host& host) {
  if (host.is_any) return out.setAny();
  out.initBlock().setAddress(ToData(host.address));
  out.getBlock().setPrefixBits(host.prefix_bits);
}

void Write(schema::AclEntry::Builder out, const acl::Entry& entry) {
  Write(out.initResource(), entry.resource);
  Write(out.initPrincipal(), entry.principal);
  Write(out.initHost(), entry.host);
  out.setOperation(static_cast<uint8_t>(entry.operation));
  out.setPermission(static_cast<uint8_t>(entry.permission));
}

void Write(schema::AclFilter::Builder out, const acl::Filter& filter) {
  if (filter.resource) Write(out.initResource().initEqual(), *filter.resource);
  if (filter.principal) Write(out.initPrincipal().initEqual(), *filter.principal);
  if (filter.host) Write(out.initHost().initEqual(), *filter.host);
  if (filter.operation) out.initOperation().setEqual(static_cast<uint8_t>(*filter.operation));
  if (filter.permission) out.initPermission().setEqual(static_cast<uint8_t>(*filter.permission));
}

void Write(schema::Sealed::Builder out, const config::Sealed& sealed) {
  out.setKeyId(ToText(sealed.key_id));
  out.setBox(ToText(sealed.box).asBytes());
}

void Write(schema::ConfigValue::Builder out, const std::string& text) { out.setText(ToText(text)); }

void Write(schema::ConfigValue::Builder out, const config::Sealed& sealed) {
  Write(out.initSealed(), sealed);
}

void Write(schema::ConfigValue::Builder out, const config::SealedMap& map) {
  auto entries = out.initSealedMap(static_cast<unsigned>(map.entries.size()));
  unsigned index = 0;
  for (const config::SealedEntry& entry : map.entries) {
    entries[index].setName(ToText(entry.name));
    Write(entries[index++].initValue(), entry.value);
  }
}

void Write(schema::ConfigValue::Builder out, const config::Value& value) {
  std::visit([&](const auto& form) { Write(out, form); }, value);
}

void Write(capnp::List<schema::Config>::Builder out,
           const std::map<std::string, config::Value>& configs) {
  unsigned index = 0;
  for (const auto& [key, value] : configs) {
    out[index].setKey(ToText(key));
    Write(out[index++].initValue(), value);
  }
}

using CommandBuilder = schema::Record::Command::Builder;

void Write(CommandBuilder out, const Boot& command) {
  schema::Boot::Builder boot = out.initBoot();
  boot.setClusterId(ToText(command.cluster_id));
  boot.setBehaviour(command.behaviour);
  Write(boot.initStaticConfigs(static_cast<unsigned>(command.static_configs.size())),
        command.static_configs);
}

void Write(CommandBuilder out, const AddAcl& command) { Write(out.initAddAcl(), command.entry); }
void Write(CommandBuilder out, const DropAcl& command) { Write(out.initDropAcl(), command.filter); }
void Write(CommandBuilder out, const ListAcl& command) { Write(out.initListAcl(), command.filter); }

void Write(CommandBuilder out, const AlterConfigs& command) {
  auto changes = out.initAlterConfigs(static_cast<unsigned>(command.changes.size()));
  unsigned index = 0;
  for (const config::Change& change : command.changes) {
    schema::ConfigChange::Builder one = changes[index++];
    one.setOp(static_cast<uint8_t>(change.op));
    one.setKey(ToText(change.key));
    schema::ConfigValue::Builder value = one.initValue();
    if (change.value) Write(value, *change.value);
  }
}

void Write(CommandBuilder out, const GetConfigs& command) {
  auto keys = out.initGetConfigs(static_cast<unsigned>(command.keys.size()));
  unsigned index = 0;
  for (const std::string& key : command.keys) keys.set(index++, ToText(key));
}

void Write(CommandBuilder out, const ResealSecrets& command) {
  schema::ResealSecrets::Builder reseal = out.initResealSecrets();
  Write(reseal.initStatics(static_cast<unsigned>(command.statics.size())), command.statics);
  Write(reseal.initDynamics(static_cast<unsigned>(command.dynamics.size())), command.dynamics);
}

void Write(CommandBuilder out, const RegisterServer& command) {
  schema::RegisterServer::Builder server = out.initRegisterServer();
  server.setId(command.id.value);
  server.setRack(ToText(command.rack));
  server.setAddress(ToText(command.address));
}

void Write(CommandBuilder out, const ServerLost& command) {
  schema::ServerLost::Builder lost = out.initServerLost();
  lost.setId(command.id.value);
  lost.setEpoch(command.epoch.value);
}

void Write(CommandBuilder out, const UnregisterServer& command) {
  out.setUnregisterServer(command.id.value);
}

void Write(schema::ServerTagging::Builder out, const std::vector<cluster::Selector>& selectors,
           cluster::ServerTag tag) {
  out.setTag(static_cast<uint8_t>(tag));
  auto list = out.initSelectors(static_cast<unsigned>(selectors.size()));
  unsigned index = 0;
  for (const cluster::Selector& selector : selectors) {
    schema::ServerSelector::Builder one = list[index++];
    if (const auto* rack = std::get_if<cluster::Rack>(&selector)) {
      one.setRack(ToText(rack->name));
    } else {
      one.setId(std::get<cluster::ServerId>(selector).value);
    }
  }
}

void Write(CommandBuilder out, const AddServerTag& command) {
  Write(out.initAddServerTag(), command.selectors, command.tag);
}

void Write(CommandBuilder out, const RemoveServerTag& command) {
  Write(out.initRemoveServerTag(), command.selectors, command.tag);
}

void Write(CommandBuilder out, const ListServers&) { out.setListServers(); }
void Write(CommandBuilder out, const ListServerTags&) { out.setListServerTags(); }

void Write(schema::TablePath::Builder out, const cluster::TablePath& path) {
  out.setDatabase(ToText(path.database));
  out.setTable(ToText(path.table));
}

void Write(schema::BucketKey::Builder out, const cluster::BucketKey& key) {
  out.setTable(key.table.value);
  out.setPartition(key.partition.value);
  out.setBucket(key.bucket);
}

void Write(CommandBuilder out, const CreateTable& command) {
  schema::CreateTable::Builder table = out.initCreateTable();
  Write(table.initPath(), command.path);
  table.setBucketCount(command.bucket_count);
  table.setReplicationFactor(command.replication_factor);
  table.setIsPartitioned(command.is_partitioned);
}

void Write(CommandBuilder out, const DropTable& command) {
  Write(out.initDropTable(), command.path);
}

void Write(schema::PartitionName::Builder out, const cluster::TablePath& path,
           const std::string& name) {
  Write(out.initPath(), path);
  out.setName(ToText(name));
}

void Write(CommandBuilder out, const AddPartition& command) {
  Write(out.initAddPartition(), command.path, command.name);
}

void Write(CommandBuilder out, const DropPartition& command) {
  Write(out.initDropPartition(), command.path, command.name);
}

void Write(CommandBuilder out, const ListTables&) { out.setListTables(); }

void Write(CommandBuilder out, const ListBuckets& command) {
  schema::ListBuckets::Builder list = out.initListBuckets();
  if (command.path) Write(list.getPath().initEqual(), *command.path);
  if (command.server) list.getServer().setEqual(command.server->value);
  list.setOnlyLeaderless(command.only_leaderless);
  if (command.after) Write(list.getAfter().initKey(), *command.after);
  list.setLimit(command.limit);
}

void Write(schema::ReplicaReport::InSync::Builder out, const cluster::InSyncReport& item) {
  Write(out.initKey(), item.key);
  out.setLeaderEpoch(item.leader_epoch);
  out.setBucketEpoch(item.bucket_epoch);
  auto in_sync = out.initInSync(static_cast<unsigned>(item.in_sync.size()));
  unsigned index = 0;
  for (cluster::ServerId server : item.in_sync) in_sync.set(index++, server.value);
}

void Write(schema::ReplicaReport::Size::Builder out, const cluster::SizeReport& item) {
  Write(out.initKey(), item.key);
  out.setBytes(item.bytes);
}

void Write(schema::ReplicaReport::Done::Builder out, const cluster::DoneReport& item) {
  Write(out.initKey(), item.key);
  out.setBucketEpoch(item.bucket_epoch);
  out.setKind(static_cast<uint8_t>(item.kind));
}

void Write(schema::ReplicaReport::Failed::Builder out, const cluster::FailedReport& item) {
  Write(out.initKey(), item.key);
  out.setBucketEpoch(item.bucket_epoch);
  out.setReason(ToText(item.reason));
}

void Write(capnp::List<int32_t>::Builder out, const moves::Servers& servers) {
  unsigned index = 0;
  for (cluster::ServerId server : servers) out.set(index++, server.value);
}

void Write(schema::PlannedMove::Builder out, const moves::PlannedMove& move) {
  Write(out.initKey(), move.key);
  out.setLeader(move.leader.value);
  out.setNewLeader(move.new_leader.value);
  Write(out.initOrigin(static_cast<unsigned>(move.origin.size())), move.origin);
  Write(out.initTarget(static_cast<unsigned>(move.target.size())), move.target);
  out.setBytes(move.bytes);
  out.setUrgency(static_cast<uint8_t>(move.urgency));
}

template <typename Builders, typename Items>
void WriteAll(Builders out, const Items& items) {
  unsigned index = 0;
  for (const auto& item : items) Write(out[index++], item);
}

void Write(CommandBuilder out, const ReplicaReport& command) {
  schema::ReplicaReport::Builder report = out.initReplicaReport();
  report.setId(command.id.value);
  report.setEpoch(command.epoch.value);
  WriteAll(report.initInSync(static_cast<unsigned>(command.in_sync.size())), command.in_sync);
  WriteAll(report.initSizes(static_cast<unsigned>(command.sizes.size())), command.sizes);
  WriteAll(report.initDone(static_cast<unsigned>(command.done.size())), command.done);
  WriteAll(report.initFailed(static_cast<unsigned>(command.failed.size())), command.failed);
}

void Write(capnp::List<uint8_t>::Builder out, const std::vector<rebalance::Goal>& goals) {
  unsigned index = 0;
  for (rebalance::Goal goal : goals) out.set(index++, static_cast<uint8_t>(goal));
}

void Write(CommandBuilder out, const StartRebalance& command) {
  Write(out.initStartRebalance(static_cast<unsigned>(command.goals.size())), command.goals);
}

void Write(CommandBuilder out, const PlanRebalance& command) {
  Write(out.initPlanRebalance(static_cast<unsigned>(command.goals.size())), command.goals);
}

void Write(schema::RebalanceName::Builder out, const std::optional<std::string>& id) {
  if (id.has_value()) out.setId(ToText(*id));
}

void Write(CommandBuilder out, const CancelRebalance& command) {
  Write(out.initCancelRebalance(), command.id);
}
void Write(CommandBuilder out, const PauseRebalance& command) {
  Write(out.initPauseRebalance(), command.id);
}
void Write(CommandBuilder out, const ResumeRebalance& command) {
  Write(out.initResumeRebalance(), command.id);
}

void Write(CommandBuilder out, const ListRebalance& command) {
  schema::ListRebalance::Builder list = out.initListRebalance();
  Write(list.initWhich(), command.id);
  list.setOnlyActive(command.only_active);
}

void Write(CommandBuilder out, const ListRebalances&) { out.setListRebalances(); }
void Write(CommandBuilder out, const AdvanceMoves&) { out.setAdvanceMoves(); }

void Write(CommandBuilder out, const PlanChunk& command) {
  schema::PlanChunk::Builder chunk = out.initPlanChunk();
  chunk.setRebalance(command.rebalance.value);
  chunk.setRevision(command.revision);
  chunk.setIndex(command.index);
  WriteAll(chunk.initMoves(static_cast<unsigned>(command.moves.size())), command.moves);
}

void Write(CommandBuilder out, const PlanReady& command) {
  schema::PlanReady::Builder ready = out.initPlanReady();
  ready.setRebalance(command.rebalance.value);
  ready.setRevision(command.revision);
  ready.setChunks(command.chunks);
  ready.setMoves(command.summary.moves);
  ready.setLowerBound(command.summary.lower_bound);
  ready.setIsOptimal(command.summary.is_optimal);
  ready.setLeaderChanges(command.summary.leader_changes);
  ready.setBytes(command.summary.bytes);
  auto sentences = ready.initUnresolved(static_cast<unsigned>(command.summary.unresolved.size()));
  unsigned index = 0;
  for (const std::string& sentence : command.summary.unresolved) {
    sentences.set(index++, ToText(sentence));
  }
  if (command.refusal.has_value()) ready.getRefusal().setText(ToText(*command.refusal));
}

void Write(schema::Record::Builder out, const Record& record, const Hash256& previous) {
  out.setFormat(kRecordFormat);
  out.setLsn(record.moment.lsn.value);
  out.setTimeNanos(record.moment.time.value);
  Write(out.initPrincipal(), record.moment.author.principal);
  out.setHost(ToText(record.moment.author.host));
  out.setRequestIdHigh(record.request_id.high);
  out.setRequestIdLow(record.request_id.low);
  out.setPreviousHash(ToData(previous));
  out.setEffectHash(ToData(record.effect));
  std::visit([&](const auto& command) { Write(out.initCommand(), command); }, record.command);
}

}  // namespace

size_t EncodedBytesMax(const Record& record) {
  return kFrameHeaderBytes + WordsMax(record) * sizeof(capnp::word);
}

void EncodeRecord(const Record& record, const Hash256& previous, std::string* out) {
  // 256 words are on the stack, which is enough for nearly every record. Zeroed: what is padding in
  // the message is zero in the log.
  absl::FixedArray<capnp::word, 256> scratch(WordsMax(record));
  std::memset(static_cast<void*>(scratch.data()), 0, scratch.size() * sizeof(capnp::word));
  capnp::MallocMessageBuilder message(kj::arrayPtr(scratch.data(), scratch.size()));
  Write(message.initRoot<schema::Record>(), record, previous);
  auto segments = message.getSegmentsForOutput();
  PEGEL_CHECK(segments.size() == 1, "record of ", scratch.size(), " words at lsn ",
              record.moment.lsn.value, " took ", segments.size(), " segments");
  auto bytes = segments[0].asChars();
  AppendFrameHeader(static_cast<uint32_t>(segments[0].size()), out);
  out->append(bytes.begin(), bytes.size());
}

Hash256 ChainHash(absl::string_view record_bytes) { return Sha256(record_bytes); }

}  // namespace pegel::log

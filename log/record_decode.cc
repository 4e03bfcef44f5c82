#include <capnp/message.h>
#include <kj/exception.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "absl/container/fixed_array.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/utf8.h"
#include "log/frame.h"
#include "log/record.capnp.h"
#include "log/record_codec.h"

namespace pegel::log {
namespace {

absl::string_view ToView(kj::StringPtr text) { return {text.begin(), text.size()}; }

// Checks that `bytes` are one message, no byte more or less.
absl::Status CheckFrame(absl::string_view bytes) {
  absl::StatusOr<uint64_t> size = FrameBytes(bytes);
  if (!size.ok()) return absl::DataLossError(absl::StrCat("record: ", size.status().message()));
  if (*size == bytes.size()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("record: expected ", *size, " bytes, as its header says, found ", bytes.size()));
}

// Reads the fields of one message. The first thing that is wrong is kept and the walk goes on with
// empty values: they go nowhere, and every reader below stays one line a field.
class Decoder {
 public:
  StoredRecord Read(schema::Record::Reader in) {
    StoredRecord stored;
    CheckFormat(in.getFormat());
    stored.record.moment.lsn = ReadLsn(in.getLsn());
    stored.record.moment.time = UnixNanos{in.getTimeNanos()};
    stored.record.moment.author.principal = Read(in.getPrincipal(), "principal");
    stored.record.moment.author.host = Read(in.getHost(), "host");
    stored.record.request_id = RequestId{in.getRequestIdHigh(), in.getRequestIdLow()};
    stored.record.effect = ReadBytes<32>(in.getEffectHash(), "effectHash");
    stored.record.command = Read(in.getCommand());
    stored.previous = ReadBytes<32>(in.getPreviousHash(), "previousHash");
    return stored;
  }

  const absl::Status& status() const { return status_; }

 private:
  void Fail(absl::StatusCode code, absl::string_view field, absl::string_view problem) {
    if (status_.ok()) status_ = absl::Status(code, absl::StrCat("record: ", field, " ", problem));
  }
  void FailBad(absl::string_view field, absl::string_view problem) {
    Fail(absl::StatusCode::kDataLoss, field, problem);
  }
  // For what a later version may have written.
  void FailUnknown(absl::string_view field, uint64_t number) {
    Fail(absl::StatusCode::kUnimplemented, field,
         absl::StrCat("is ", number, ", which this version does not know"));
  }

  void CheckFormat(uint16_t format) {
    if (format == 0) FailBad("format", "is missing");
    if (format != kRecordFormat) FailUnknown("format", format);
  }

  Lsn ReadLsn(uint64_t number) {
    if (number == 0) FailBad("lsn", "is 0, expected at least 1");
    return Lsn{number};
  }

  std::string Read(capnp::Text::Reader text, absl::string_view field) {
    if (!IsUtf8(ToView(text))) FailBad(field, "is not UTF-8");
    return std::string(text.begin(), text.size());
  }

  template <size_t N>
  std::array<uint8_t, N> ReadBytes(capnp::Data::Reader data, absl::string_view field) {
    std::array<uint8_t, N> bytes{};
    if (data.size() != N) {
      FailBad(field, absl::StrCat("has ", data.size(), " bytes, expected ", N));
      return bytes;
    }
    std::copy(data.begin(), data.end(), bytes.begin());
    return bytes;
  }

  Principal Read(schema::Principal::Reader in, absl::string_view field) {
    return Principal{Read(in.getType(), field), Read(in.getName(), field)};
  }

  acl::Resource Read(schema::Resource::Reader in) {
    return acl::Resource{Read(in.getDatabase(), "database"), Read(in.getTable(), "table")};
  }

  acl::Host Read(schema::Host::Reader in) {
    switch (in.which()) {
      case schema::Host::ANY:
        return acl::Host{};
      case schema::Host::BLOCK:
        return Read(in.getBlock());
    }
    FailUnknown("acl host", static_cast<uint16_t>(in.which()));
    return acl::Host{};
  }

  acl::Host Read(schema::Host::Block::Reader in) {
    acl::Host host{false, ReadBytes<16>(in.getAddress(), "acl host address"), in.getPrefixBits()};
    if (host.prefix_bits > 128) {
      FailBad("acl host prefixBits", absl::StrCat("is ", host.prefix_bits, ", expected 0 to 128"));
    } else if (HasBitsBehindPrefix(host)) {
      FailBad("acl host address", absl::StrCat("has bits behind its prefix of ", host.prefix_bits));
    }
    return host;
  }

  static bool HasBitsBehindPrefix(const acl::Host& host) {
    for (int bit = host.prefix_bits; bit < 128; ++bit) {
      if (host.address[bit / 8] & (0x80 >> bit % 8)) return true;
    }
    return false;
  }

  acl::Operation ReadOperation(uint8_t number) {
    if (number < 1 || number > static_cast<uint8_t>(acl::kLastOperation)) {
      FailUnknown("acl operation", number);
    }
    return static_cast<acl::Operation>(number);
  }

  acl::Permission ReadPermission(uint8_t number) {
    if (number < 1 || number > static_cast<uint8_t>(acl::Permission::kDeny)) {
      FailUnknown("acl permission", number);
    }
    return static_cast<acl::Permission>(number);
  }

  acl::Entry Read(schema::AclEntry::Reader in) {
    return acl::Entry{Read(in.getResource()), Read(in.getPrincipal(), "acl principal"),
                      Read(in.getHost()), ReadOperation(in.getOperation()),
                      ReadPermission(in.getPermission())};
  }

  // Whether a part of a filter holds a value; its union has the members ALL and EQUAL.
  template <typename Part>
  bool IsSet(Part part, absl::string_view field) {
    if (part.isEqual()) return true;
    if (!part.isAll()) FailUnknown(field, static_cast<uint16_t>(part.which()));
    return false;
  }

  acl::Filter Read(schema::AclFilter::Reader in) {
    acl::Filter filter;
    if (auto part = in.getResource(); IsSet(part, "filter on resource")) {
      filter.resource = Read(part.getEqual());
    }
    if (auto part = in.getPrincipal(); IsSet(part, "filter on principal")) {
      filter.principal = Read(part.getEqual(), "filter on principal");
    }
    if (auto part = in.getHost(); IsSet(part, "filter on host")) {
      filter.host = Read(part.getEqual());
    }
    if (auto part = in.getOperation(); IsSet(part, "filter on operation")) {
      filter.operation = ReadOperation(part.getEqual());
    }
    if (auto part = in.getPermission(); IsSet(part, "filter on permission")) {
      filter.permission = ReadPermission(part.getEqual());
    }
    return filter;
  }

  Boot Read(schema::Boot::Reader in) {
    Boot boot;
    boot.cluster_id = Read(in.getClusterId(), "clusterId");
    boot.behaviour = in.getBehaviour();
    boot.static_configs = Read(in.getStaticConfigs(), "staticConfigs");
    return boot;
  }

  std::map<std::string, config::Value> Read(capnp::List<schema::Config>::Reader in,
                                            absl::string_view field) {
    std::map<std::string, config::Value> configs;
    for (schema::Config::Reader config : in) {
      std::string key = ReadKey(config.getKey());
      if (!configs.empty() && key <= configs.rbegin()->first) {
        FailBad(field, "are not in strictly ascending order");
      }
      std::optional<config::Value> value = Read(config.getValue());
      if (!value.has_value()) FailBad(field, "hold a null");
      configs[key] = std::move(value).value_or("");
    }
    return configs;
  }

  std::string ReadKey(capnp::Text::Reader text) {
    if (text.size() == 0) FailBad("config key", "is empty");
    return Read(text, "config key");
  }

  std::optional<config::Value> Read(schema::ConfigValue::Reader in) {
    switch (in.which()) {
      case schema::ConfigValue::NULL_:
        return std::nullopt;
      case schema::ConfigValue::TEXT:
        return config::Value(Read(in.getText(), "config value"));
      case schema::ConfigValue::SEALED:
        return config::Value(Read(in.getSealed()));
      case schema::ConfigValue::SEALED_MAP:
        return config::Value(Read(in.getSealedMap()));
    }
    FailUnknown("config value", static_cast<uint16_t>(in.which()));
    return std::nullopt;
  }

  config::Sealed Read(schema::Sealed::Reader in) {
    config::Sealed sealed{Read(in.getKeyId(), "seal keyId"), {}};
    constexpr absl::string_view kDigits = "0123456789abcdef";
    if (sealed.key_id.size() != config::kKeyIdDigits ||
        absl::string_view(sealed.key_id).find_first_not_of(kDigits) != absl::string_view::npos) {
      FailBad("seal keyId", absl::StrCat("is not ", config::kKeyIdDigits, " digits 0 to f"));
    }
    capnp::Data::Reader box = in.getBox();
    if (box.size() < config::kBoxBytesMin) {
      FailBad("seal box",
              absl::StrCat("has ", box.size(), " bytes, expected at least ", config::kBoxBytesMin));
    }
    sealed.box.assign(box.asChars().begin(), box.size());
    return sealed;
  }

  config::SealedMap Read(capnp::List<schema::SealedEntry>::Reader in) {
    config::SealedMap map;
    std::set<std::string> names;
    for (schema::SealedEntry::Reader entry : in) {
      map.entries.push_back({Read(entry.getName(), "seal name"), Read(entry.getValue())});
      if (!names.insert(map.entries.back().name).second) FailBad("seal name", "stands twice");
    }
    return map;
  }

  config::Op ReadOp(uint8_t number) {
    if (number > static_cast<uint8_t>(config::Op::kSubtract)) FailUnknown("config op", number);
    return static_cast<config::Op>(number);
  }

  config::Change Read(schema::ConfigChange::Reader in) {
    config::Change change{ReadOp(in.getOp()), ReadKey(in.getKey()), Read(in.getValue())};
    if (change.op == config::Op::kDelete && change.value.has_value()) {
      FailBad("config change", "resets and has a value");
    }
    return change;
  }

  AlterConfigs Read(capnp::List<schema::ConfigChange>::Reader in) {
    AlterConfigs alter;
    for (schema::ConfigChange::Reader change : in) alter.changes.push_back(Read(change));
    return alter;
  }

  GetConfigs Read(capnp::List<capnp::Text>::Reader in) {
    GetConfigs get;
    for (capnp::Text::Reader key : in) get.keys.push_back(ReadKey(key));
    return get;
  }

  ResealSecrets Read(schema::ResealSecrets::Reader in) {
    return ResealSecrets{Read(in.getStatics(), "statics"), Read(in.getDynamics(), "dynamics")};
  }

  // Also one that cannot be: that it was refused is history too.
  cluster::ServerId ReadServerId(int32_t number) { return cluster::ServerId{number}; }

  RegisterServer Read(schema::RegisterServer::Reader in) {
    return RegisterServer{ReadServerId(in.getId()), Read(in.getRack(), "rack"),
                          Read(in.getAddress(), "server address")};
  }

  ServerLost Read(schema::ServerLost::Reader in) {
    if (in.getEpoch() == 0) FailBad("server epoch", "is 0, expected at least 1");
    return ServerLost{ReadServerId(in.getId()), Lsn{in.getEpoch()}};
  }

  cluster::Selector Read(schema::ServerSelector::Reader in) {
    switch (in.which()) {
      case schema::ServerSelector::ID:
        return ReadServerId(in.getId());
      case schema::ServerSelector::RACK:
        if (in.getRack().size() == 0) FailBad("rack of a selector", "is empty");
        return cluster::Rack{Read(in.getRack(), "rack of a selector")};
    }
    FailUnknown("server selector", static_cast<uint16_t>(in.which()));
    return cluster::Selector{};
  }

  template <typename Tagging>
  Tagging ReadTagging(schema::ServerTagging::Reader in) {
    Tagging tagging;
    for (schema::ServerSelector::Reader one : in.getSelectors()) {
      tagging.selectors.push_back(Read(one));
    }
    if (in.getTag() > static_cast<uint8_t>(cluster::kLastServerTag)) {
      FailUnknown("server tag", in.getTag());
    }
    tagging.tag = static_cast<cluster::ServerTag>(in.getTag());
    return tagging;
  }

  cluster::TablePath Read(schema::TablePath::Reader in) {
    return {Read(in.getDatabase(), "database"), Read(in.getTable(), "table")};
  }

  CreateTable Read(schema::CreateTable::Reader in) {
    return {Read(in.getPath()), in.getBucketCount(), in.getReplicationFactor(),
            in.getIsPartitioned()};
  }

  template <typename Change>
  Change ReadPartition(schema::PartitionName::Reader in) {
    return Change{Read(in.getPath()), Read(in.getName(), "partition")};
  }

  static cluster::BucketKey Read(schema::BucketKey::Reader in) {
    return {{in.getTable()}, {in.getPartition()}, in.getBucket()};
  }

  ListBuckets Read(schema::ListBuckets::Reader in) {
    ListBuckets list;
    if (auto part = in.getPath(); IsSet(part, "filter on table")) {
      list.path = Read(part.getEqual());
    }
    if (auto part = in.getServer(); IsSet(part, "filter on server")) {
      list.server = ReadServerId(part.getEqual());
    }
    list.only_leaderless = in.getOnlyLeaderless();
    switch (auto after = in.getAfter(); after.which()) {
      case schema::ListBuckets::After::NONE:
        break;
      case schema::ListBuckets::After::KEY:
        list.after = Read(after.getKey());
        break;
      default:
        FailUnknown("start of a listing", static_cast<uint16_t>(after.which()));
    }
    list.limit = in.getLimit();
    return list;
  }

  cluster::InSyncReport Read(schema::ReplicaReport::InSync::Reader in) {
    cluster::InSyncReport item{Read(in.getKey()), in.getLeaderEpoch(), in.getBucketEpoch(), {}};
    for (int32_t server : in.getInSync()) item.in_sync.push_back(ReadServerId(server));
    return item;
  }

  static cluster::SizeReport Read(schema::ReplicaReport::Size::Reader in) {
    return {Read(in.getKey()), in.getBytes()};
  }

  cluster::DoneReport Read(schema::ReplicaReport::Done::Reader in) {
    uint8_t kind = in.getKind();
    if (kind < 1 || kind > static_cast<uint8_t>(cluster::kLastDoneKind)) {
      FailUnknown("what a report says is done", kind);
    }
    return {Read(in.getKey()), in.getBucketEpoch(), static_cast<cluster::DoneKind>(kind)};
  }

  cluster::FailedReport Read(schema::ReplicaReport::Failed::Reader in) {
    return {Read(in.getKey()), in.getBucketEpoch(), Read(in.getReason(), "reason of a failure")};
  }

  ReplicaReport Read(schema::ReplicaReport::Reader in) {
    if (in.getEpoch() == 0) FailBad("server epoch", "is 0, expected at least 1");
    ReplicaReport report{ReadServerId(in.getId()), Lsn{in.getEpoch()}, {}, {}, {}, {}};
    for (auto item : in.getInSync()) report.in_sync.push_back(Read(item));
    for (auto item : in.getSizes()) report.sizes.push_back(Read(item));
    for (auto item : in.getDone()) report.done.push_back(Read(item));
    for (auto item : in.getFailed()) report.failed.push_back(Read(item));
    return report;
  }

  std::vector<rebalance::Goal> ReadGoals(capnp::List<uint8_t>::Reader in) {
    std::vector<rebalance::Goal> goals;
    for (uint8_t number : in) {
      if (number > static_cast<uint8_t>(rebalance::Goal::kRackAware)) {
        FailUnknown("goal of a rebalance", number);
      }
      goals.push_back(static_cast<rebalance::Goal>(number));
    }
    return goals;
  }

  std::optional<std::string> Read(schema::RebalanceName::Reader in) {
    switch (in.which()) {
      case schema::RebalanceName::NEWEST:
        return std::nullopt;
      case schema::RebalanceName::ID:
        return Read(in.getId(), "id of a rebalance");
    }
    FailUnknown("id of a rebalance", static_cast<uint16_t>(in.which()));
    return std::nullopt;
  }

  static moves::Servers Read(capnp::List<int32_t>::Reader in) {
    moves::Servers servers;
    for (int32_t server : in) servers.push_back(cluster::ServerId{server});
    return servers;
  }

  moves::PlannedMove Read(schema::PlannedMove::Reader in) {
    if (in.getUrgency() > static_cast<uint8_t>(moves::kLastUrgency)) {
      FailUnknown("urgency of a move", in.getUrgency());
    }
    return {Read(in.getKey()),
            {in.getLeader()},
            {in.getNewLeader()},
            Read(in.getOrigin()),
            Read(in.getTarget()),
            in.getBytes(),
            static_cast<moves::Urgency>(in.getUrgency())};
  }

  PlanChunk Read(schema::PlanChunk::Reader in) {
    PlanChunk chunk{ReadLsn(in.getRebalance()), in.getRevision(), in.getIndex(), {}};
    for (schema::PlannedMove::Reader move : in.getMoves()) chunk.moves.push_back(Read(move));
    return chunk;
  }

  PlanReady Read(schema::PlanReady::Reader in) {
    PlanReady ready{ReadLsn(in.getRebalance()), in.getRevision(), in.getChunks(), {}, {}};
    moves::PlanSummary& summary = ready.summary;
    summary.moves = in.getMoves();
    summary.lower_bound = in.getLowerBound();
    summary.is_optimal = in.getIsOptimal();
    summary.leader_changes = in.getLeaderChanges();
    summary.bytes = in.getBytes();
    for (capnp::Text::Reader sentence : in.getUnresolved()) {
      summary.unresolved.push_back(Read(sentence, "what a plan cannot reach"));
    }
    switch (auto refusal = in.getRefusal(); refusal.which()) {
      case schema::PlanReady::Refusal::NONE:
        break;
      case schema::PlanReady::Refusal::TEXT:
        ready.refusal = Read(refusal.getText(), "refusal of a plan");
        break;
      default:
        FailUnknown("refusal of a plan", static_cast<uint16_t>(refusal.which()));
    }
    return ready;
  }

  Command Read(schema::Record::Command::Reader in) {
    switch (in.which()) {
      case schema::Record::Command::BOOT:
        return Read(in.getBoot());
      case schema::Record::Command::ADD_ACL:
        return AddAcl{Read(in.getAddAcl())};
      case schema::Record::Command::DROP_ACL:
        return DropAcl{Read(in.getDropAcl())};
      case schema::Record::Command::LIST_ACL:
        return ListAcl{Read(in.getListAcl())};
      case schema::Record::Command::ALTER_CONFIGS:
        return Read(in.getAlterConfigs());
      case schema::Record::Command::GET_CONFIGS:
        return Read(in.getGetConfigs());
      case schema::Record::Command::RESEAL_SECRETS:
        return Read(in.getResealSecrets());
      case schema::Record::Command::REGISTER_SERVER:
        return Read(in.getRegisterServer());
      case schema::Record::Command::SERVER_LOST:
        return Read(in.getServerLost());
      case schema::Record::Command::UNREGISTER_SERVER:
        return UnregisterServer{ReadServerId(in.getUnregisterServer())};
      case schema::Record::Command::ADD_SERVER_TAG:
        return ReadTagging<AddServerTag>(in.getAddServerTag());
      case schema::Record::Command::REMOVE_SERVER_TAG:
        return ReadTagging<RemoveServerTag>(in.getRemoveServerTag());
      case schema::Record::Command::LIST_SERVERS:
        return ListServers{};
      case schema::Record::Command::LIST_SERVER_TAGS:
        return ListServerTags{};
      case schema::Record::Command::CREATE_TABLE:
        return Read(in.getCreateTable());
      case schema::Record::Command::DROP_TABLE:
        return DropTable{Read(in.getDropTable())};
      case schema::Record::Command::ADD_PARTITION:
        return ReadPartition<AddPartition>(in.getAddPartition());
      case schema::Record::Command::DROP_PARTITION:
        return ReadPartition<DropPartition>(in.getDropPartition());
      case schema::Record::Command::LIST_TABLES:
        return ListTables{};
      case schema::Record::Command::LIST_BUCKETS:
        return Read(in.getListBuckets());
      case schema::Record::Command::REPLICA_REPORT:
        return Read(in.getReplicaReport());
      case schema::Record::Command::START_REBALANCE:
        return StartRebalance{ReadGoals(in.getStartRebalance())};
      case schema::Record::Command::CANCEL_REBALANCE:
        return CancelRebalance{Read(in.getCancelRebalance())};
      case schema::Record::Command::PAUSE_REBALANCE:
        return PauseRebalance{Read(in.getPauseRebalance())};
      case schema::Record::Command::RESUME_REBALANCE:
        return ResumeRebalance{Read(in.getResumeRebalance())};
      case schema::Record::Command::LIST_REBALANCE:
        return ListRebalance{Read(in.getListRebalance().getWhich()),
                             in.getListRebalance().getOnlyActive()};
      case schema::Record::Command::LIST_REBALANCES:
        return ListRebalances{};
      case schema::Record::Command::PLAN_REBALANCE:
        return PlanRebalance{ReadGoals(in.getPlanRebalance())};
      case schema::Record::Command::PLAN_CHUNK:
        return Read(in.getPlanChunk());
      case schema::Record::Command::PLAN_READY:
        return Read(in.getPlanReady());
      case schema::Record::Command::ADVANCE_MOVES:
        return AdvanceMoves{};
    }
    FailUnknown("command", static_cast<uint16_t>(in.which()));
    return Command{};
  }

  absl::Status status_;
};

// A field is read once, so a well-formed message needs no more than its own words; the rest is for
// lists and pointers, which the library counts generously. Bytes that point at themselves in
// circles end here.
capnp::ReaderOptions LimitsFor(size_t words) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 2 * words + 64;
  options.nestingLimit = 12;  // The deepest path, a box in a map of seals, takes 8.
  return options;
}

// Throws kj::Exception for pointers that lead nowhere.
absl::StatusOr<StoredRecord> ReadMessage(kj::ArrayPtr<const capnp::word> segment) {
  kj::ArrayPtr<const capnp::word> segments[] = {segment};
  capnp::SegmentArrayMessageReader message(segments, LimitsFor(segment.size()));
  Decoder decoder;
  StoredRecord stored = decoder.Read(message.getRoot<schema::Record>());
  if (!decoder.status().ok()) return decoder.status();
  return stored;
}

}  // namespace

absl::StatusOr<StoredRecord> DecodeRecord(absl::string_view bytes) {
  if (absl::Status status = CheckFrame(bytes); !status.ok()) return status;
  bytes.remove_prefix(kFrameHeaderBytes);
  // A copy, because Cap'n Proto wants words at multiples of 8 and `bytes` may start anywhere.
  absl::FixedArray<capnp::word, 256> words(bytes.size() / sizeof(capnp::word));
  std::memcpy(words.data(), bytes.data(), bytes.size());
  try {
    return ReadMessage(kj::arrayPtr(words.data(), words.size()));
  } catch (const kj::Exception& exception) {
    return absl::DataLossError(absl::StrCat("record: ", ToView(exception.getDescription())));
  }
}

}  // namespace pegel::log

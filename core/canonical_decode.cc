#include "core/canonical_decode.h"

#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/boot/reducer.h"
#include "core/canonical_kinds.h"
#include "core/config/draft.h"
#include "core/limits.h"

namespace pegel {
namespace {

// The first error sticks: after it nothing is read any more, every value comes out empty and every
// list ends, so that no Take needs to look.
class Decoder {
 public:
  explicit Decoder(absl::string_view bytes) : bytes_(bytes) {}

  absl::StatusOr<World> Run() {
    World world;
    Take(&world);
    if (!status_.ok()) return status_;
    return world;
  }

 private:
  void Fail(absl::string_view expected, absl::string_view found,
            absl::StatusCode code = absl::StatusCode::kDataLoss) {
    if (!status_.ok()) return;
    status_ = absl::Status(
        code, absl::StrCat("offset ", at_, ": expected ", expected, ", found ", found));
  }
  void FailUnknown(absl::string_view what, int64_t found) {
    Fail(absl::StrCat(what, " that this version knows"), absl::StrCat(found),
         absl::StatusCode::kUnimplemented);
  }

  absl::string_view Bytes(size_t size) {
    size_t left = bytes_.size() - at_;
    if (size > left) Fail(absl::StrCat(size, " bytes"), absl::StrCat("the end behind ", left));
    if (!status_.ok()) return {};
    absl::string_view taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
  }
  template <typename T>
  T Number() {
    uint64_t bits = 0;
    for (char byte : Bytes(sizeof(T))) bits = bits << 8 | static_cast<uint8_t>(byte);
    return static_cast<T>(bits);
  }
  bool Flag(absl::string_view what) {
    auto byte = Number<uint8_t>();
    if (byte > 1) Fail(absl::StrCat(what, " to be 0 or 1"), absl::StrCat(byte));
    return byte == 1;
  }
  template <typename T>
  void TakeEnum(absl::string_view what, T first, T last, T* value) {
    *value = Number<T>();
    if (*value >= first && *value <= last) return;
    FailUnknown(what, static_cast<int64_t>(*value));
  }
  // `take_one` is called once for each element, while all is well.
  template <typename TakeOne>
  void TakeEach(TakeOne take_one) {
    auto count = Number<uint32_t>();
    for (uint32_t i = 0; i < count && status_.ok(); ++i) take_one();
  }
  // Encoders walk ordered containers, so anything else was never encoded.
  template <typename T>
  void CheckOrder(absl::string_view what, const std::optional<T>& before, const T& key) {
    if (status_.ok() && before.has_value() && !(*before < key)) {
      Fail(absl::StrCat(what, " in strictly ascending order"),
           "one that is not behind the one before");
    }
  }
  template <typename Map, typename Key, typename Value>
  void Append(absl::string_view what, Map* map, Key key, Value value) {
    if (status_.ok() && !map->empty() && !(map->rbegin()->first < key)) {
      Fail(absl::StrCat(what, " in strictly ascending order"),
           "one that is not behind the one before");
    }
    if (status_.ok()) map->emplace_hint(map->end(), std::move(key), std::move(value));
  }

  void Take(std::string* text) {
    absl::string_view bytes = Bytes(Number<uint32_t>());
    text->assign(bytes.data(), bytes.size());
  }
  template <size_t N>
  void Take(std::array<uint8_t, N>* bytes) {
    bytes->fill(0);
    absl::string_view taken = Bytes(N);
    std::copy(taken.begin(), taken.end(), bytes->begin());
  }
  void Take(Principal* principal) {
    Take(&principal->type);
    Take(&principal->name);
  }
  void Take(acl::Resource* resource) {
    Take(&resource->database);
    Take(&resource->table);
  }
  void Take(acl::Host* host) {
    host->is_any = Flag("a host's wildcard");
    Take(&host->address);
    host->prefix_bits = Number<uint8_t>();
  }
  void Take(acl::Operation* operation) {
    TakeEnum("an operation", acl::Operation::kAll, acl::kLastOperation, operation);
  }
  void Take(acl::Permission* permission) {
    TakeEnum("a permission", acl::Permission::kAllow, acl::Permission::kDeny, permission);
  }
  template <typename T>
  void Take(std::optional<T>* value) {
    value->reset();
    if (Flag("a mark of presence")) Take(&value->emplace());
  }
  void Take(acl::Entry* entry) {
    Take(&entry->resource);
    Take(&entry->principal);
    Take(&entry->host);
    Take(&entry->operation);
    Take(&entry->permission);
  }
  template <typename T>
  void Take(std::vector<T>* list) {
    TakeEach([&] { Take(&list->emplace_back()); });
  }
  template <typename T>
  void Take(std::map<std::string, T>* by_key) {
    TakeEach([&] {
      std::string key;
      T value;
      Take(&key);
      Take(&value);
      Append("config keys", by_key, std::move(key), std::move(value));
    });
  }
  void Take(Lsn* lsn) { lsn->value = Number<uint64_t>(); }
  void Take(UnixNanos* time) { time->value = Number<int64_t>(); }
  void Take(config::Sealed* sealed) {
    Take(&sealed->key_id);
    Take(&sealed->box);
  }
  void Take(config::SealedEntry* entry) {
    Take(&entry->name);
    Take(&entry->value);
  }
  void Take(config::SealedMap* map) { Take(&map->entries); }
  void Take(config::Value* value) {
    auto form = Number<uint8_t>();
    switch (form) {
      case 0:
        return Take(&value->emplace<std::string>());
      case 1:
        return Take(&value->emplace<config::Sealed>());
      case 2:
        return Take(&value->emplace<config::SealedMap>());
      default:
        return FailUnknown("a form of value", form);
    }
  }
  void Take(config::StaticEntry* entry) {
    Take(&entry->value);
    Take(&entry->changed);
  }
  void Take(config::DynamicEntry* entry) {
    Take(&entry->value);
    Take(&entry->changed);
  }
  void Take(config::ConfigState* configs) {
    Take(&configs->statics);
    Take(&configs->dynamics);
    Take(&configs->resets);
    for (const auto& [key, entry] : configs->dynamics) {
      configs->dynamic_bytes += config::EntryBytes(key, entry.value);
    }
  }
  void Take(cluster::ServerId* id) { id->value = Number<int32_t>(); }
  void Take(cluster::ServerTag* tag) {
    TakeEnum("a server tag", cluster::ServerTag::kPermanentOffline, cluster::kLastServerTag, tag);
  }
  void Take(cluster::Server* server) {
    Take(&server->id);
    Take(&server->rack);
    Take(&server->address);
    Take(&server->epoch);
    server->is_live = Flag("a server's life");
    Take(&server->since);
    Take(&server->tag);
  }
  void Take(Error* error) {
    error->code = Number<ErrorCode>();
    if (ErrorName(error->code) == "UNKNOWN") {
      FailUnknown("an error code", static_cast<int64_t>(error->code));
    }
    Take(&error->message);
  }
  // Answers to reads and reports are never remembered, so their rows need not be known here.
  void Take(Outcome* outcome) {
    auto kind = Number<OutcomeKind>();
    switch (kind) {
      case OutcomeKind::kRejected:
        return Take(&outcome->emplace<Error>());
      case OutcomeKind::kDone:
        outcome->emplace<Result>(Done{});
        return;
      case OutcomeKind::kRebalanceBegun:
        outcome->emplace<Result>(RebalanceBegun{Lsn{Number<uint64_t>()}});
        return;
      default:
        return FailUnknown("the kind of a change's outcome", static_cast<int64_t>(kind));
    }
  }
  void Take(acl::AclState* acls) {
    std::optional<acl::Entry> before;
    TakeEach([&] {
      acl::Entry entry;
      Take(&entry);
      CheckOrder("ACL entries", before, entry);
      if (status_.ok()) acls->Add(entry);
      before = std::move(entry);
    });
  }
  void Take(cluster::ClusterState* cluster) {
    TakeEach([&] {
      cluster::Server server;
      Take(&server);
      cluster::ServerId id = server.id;
      Append("servers", &cluster->servers, id, std::move(server));
    });
  }
  void Take(cluster::TablePath* path) {
    Take(&path->database);
    Take(&path->table);
  }
  void Take(cluster::BucketKey* key) {
    key->table.value = Number<int64_t>();
    key->partition.value = Number<int64_t>();
    key->bucket = Number<int32_t>();
  }
  void Take(cluster::Replicas* replicas) {
    TakeEach([&] {
      cluster::Replica replica;
      Take(&replica.server);
      replica.is_in_sync = Flag("whether a replica is in sync");
      for (const cluster::Replica& other : *replicas) {
        if (other.server == replica.server) Fail("replicas on different servers", "one twice");
      }
      replicas->push_back(replica);
    });
  }
  void Take(cluster::Bucket* bucket) {
    Take(&bucket->replicas);
    Take(&bucket->leader);
    bucket->leader_epoch = Number<int32_t>();
    bucket->bucket_epoch = Number<int32_t>();
    bucket->bytes = Number<int64_t>();
  }
  // The table without its partitions; these are put where they count.
  void TakeHead(cluster::Table* table) {
    table->id.value = Number<int64_t>();
    Take(&table->path);
    table->bucket_count = Number<int32_t>();
    table->replication_factor = Number<int32_t>();
    table->is_partitioned = Flag("whether a table is partitioned");
  }
  void TakePartition(cluster::ClusterState* cluster, cluster::TableId table) {
    cluster::PartitionId id{Number<int64_t>()};
    cluster::Partition partition;
    std::vector<cluster::Bucket> buckets;
    Take(&partition.name);
    Take(&buckets);
    Append("partitions", &cluster->tables.at(table).partitions, id, std::move(partition));
    if (status_.ok()) cluster->PutBuckets(table, id, std::move(buckets));
  }
  void TakeTable(cluster::ClusterState* cluster) {
    cluster::Table table;
    TakeHead(&table);
    const cluster::TableId id = table.id;
    if (status_.ok() && !cluster->table_ids.emplace(table.path, id).second) {
      Fail("each table's name once", absl::StrCat(table.path.database, ".", table.path.table));
    }
    Append("tables", &cluster->tables, id, std::move(table));
    TakeEach([&] { TakePartition(cluster, id); });
  }
  void TakeStops(cluster::ClusterState* cluster) {
    cluster::ServerId server;
    Take(&server);
    absl::btree_map<cluster::BucketKey, int32_t> stops;
    TakeEach([&] {
      cluster::BucketKey key;
      Take(&key);
      Append("replicas to be deleted", &stops, key, Number<int32_t>());
    });
    if (status_.ok() && stops.empty()) Fail("servers that have something to delete", "another");
    cluster->stop_count += static_cast<int64_t>(stops.size());
    Append("servers that have something to delete", &cluster->stops, server, std::move(stops));
  }
  void TakeTables(cluster::ClusterState* cluster) {
    TakeEach([&] { TakeTable(cluster); });
    TakeEach([&] { TakeStops(cluster); });
    if (status_.ok() && cluster->tables.empty() && cluster->stops.empty()) {
      Fail("a section that holds something", "an empty one");
    }
  }
  void Take(rebalance::Options* options) {
    TakeEach([&] {
      rebalance::Goal goal{};
      TakeEnum("a goal", rebalance::Goal::kReplicaDistribution, rebalance::Goal::kRackAware, &goal);
      options->goals.push_back(goal);
    });
    options->tolerance_permille = Number<int32_t>();
    options->is_trigger_only = Flag("whether a rebalance is trigger-only");
    options->is_drain_only = Flag("whether a rebalance is drain-only");
    TakeEnum("a mode of TEMPORARY_OFFLINE", rebalance::TemporaryOffline::kDrain,
             rebalance::TemporaryOffline::kIgnore, &options->temporary_offline);
  }
  void Take(moves::Servers* servers) {
    TakeEach([&] {
      cluster::ServerId server;
      Take(&server);
      if (moves::Contains(*servers, server)) Fail("replicas on different servers", "one twice");
      servers->push_back(server);
    });
    if (status_.ok() && servers->empty()) Fail("servers of a move", "none");
  }
  void Take(moves::PlannedMove* move) {
    Take(&move->key);
    Take(&move->leader);
    Take(&move->new_leader);
    Take(&move->origin);
    Take(&move->target);
    move->bytes = Number<int64_t>();
    TakeEnum("an urgency", moves::Urgency::kRepair, moves::kLastUrgency, &move->urgency);
  }
  void Take(moves::MoveState* state) {
    TakeEnum("a status", moves::Status::kNotStarted, moves::kLastStatus, &state->status);
    TakeEnum("a phase", moves::Phase::kQueued, moves::kLastPhase, &state->phase);
    TakeEnum("a reason", moves::Reason::kNone, moves::kLastReason, &state->reason);
    Take(&state->about);
    state->attempt = Number<int32_t>();
    state->bucket_epoch = Number<int32_t>();
    state->led_epoch = Number<int32_t>();
    Take(&state->due);
    Take(&state->started);
    Take(&state->finished);
  }
  void Take(moves::PlanSummary* summary) {
    summary->moves = Number<int64_t>();
    summary->lower_bound = Number<int64_t>();
    summary->is_optimal = Flag("whether a plan is optimal");
    summary->leader_changes = Number<int64_t>();
    summary->bytes = Number<int64_t>();
    Take(&summary->unresolved);
  }
  void TakeHead(moves::Rebalance* rebalance) {
    Take(&rebalance->id);
    Take(&rebalance->options);
    Take(&rebalance->author);
    Take(&rebalance->created);
    Take(&rebalance->started);
    Take(&rebalance->finished);
    TakeEnum("a status of a rebalance", moves::Status::kNotStarted, moves::Status::kCanceled,
             &rebalance->status);
    Take(&rebalance->reason);
    rebalance->is_paused = Flag("whether a rebalance is paused");
    rebalance->revision = Number<int32_t>();
    rebalance->awaits_plan = Flag("whether a rebalance waits for a plan");
    Take(&rebalance->planned);
    Take(&rebalance->summary);
    Take(&rebalance->avoid);
  }
  void TakeRebalance(moves::MovesState* state) {
    moves::Rebalance rebalance;
    TakeHead(&rebalance);
    TakeEach([&] {
      moves::Move move;
      Take(&move.plan);
      Take(&move.state);
      bool is_taken = move.IsActive() && state->active.contains(move.plan.key);
      if (is_taken) Fail("one move of a bucket at a time", "two");
      if (move.IsWaiting() && rebalance.IsFinished()) Fail("moves that have ended", "another");
      cluster::BucketKey key = move.plan.key;
      Append("moves by bucket", &rebalance.moves, key, std::move(move));
    });
    TakeEach([&] {
      moves::PlannedMove move;
      Take(&move);
      cluster::BucketKey key = move.key;
      Append("drafted moves by bucket", &rebalance.draft, key, std::move(move));
    });
    rebalance.draft_chunks = Number<uint32_t>();
    if (state->current != Lsn{} && !rebalance.IsFinished()) Fail("one that runs", "two");
    bool is_next = state->rebalances.empty() || state->rebalances.rbegin()->first < rebalance.id;
    if (!is_next || rebalance.id == Lsn{}) Fail("rebalances by id", "one out of order");
    if (status_.ok()) state->Insert(std::move(rebalance));
  }
  void TakeHome(moves::MovesState* state) {
    cluster::BucketKey key;
    Take(&key);
    moves::Home home;
    TakeEach([&] {
      moves::Home::Replica& replica = home.replicas.emplace_back();
      Take(&replica.home);
      Take(&replica.stand_in);
    });
    Take(&home.leader);
    if (status_.ok() && home.is_empty()) Fail("a home", "none");
    Append("homes by bucket", &state->homes, key, std::move(home));
  }
  void TakeRebalances(moves::MovesState* state) {
    TakeEach([&] { TakeRebalance(state); });
    TakeEach([&] { TakeHome(state); });
    if (status_.ok() && state->rebalances.empty() && state->homes.empty()) {
      Fail("a section that holds something", "an empty one");
    }
  }
  void TakeSection(uint16_t section, World* world) {
    switch (section) {
      case kTablesSection:
        return TakeTables(&world->cluster);
      case kRebalancesSection:
        return TakeRebalances(&world->moves);
      default:
        return FailUnknown("a section", section);
    }
  }
  void TakeSections(World* world) {
    uint16_t before = 0;
    while (status_.ok() && at_ < bytes_.size()) {
      auto section = Number<uint16_t>();
      if (section <= before) Fail("sections in ascending order", absl::StrCat(section));
      if (status_.ok()) TakeSection(section, world);
      before = section;
    }
  }
  void TakeAnswer(AnsweredRequests* requests, std::optional<Lsn>* before) {
    RequestKey key;
    Take(&key.principal);
    key.id.high = Number<uint64_t>();
    key.id.low = Number<uint64_t>();
    Answer answer;
    Take(&answer.lsn);
    Take(&answer.time);
    Take(&answer.fingerprint);
    Take(&answer.outcome);
    CheckOrder("answers by lsn", *before, answer.lsn);
    *before = answer.lsn;
    if (answer.time.value < std::numeric_limits<int64_t>::min() + kAnsweredRequestNanosMax) {
      Fail("a time of an answer", absl::StrCat(answer.time.value));
    }
    if (status_.ok() && requests->Find(key) != nullptr) {
      Fail("each request id once", absl::StrCat(ToHex(key.id), " twice"));
    }
    if (status_.ok()) requests->Remember(key, std::move(answer));
  }
  void Take(AnsweredRequests* requests) {
    std::optional<Lsn> before;
    size_t taken = 0;
    TakeEach([&] {
      TakeAnswer(requests, &before);
      ++taken;
    });
    if (status_.ok() && requests->size() != taken) {
      Fail("answers that a World still remembers", "some that it has forgotten");
    }
  }
  void Take(acl::Security* security, const config::ConfigState& configs) {
    std::map<std::string, config::Value> statics;
    for (const auto& [key, entry] : configs.statics) statics.emplace(key, entry.value);
    absl::StatusOr<acl::Security> parsed = boot::ParseSecurity(statics);
    if (!parsed.ok()) return Fail("static configs of a Boot record", parsed.status().message());
    *security = *std::move(parsed);
  }
  void Take(World* world) {
    auto format = Number<uint32_t>();
    if (status_.ok() && format != kWorldFormat) FailUnknown("a World's format", format);
    Take(&world->lsn);
    Take(&world->time);
    world->behaviour = Number<uint32_t>();
    if (world->behaviour > kBehaviourNewest) FailUnknown("a behaviour", world->behaviour);
    Take(&world->cluster_id);
    Take(&world->configs);
    Take(&world->acls);
    Take(&world->cluster);
    Take(&world->requests);
    TakeSections(world);
    Take(&world->security, world->configs);
  }

  const absl::string_view bytes_;
  size_t at_ = 0;  // Of the next byte.
  absl::Status status_;
};

}  // namespace

absl::StatusOr<World> DecodeWorld(absl::string_view bytes) { return Decoder(bytes).Run(); }

}  // namespace pegel

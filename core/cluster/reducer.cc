#include "core/cluster/reducer.h"

#include <optional>
#include <set>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "core/cluster/election.h"
#include "core/cluster/refuse.h"
#include "core/cluster/text.h"
#include "core/limits.h"

namespace pegel::cluster {
namespace {

Decision Accept() { return Decision{Result{Done{}}, {}}; }

absl::Status CheckRegistration(const RegisterServer& command) {
  if (command.id.value < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("id: expected at least 0, found ", command.id.value));
  }
  if (absl::Status status = CheckRack(command.rack); !status.ok()) return status;
  return CheckAddress(command.address);
}

// Adds an event for each bucket of the server that `after` makes another, in key order.
void ChangeBuckets(const ClusterState& cluster, ServerId server, std::vector<Event>* events,
                   absl::FunctionRef<Bucket(const Bucket&)> after) {
  for (const BucketKey& key : cluster.HoldingsOf(server).buckets) {
    const Bucket& before = *cluster.Find(key);
    Bucket now = after(before);
    if (now == before) continue;
    events->push_back(
        BucketChanged{key, now.leader, now.leader_epoch, now.bucket_epoch, now.replicas});
  }
}

// The servers that selectors name, each once, in the order of the request.
class Selection {
 public:
  // False: a rack that no server has; it is in `missing_rack`.
  bool Add(const ClusterState& cluster, const Selector& selector) {
    if (const auto* id = std::get_if<ServerId>(&selector)) {
      AddOne(*id);
      return true;
    }
    const std::string& rack = std::get<Rack>(selector).name;
    std::vector<ServerId> of_rack = cluster.OfRack(rack);
    for (ServerId id : of_rack) AddOne(id);
    return !of_rack.empty();
  }
  const std::vector<ServerId>& ids() const { return ids_; }

 private:
  void AddOne(ServerId id) {
    if (seen_.insert(id).second) ids_.push_back(id);
  }

  std::vector<ServerId> ids_;
  std::set<ServerId> seen_;
};

// Asks `decide_one(id, &events)` for each selected server; the first refusal refuses all.
template <typename DecideOne>
Decision DecideEach(const World& world, const std::vector<Selector>& selectors,
                    absl::string_view trying, DecideOne decide_one) {
  Selection selection;
  Decision decision = Accept();
  size_t done = 0;
  for (const Selector& selector : selectors) {
    if (!selection.Add(world.cluster, selector)) {
      return Reject(
          ErrorCode::kServerNotExist,
          absl::StrCat("No server of rack '", std::get<Rack>(selector).name,
                       "' exists when trying to ", trying, " sys.list_servers lists the racks."));
    }
    for (; done < selection.ids().size(); ++done) {
      std::optional<Decision> refusal = decide_one(selection.ids()[done], &decision.events);
      if (refusal.has_value()) return *std::move(refusal);
    }
  }
  return decision;
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const RegisterServer& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kClusterAction)) return *refusal;
  if (absl::Status status = CheckRegistration(command); !status.ok()) {
    return Reject(ErrorCode::kInvalidArgument, std::string(status.message()));
  }
  bool is_new = world.cluster.Find(command.id) == nullptr;
  if (is_new && world.cluster.servers.size() >= kServersMax) {
    return Reject(ErrorCode::kLimitExceeded,
                  absl::StrCat("The cluster knows ", world.cluster.servers.size(),
                               " tablet servers, which is the limit. Unregister those that are "
                               "gone for good."));
  }
  Decision decision = Accept();
  decision.events.push_back(
      ServerRegistered{command.id, command.rack, command.address, now.lsn, now.time});
  // What ran under this id before is lost, whatever it still does.
  bool was_live = world.cluster.IsLive(command.id);
  ChangeBuckets(world.cluster, command.id, &decision.events, [&](const Bucket& bucket) {
    return AfterReturn(was_live ? AfterLoss(world.cluster, bucket, command.id) : bucket,
                       command.id);
  });
  return decision;
}

Decision Decide(const World& world, const Moment& now, const ServerLost& command) {
  if (!IsItself(now.author)) {
    if (auto refusal = RefuseAuthor(world, now, acl::Operation::kClusterAction)) return *refusal;
  }
  if (auto refusal =
          RefuseRegistration(world.cluster, command.id, command.epoch, "report it lost.")) {
    return *refusal;
  }
  Decision decision = Accept();
  if (!world.cluster.IsLive(command.id)) return decision;
  decision.events.push_back(ServerDied{command.id, command.epoch, now.time});
  ChangeBuckets(world.cluster, command.id, &decision.events,
                [&](const Bucket& bucket) { return AfterLoss(world.cluster, bucket, command.id); });
  return decision;
}

Decision Decide(const World& world, const Moment& now, const UnregisterServer& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kAlter)) return *refusal;
  const Server* server = world.cluster.Find(command.id);
  if (server == nullptr) return RejectUnknownServer(command.id, "unregister it.");
  if (server->is_live) {
    return Reject(ErrorCode::kServerIsLive,
                  absl::StrCat("Server ", command.id.value, " at ", server->address,
                               " is live: stop it first, then unregister it."));
  }
  if (size_t replicas = world.cluster.HoldingsOf(command.id).buckets.size(); replicas > 0) {
    return Reject(ErrorCode::kServerHoldsReplicas,
                  absl::StrCat("Server ", command.id.value, " still holds ", replicas,
                               " replicas: move them away first (sys.add_server_tag with "
                               "PERMANENT_OFFLINE, then sys.rebalance), or drop their tables."));
  }
  return Decision{Result{Done{}}, {ServerUnregistered{command.id}}};
}

Decision Decide(const World& world, const Moment& now, const AddServerTag& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kAlter)) return *refusal;
  constexpr absl::string_view kTrying = "add server tag.";
  auto decide_one = [&](ServerId id, std::vector<Event>* events) -> std::optional<Decision> {
    const Server* server = world.cluster.Find(id);
    if (server == nullptr) return RejectUnknownServer(id, kTrying);
    if (!server->tag.has_value()) events->push_back(ServerTagged{id, command.tag});
    if (server->tag.value_or(command.tag) == command.tag) return std::nullopt;
    return Reject(ErrorCode::kServerTagAlreadyExist,
                  absl::StrCat("Server tag ", ToText(*server->tag), " already exists for server ",
                               id.value, ". However you want to set it to ", ToText(command.tag),
                               ", please remove the server tag first."));
  };
  return DecideEach(world, command.selectors, kTrying, decide_one);
}

Decision Decide(const World& world, const Moment& now, const RemoveServerTag& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kAlter)) return *refusal;
  auto decide_one = [&](ServerId id, std::vector<Event>* events) -> std::optional<Decision> {
    const Server* server = world.cluster.Find(id);
    if (server == nullptr || !server->tag.has_value()) return std::nullopt;
    if (*server->tag == command.tag) {
      events->push_back(ServerUntagged{id, command.tag});
      return std::nullopt;
    }
    return Reject(
        ErrorCode::kServerTagNotExist,
        absl::StrCat("Server tag ", ToText(command.tag), " not exists for server ", id.value,
                     ", the current server tag of this server is ", ToText(*server->tag), "."));
  };
  return DecideEach(world, command.selectors, "remove server tag.", decide_one);
}

Decision Decide(const World& world, const Moment& now, const ListServers&) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kDescribe)) return *refusal;
  ServerRows rows;
  for (const auto& [id, server] : world.cluster.servers) {
    const Holdings& holdings = world.cluster.HoldingsOf(id);
    rows.servers.push_back({server, static_cast<int64_t>(holdings.buckets.size()), holdings.leaders,
                            holdings.in_sync});
  }
  return Decision{Result{std::move(rows)}, {}};
}

Decision Decide(const World& world, const Moment& now, const ListServerTags&) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kDescribe)) return *refusal;
  ServerTagRows rows;
  for (const auto& [id, server] : world.cluster.servers) {
    if (server.tag.has_value()) rows.tags.push_back({id, *server.tag});
  }
  return Decision{Result{std::move(rows)}, {}};
}

void Evolve(World& world, const ServerRegistered& event) {
  Server& server = world.cluster.servers[event.id];
  server.id = event.id;
  server.rack = event.rack;
  server.address = event.address;
  server.epoch = event.epoch;
  server.is_live = true;
  server.since = event.since;
}

void Evolve(World& world, const ServerDied& event) {
  auto it = world.cluster.servers.find(event.id);
  PEGEL_CHECK(it != world.cluster.servers.end() && it->second.is_live, "server ", event.id.value,
              " died but was not live");
  it->second.is_live = false;
  it->second.since = event.since;
}

void Evolve(World& world, const ServerUnregistered& event) {
  size_t erased = world.cluster.servers.erase(event.id);
  PEGEL_CHECK(erased == 1, "unregistered but not there: server ", event.id.value);
  world.cluster.DropStops(event.id);
}

void Evolve(World& world, const ServerTagged& event) {
  auto it = world.cluster.servers.find(event.id);
  PEGEL_CHECK(it != world.cluster.servers.end() && !it->second.tag.has_value(), "server ",
              event.id.value, " tagged, but it is unknown or has a tag");
  it->second.tag = event.tag;
}

void Evolve(World& world, const ServerUntagged& event) {
  auto it = world.cluster.servers.find(event.id);
  PEGEL_CHECK(it != world.cluster.servers.end() && it->second.tag == event.tag, "server ",
              event.id.value, " untagged, but it does not have the tag");
  it->second.tag.reset();
}

}  // namespace pegel::cluster

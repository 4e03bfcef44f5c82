#include "tests/sim/texts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/acl/text.h"
#include "core/cluster/text.h"
#include "core/limits.h"
#include "core/moves/text.h"
#include "procedures/catalogue.h"
#include "procedures/rows.h"
#include "tests/support/acl.h"

namespace pegel::sim {
namespace {

using model::Ask;
using model::Text;

cluster::ServerId IdOf(const Ask& ask) { return {std::stoi(*ask.texts[0])}; }

Boot BootOf(const Ask& ask, const std::string& cluster_id) {
  Boot boot{cluster_id, kBehaviourNewest, {}};
  for (size_t i = 0; i < ask.texts.size(); i += 2) {
    boot.static_configs[*ask.texts[i]] = *ask.texts[i + 1];
  }
  return boot;
}

std::variant<Command, Error> CallOf(const Ask& ask) {
  procedures::CallStatement call;
  call.procedure = absl::StrCat("sys.", ask.what);
  for (const Text& text : ask.texts) call.arguments.push_back({std::nullopt, text, {}, {}});
  return procedures::MakeCommand(call);
}

std::string KeyText(const cluster::BucketKey& key) {
  return absl::StrCat(key.table.value, "/", key.bucket);
}

template <typename Servers>
std::string Ids(const Servers& servers, absl::string_view between = " ") {
  return absl::StrJoin(servers, between, [](std::string* out, cluster::ServerId id) {
    absl::StrAppend(out, id.value);
  });
}

std::string ValueText(const config::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? "a seal" : *text;
}

struct Teller {
  std::string operator()(const Booted& event) const {
    std::string fact = "booted";
    for (const auto& [key, value] : event.boot.static_configs) {
      absl::StrAppend(&fact, " ", key, "=", ValueText(value));
    }
    return fact;
  }
  std::string operator()(const AclAdded& event) const {
    return absl::StrCat("acl added ", acl::ToText(event.entry));
  }
  std::string operator()(const AclDropped& event) const {
    return absl::StrCat("acl dropped ", acl::ToText(event.entry));
  }
  std::string operator()(const ConfigSet& event) const {
    return absl::StrCat("config ", event.key,
                        event.value ? "=" + ValueText(*event.value) : " is null");
  }
  std::string operator()(const ConfigReset& event) const {
    return absl::StrCat("config ", event.key, " is reset");
  }
  std::string operator()(const ConfigResealed& event) const {
    return absl::StrCat("config ", event.key, " is sealed again");
  }
  std::string operator()(const ServerRegistered& event) const {
    return absl::StrCat("registered ", event.id.value, " rack=", event.rack, " at ", event.address,
                        " epoch ", event.epoch.value);
  }
  std::string operator()(const ServerDied& event) const {
    return absl::StrCat("died ", event.id.value, " epoch ", event.epoch.value);
  }
  std::string operator()(const ServerUnregistered& event) const {
    return absl::StrCat("unregistered ", event.id.value);
  }
  std::string operator()(const ServerTagged& event) const {
    return absl::StrCat("tagged ", event.id.value, " ", cluster::ToText(event.tag));
  }
  std::string operator()(const ServerUntagged& event) const {
    return absl::StrCat("untagged ", event.id.value, " ", cluster::ToText(event.tag));
  }
  // What follows is only heard by the model (model/moves.cc), which reads these texts.
  std::string operator()(const TableCreated& event) const {
    return absl::StrCat("table ", event.id.value, " ", event.path.database, ".", event.path.table,
                        " ", event.bucket_count, " ", event.replication_factor);
  }
  std::string operator()(const BucketsPlaced& event) const {
    std::string fact = absl::StrCat("placed ", event.table.value);
    for (const auto& servers : event.replicas) absl::StrAppend(&fact, " : ", Ids(servers));
    return fact;
  }
  std::string operator()(const TableDropped& event) const {
    return absl::StrCat("dropped ", event.id.value);
  }
  std::string operator()(const ReplicasDropped& event) const {
    return absl::StrCat("drop ", KeyText(event.key), " of ", Ids(event.servers), " epoch ",
                        event.bucket_epoch);
  }
  std::string operator()(const BucketChanged& event) const {
    std::string fact =
        absl::StrCat("bucket ", KeyText(event.key), " leader ", event.leader.value, " replicas");
    for (const cluster::Replica& replica : event.replicas) {
      absl::StrAppend(&fact, " ", replica.server.value, replica.is_in_sync ? "" : "!");
    }
    return absl::StrCat(fact, " epochs ", event.leader_epoch, " ", event.bucket_epoch);
  }
  std::string operator()(const BucketSized& event) const {
    return absl::StrCat("bytes ", KeyText(event.key), " ", event.bytes);
  }
  std::string operator()(const ReplicaStopped& event) const {
    return absl::StrCat("stopped ", KeyText(event.key), " of ", event.server.value);
  }
  std::string operator()(const RebalanceCreated& event) const {
    return absl::StrCat("rebalance ", event.id.value, " is asked for");
  }
  std::string operator()(const PlanDrafted& event) const {
    std::string fact = absl::StrCat("draft ", event.rebalance.value, " plan ", event.revision,
                                    " piece ", event.index);
    for (const moves::PlannedMove& move : event.moves) {
      absl::StrAppend(&fact, " ", KeyText(move.key), " from ", Ids(move.origin, ","), " to ",
                      Ids(move.target, ","));
    }
    return fact;
  }
  std::string operator()(const PlanAdopted& event) const {
    return absl::StrCat("rebalance ", event.rebalance.value, " adopts ", event.revision);
  }
  std::string operator()(const PlanWanted& event) const {
    return absl::StrCat("rebalance ", event.rebalance.value, " wants ", event.revision, " without ",
                        Ids(event.avoid));
  }
  std::string operator()(const RebalancePaused& event) const {
    return absl::StrCat("rebalance ", event.rebalance.value,
                        event.is_paused ? " pauses" : " goes on");
  }
  std::string operator()(const RebalanceFinished& event) const {
    return absl::StrCat("rebalance ", event.rebalance.value, " ends ",
                        std::string(moves::ToText(event.status)));
  }
  std::string operator()(const MoveChanged& event) const {
    const moves::MoveState& state = event.state;
    return absl::StrCat("move ", KeyText(event.key), " of ", event.rebalance.value, " is ",
                        moves::ToText(state.phase), " ", moves::ToText(state.status), " ",
                        moves::ToText(state.reason), " ", state.about.value, " attempt ",
                        state.attempt, " epochs ", state.bucket_epoch, " ", state.led_epoch,
                        " due ", state.due.value);
  }
  std::string operator()(const HomeChanged& event) const {
    std::string fact =
        absl::StrCat("home ", KeyText(event.key), " leader ", event.home.leader.value);
    for (const moves::Home::Replica& replica : event.home.replicas) {
      absl::StrAppend(&fact, " ", replica.home.value, "<", replica.stand_in.value);
    }
    return fact;
  }
  // Partitions are not in these lives.
  std::string operator()(const PartitionAdded&) const { return "unknown to the model"; }
  std::string operator()(const PartitionDropped&) const { return "unknown to the model"; }
};

bool Fits(const model::Row& found, const model::Row& expected) {
  return std::equal(
      found.begin(), found.end(), expected.begin(), expected.end(),
      [](const Text& is, const Text& ought) { return ought == model::kAnything || is == ought; });
}

std::string Shown(const std::vector<model::Row>& rows) {
  std::vector<std::string> lines;
  for (const model::Row& row : rows) {
    lines.push_back(absl::StrJoin(row, " | ", [](std::string* out, const Text& text) {
      absl::StrAppend(out, text.value_or("NULL"));
    }));
  }
  return absl::StrCat("[", absl::StrJoin(lines, "; "), "]");
}

}  // namespace

std::variant<Command, Error> ToCommand(const Ask& ask, const std::string& cluster_id) {
  if (ask.what == "boot") return Command(BootOf(ask, cluster_id));
  if (ask.what == "register_server") {
    return Command(RegisterServer{IdOf(ask), *ask.texts[1], *ask.texts[2]});
  }
  if (ask.what == "server_lost") {
    return Command(ServerLost{IdOf(ask), Lsn{std::stoull(*ask.texts[1])}});
  }
  if (ask.what == "unregister_server") return Command(UnregisterServer{IdOf(ask)});
  if (ask.what == "create_table") {
    return Command(
        CreateTable{{"d", *ask.texts[0]}, std::stoi(*ask.texts[1]), std::stoi(*ask.texts[2])});
  }
  if (ask.what == "drop_table") return Command(DropTable{{"d", *ask.texts[0]}});
  return CallOf(ask);
}

Ask AskOf(const Command& command) {
  Ask ask{"System:pegeld", "", std::string(ToText(KindOf(command))), {}};
  auto add = [&](auto number) { ask.texts.emplace_back(absl::StrCat(number)); };
  if (const auto* chunk = std::get_if<PlanChunk>(&command)) {
    add(chunk->rebalance.value), add(chunk->revision), add(chunk->index);
  } else if (const auto* ready = std::get_if<PlanReady>(&command)) {
    add(ready->rebalance.value), add(ready->revision);
    ask.texts.emplace_back(ready->refusal.value_or("a plan"));
  } else if (const auto* report = std::get_if<ReplicaReport>(&command)) {
    ask.who = "User:tablet", ask.host = "10.0.0.9";
    add(report->id.value), add(report->epoch.value);
    for (const auto& item : report->in_sync)
      add("in sync " + KeyText(item.key) + ": " + Ids(item.in_sync));
    for (const auto& item : report->sizes) add("bytes of " + KeyText(item.key));
    for (const auto& item : report->done) {
      bool leads = item.kind == cluster::DoneKind::kLeading;
      add((leads ? "leads " : "stopped ") + KeyText(item.key));
    }
    for (const auto& item : report->failed) add("failed " + KeyText(item.key));
  }
  return ask;
}

Author AuthorOf(const Ask& ask) { return testing::AuthorOf(ask.who, ask.host); }

std::string ToText(const Ask& ask) {
  return absl::StrCat(ask.what, "(",
                      absl::StrJoin(ask.texts, ", ",
                                    [](std::string* out, const Text& t) {
                                      absl::StrAppend(out, t ? absl::StrCat("'", *t, "'") : "NULL");
                                    }),
                      ") by ", ask.who);
}

std::string FactOf(const Event& event) { return std::visit(Teller{}, event); }

std::string Difference(const model::Answer& expected, const Outcome& found) {
  if (const auto* error = std::get_if<Error>(&found)) {
    bool is_right =
        static_cast<int>(error->code) == expected.code && model::Allows(expected, error->message);
    if (is_right) return "";
    return absl::StrCat("expected code ", expected.code, " ",
                        absl::StrJoin(expected.messages, " or "), ", found code ",
                        static_cast<int>(error->code), " ", error->message);
  }
  if (expected.code != 0) {
    return absl::StrCat("expected code ", expected.code, " ",
                        absl::StrJoin(expected.messages, " or "), ", found: accepted");
  }
  const Result& result = std::get<Result>(found);
  if (std::holds_alternative<pegel::Done>(result)) {
    return expected.rows.empty() ? "" : "expected rows, found none";
  }
  if (expected.is_heard) return "";
  std::vector<model::Row> rows = procedures::ToTable(result).rows;
  if (std::equal(rows.begin(), rows.end(), expected.rows.begin(), expected.rows.end(), &Fits)) {
    return "";
  }
  return absl::StrCat("expected ", Shown(expected.rows), ", found ", Shown(rows));
}

}  // namespace pegel::sim

#include "tools/planning/plan_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::ordered_json;
using rebalance::Balance;
using rebalance::BucketMove;
using rebalance::Planned;
using rebalance::Role;
using rebalance::ServerId;

std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json IdsOf(std::span<const ServerId> servers) {
  Json ids = Json::array();
  for (ServerId id : servers) ids.push_back(id.value);
  return ids;
}

const char* NameOf(Role role) {
  switch (role) {
    case Role::kTakes:
      return "takes";
    case Role::kKeeps:
      return "keeps";
    case Role::kDrains:
      break;
  }
  return "drains";
}

Json JsonOf(const Balance& balance) {
  Json json;
  json["replicas"] = {{"min", balance.replicas.min}, {"max", balance.replicas.max}};
  json["leaders"] = {{"min", balance.leaders.min}, {"max", balance.leaders.max}};
  json["rack_violations"] = balance.rack_violations;
  json["servers"] = Json::array();
  for (const rebalance::ServerLoad& load : balance.servers) {
    json["servers"].push_back({{"id", load.id.value},
                               {"rack", load.rack},
                               {"role", NameOf(load.role)},
                               {"replicas", load.replicas},
                               {"leaders", load.leaders}});
  }
  json["racks"] = Json::array();
  for (const rebalance::RackLoad& load : balance.racks) {
    json["racks"].push_back({{"rack", load.rack},
                             {"servers", load.servers},
                             {"replicas", load.replicas},
                             {"leaders", load.leaders}});
  }
  return json;
}

Json JsonOf(const rebalance::Plan& plan, const BucketMove& move) {
  Json json;
  json["table_id"] = move.key.table.value;
  if (move.key.partition != cluster::kNoPartition) json["partition_id"] = move.key.partition.value;
  json["bucket_id"] = move.key.bucket;
  json["original_leader"] = move.leader.value;
  json["new_leader"] = move.new_leader.value;
  json["origin_replicas"] = IdsOf(plan.OriginOf(move));
  json["new_replicas"] = IdsOf(plan.NewOf(move));
  return json;
}

// ---- for people ----

constexpr int kBarWidth = 24;
constexpr size_t kServersMax = 60;  // More bars than that tell nobody anything.

std::string Padded(const std::string& text, size_t width) {
  return text + std::string(width > text.size() ? width - text.size() : 0, ' ');
}

std::string Right(int64_t number, size_t width) {
  std::string text = absl::StrCat(number);
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

// At least a sign for whatever is not nothing.
std::string Bar(int64_t value, int64_t most) {
  int64_t length = most == 0 ? 0 : value * kBarWidth / most;
  if (value > 0) length = std::max<int64_t>(length, 1);
  return Padded(std::string(length, '#'), kBarWidth);
}

struct Row {
  std::string name;
  int64_t before = 0, after = 0;
};

std::string Bars(const std::string& title, const std::vector<Row>& rows) {
  int64_t most = 0;
  size_t width = title.size();
  for (const Row& row : rows) {
    most = std::max({most, row.before, row.after});
    width = std::max(width, row.name.size());
  }
  std::string text =
      absl::StrCat(Padded(title, width), "  ", Padded("before", kBarWidth + 8), "after\n");
  for (size_t i = 0; i < rows.size() && i < kServersMax; ++i) {
    const Row& row = rows[i];
    std::string line =
        absl::StrCat(Padded(row.name, width), " ", Right(row.before, 6), " ", Bar(row.before, most),
                     " ", Right(row.after, 6), " ", Bar(row.after, most));
    absl::StrAppend(&text, line.substr(0, line.find_last_not_of(' ') + 1), "\n");
  }
  if (rows.size() > kServersMax) {
    absl::StrAppend(&text, "… and ", rows.size() - kServersMax, " more; --format json has all\n");
  }
  return text + "\n";
}

std::string ServerName(const rebalance::ServerLoad& load) {
  return absl::StrCat(load.id.value, " (", Printable(load.rack), ")",
                      load.role == Role::kTakes ? "" : absl::StrCat(" ", NameOf(load.role)));
}

std::string Balances(const Balance& before, const Balance& after) {
  std::vector<Row> replicas, leaders, racks;
  for (size_t s = 0; s < after.servers.size(); ++s) {
    const std::string name = ServerName(after.servers[s]);
    replicas.push_back({name, before.servers[s].replicas, after.servers[s].replicas});
    leaders.push_back({name, before.servers[s].leaders, after.servers[s].leaders});
  }
  for (size_t r = 0; r < after.racks.size(); ++r) {
    racks.push_back(
        {absl::StrCat(Printable(after.racks[r].rack), " (", after.racks[r].servers, ")"),
         before.racks[r].replicas, after.racks[r].replicas});
  }
  return Bars("replicas by server", replicas) + Bars("leaders by server", leaders) +
         Bars("replicas by rack", racks);
}

std::string RangeText(const rebalance::Range& range) {
  return absl::StrCat(range.min, " to ", range.max);
}

std::string SummaryText(const rebalance::Summary& summary) {
  std::string proof = summary.is_optimal
                          ? "the fewest that there can be"
                          : absl::StrCat("at least ", summary.lower_bound, " are needed");
  std::string text = absl::StrCat(
      "replica moves    ", summary.moves, " (", proof, ")\n", "leader changes   ",
      summary.leader_changes, "\n", "bytes to copy    ", summary.bytes, "\n", "replicas         ",
      RangeText(summary.before.replicas), " on a server, then ", RangeText(summary.after.replicas),
      "\n", "leaders          ", RangeText(summary.before.leaders), " on a server, then ",
      RangeText(summary.after.leaders), "\n", "in a shared rack ", summary.before.rack_violations,
      " replicas, then ", summary.after.rack_violations, "\n");
  for (const std::string& line : summary.unresolved) {
    absl::StrAppend(&text, "NOT REACHED      ", Printable(line), "\n");
  }
  return text + "\n";
}

std::string Ids(std::span<const ServerId> servers) {
  return absl::StrJoin(servers, ",",
                       [](std::string* out, ServerId id) { absl::StrAppend(out, id.value); });
}

std::string MovesText(const rebalance::Plan& plan, size_t moves_max) {
  if (plan.moves.empty()) return "Nothing has to change.\n";
  std::string text = "table/partition/bucket    leader        replicas\n";
  for (size_t i = 0; i < plan.moves.size() && i < moves_max; ++i) {
    const BucketMove& move = plan.moves[i];
    std::string partition =
        move.key.partition == cluster::kNoPartition ? "-" : absl::StrCat(move.key.partition.value);
    absl::StrAppend(
        &text, Padded(absl::StrCat(move.key.table.value, "/", partition, "/", move.key.bucket), 26),
        Padded(absl::StrCat(move.leader.value, " -> ", move.new_leader.value), 14),
        Ids(plan.OriginOf(move)), " -> ", Ids(plan.NewOf(move)), "\n");
  }
  if (plan.moves.size() > moves_max) {
    absl::StrAppend(&text, "… and ", plan.moves.size() - moves_max,
                    " more; --format json has all\n");
  }
  return text;
}

}  // namespace

std::string PlanJson(const Planned& planned) {
  Json json;
  json["plan"] = Json::array();
  for (const BucketMove& move : planned.plan.moves) {
    json["plan"].push_back(JsonOf(planned.plan, move));
  }
  const rebalance::Summary& summary = planned.summary;
  json["summary"] = {{"moves", summary.moves},         {"lower_bound", summary.lower_bound},
                     {"optimal", summary.is_optimal},  {"leader_changes", summary.leader_changes},
                     {"bytes", summary.bytes},         {"before", JsonOf(summary.before)},
                     {"after", JsonOf(summary.after)}, {"unresolved", summary.unresolved}};
  return Line(json);
}

std::string PlanErrorJson(const Error& error) {
  Json json;
  json["error"] = {{"code", static_cast<int32_t>(error.code)},
                   {"name", std::string(ErrorName(error.code))},
                   {"message", error.message}};
  return Line(json);
}

std::string PlanTable(const Planned& planned, size_t moves_max) {
  return SummaryText(planned.summary) + Balances(planned.summary.before, planned.summary.after) +
         MovesText(planned.plan, moves_max);
}

}  // namespace pegel::tools

// Servers are checked before the tag, as in Fluss; the texts are Fluss's (procedures.md 1.3).
#include "procedures/tag_calls.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/cluster/text.h"
#include "procedures/place.h"

namespace pegel::procedures {
namespace {

enum Index { kTabletServers, kServerTag };

// Its separator is wrong, and scripts match it all the same.
constexpr absl::string_view kNoServers =
    "tabletServers cannot be null or empty. You can specify one tabletServer as 1 or specify multi "
    "tabletServers as 1;2 (split by ';')";
constexpr absl::string_view kOnlyCommas =
    "tabletServers cannot be empty. You can specify one tabletServer as 1 or specify multi "
    "tabletServers as 1,2 (split by ',')";
constexpr absl::string_view kNoTag =
    "serverTag cannot be null or empty. Please specify a valid serverTag. serverTag is one of "
    "[PERMANENT_OFFLINE, TEMPORARY_OFFLINE]";

constexpr Parameter kTagParameters[] = {
    {.name = "tabletServers",
     .help = "ids of tablet servers, such as '0' or '0,1,2'; rack:<name> for a whole rack",
     .missing_text = kNoServers},
    {.name = "serverTag", .help = "PERMANENT_OFFLINE or TEMPORARY_OFFLINE", .missing_text = kNoTag},
};

// What was given, without the blanks around it.
absl::string_view TextOf(const BoundArgument& argument) {
  return absl::StripAsciiWhitespace(*argument.values.front());
}

Error Refusal(const BoundArgument& argument, absl::string_view message) {
  return ErrorAt(argument.position, ErrorCode::kInvalidArgument, message);
}

// `, , ,`
bool IsOnlyCommas(absl::string_view text) {
  for (char c : text) {
    if (c != ',' && !absl::ascii_isspace(c)) return false;
  }
  return true;
}

std::variant<std::vector<cluster::Selector>, Error> ReadServers(const BoundArgument& argument) {
  absl::string_view text = TextOf(argument);
  if (text.empty()) return Refusal(argument, kNoServers);
  if (IsOnlyCommas(text)) return Refusal(argument, kOnlyCommas);
  auto selectors = cluster::ParseSelectors(text);
  if (selectors.ok()) return *std::move(selectors);
  return Refusal(argument, absl::StrCat("tabletServers: ", selectors.status().message()));
}

std::variant<cluster::ServerTag, Error> ReadTag(const BoundArgument& argument) {
  absl::string_view text = TextOf(argument);
  if (text.empty()) return Refusal(argument, kNoTag);
  auto tag = cluster::ParseTag(text);
  if (tag.ok()) return *tag;
  return Refusal(argument, absl::StrCat("serverTag: ", tag.status().message()));
}

// AddServerTag and RemoveServerTag have the same fields.
template <typename Tagging>
std::variant<Command, Error> MakeTagging(const BoundArguments& arguments) {
  auto servers = ReadServers(arguments[kTabletServers]);
  if (auto* error = std::get_if<Error>(&servers)) return std::move(*error);
  auto tag = ReadTag(arguments[kServerTag]);
  if (auto* error = std::get_if<Error>(&tag)) return std::move(*error);
  return Tagging{std::get<std::vector<cluster::Selector>>(std::move(servers)),
                 std::get<cluster::ServerTag>(tag)};
}

template <typename List>
std::variant<Command, Error> MakeList(const BoundArguments&) {
  return List{};
}

}  // namespace

std::vector<Procedure> TagProcedures() {
  return {
      {"sys.add_server_tag", "Marks tablet servers as offline for the next rebalance.",
       kTagParameters, &MakeTagging<AddServerTag>},
      {"sys.remove_server_tag", "Takes a mark off tablet servers.", kTagParameters,
       &MakeTagging<RemoveServerTag>},
      {"sys.list_server_tags",
       "Lists the tablet servers that are marked.",
       {},
       &MakeList<ListServerTags>},
      {"sys.list_servers",
       "Lists the tablet servers that are known, dead ones included.",
       {},
       &MakeList<ListServers>},
  };
}

}  // namespace pegel::procedures

#include "tests/sim/texts.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/acl/text.h"
#include "core/check.h"
#include "core/cluster/text.h"
#include "core/limits.h"
#include "procedures/catalogue.h"
#include "procedures/rows.h"
#include "tests/support/acl.h"

namespace pegel::sim {
namespace {

using model::Ask;
using model::Text;

cluster::ServerId IdOf(const Ask& ask) { return {std::stoi(*ask.texts[0])}; }

Command BootOf(const Ask& ask, const std::string& cluster_id) {
  Boot boot{cluster_id, kBehaviourNewest, {}};
  for (size_t i = 0; i < ask.texts.size(); i += 2) {
    boot.static_configs[*ask.texts[i]] = *ask.texts[i + 1];
  }
  return boot;
}

Command CallOf(const Ask& ask) {
  procedures::CallStatement call;
  call.procedure = absl::StrCat("sys.", ask.what);
  for (const Text& text : ask.texts) call.arguments.push_back({std::nullopt, text, {}, {}});
  auto made = procedures::MakeCommand(call);
  if (auto* error = std::get_if<Error>(&made)) {
    PEGEL_CHECK(false, "no command of ", ToText(ask), ": ", error->message);
  }
  return std::get<Command>(std::move(made));
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
  // Of a family that the model does not know yet.
  template <typename Other>
  std::string operator()(const Other&) const {
    return "unknown to the model";
  }
};

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

Command ToCommand(const Ask& ask, const std::string& cluster_id) {
  if (ask.what == "boot") return BootOf(ask, cluster_id);
  if (ask.what == "register_server") return RegisterServer{IdOf(ask), *ask.texts[1], *ask.texts[2]};
  if (ask.what == "server_lost") return ServerLost{IdOf(ask), Lsn{std::stoull(*ask.texts[1])}};
  if (ask.what == "unregister_server") return UnregisterServer{IdOf(ask)};
  return CallOf(ask);
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
  std::vector<model::Row> rows = procedures::ToTable(result).rows;
  if (rows == expected.rows) return "";
  return absl::StrCat("expected ", Shown(expected.rows), ", found ", Shown(rows));
}

}  // namespace pegel::sim

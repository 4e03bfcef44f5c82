// pegel-replay why: the decision about one access, the entries that make it so, the records that
// made the entries, and what would change it.
#include "core/acl/why.h"

#include <iostream>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/acl/match.h"
#include "core/acl/text.h"
#include "core/utc.h"
#include "procedures/call_text.h"
#include "tools/replay/command.h"
#include "tools/replay/record_text.h"
#include "tools/replay/sentence.h"
#include "tools/replay/source.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

struct WhyOptions {
  Common common;
  std::string principal;
  std::string operation;
  std::string resource;
  std::string at;    // Empty: now, the end of the log.
  std::string host;  // Empty: just any.
};

// The record that made or took away something.
struct Origin {
  Moment moment;
  std::string call;
};

// Where what may matter for one request came from, as the fold goes by.
class Origins {
 public:
  explicit Origins(const acl::Request& request) : request_(request) {}

  void Observe(const Record& record, const Applied& applied) {
    for (const Event& event : applied.decision.events) {
      if (const auto* added = std::get_if<AclAdded>(&event)) {
        if (!MayMatter(added->entry)) continue;
        made_[added->entry] = OriginOf(record);
        gone_.erase(added->entry);
      } else if (const auto* dropped = std::get_if<AclDropped>(&event)) {
        if (MayMatter(dropped->entry)) gone_[dropped->entry] = OriginOf(record);
      } else if (std::holds_alternative<Booted>(event)) {
        boots_[record.moment.lsn] = OriginOf(record);
      }
    }
  }

  // Null: a record that was trimmed.
  const Origin* MadeBy(const acl::Entry& entry) const {
    auto it = made_.find(entry);
    return it == made_.end() ? nullptr : &it->second;
  }
  const Origin* BootAt(Lsn lsn) const {
    auto it = boots_.find(lsn);
    return it == boots_.end() ? nullptr : &it->second;
  }
  // Entries that matched once and are there no more, with who took them away.
  const std::map<acl::Entry, Origin>& gone() const { return gone_; }

 private:
  static Origin OriginOf(const Record& record) {
    return {record.moment, procedures::ToCallText(record.command)};
  }
  // Case is ignored, since nobody knows yet whether it will be at the point that is asked about.
  bool MayMatter(const acl::Entry& entry) const {
    acl::Security widest;
    widest.ignores_case = true;
    return acl::SpeaksOf(widest, entry.principal, request_.principal) &&
           acl::Covers(entry.resource, request_.resource);
  }

  acl::Request request_;
  std::map<acl::Entry, Origin> made_;
  std::map<acl::Entry, Origin> gone_;
  std::map<Lsn, Origin> boots_;
};

// Everything that is to be said.
struct Report {
  acl::Request request;
  std::string host;  // As given.
  Lsn lsn;
  UnixNanos time;
  acl::Explanation why;
  std::optional<acl::Explanation> if_enforced;      // When authorization is off: what it would say.
  std::optional<Origin> config_origin;              // When the static configs decide.
  std::vector<std::pair<acl::Entry, Origin>> gone;  // ALLOWs that would have opened a no.
};

const acl::Explanation& Weighed(const Report& report) {
  return report.if_enforced ? *report.if_enforced : report.why;
}

std::string AddCall(const acl::Entry& entry) { return procedures::ToCallText(AddAcl{entry}); }
std::string DropCall(const acl::Entry& entry) {
  return procedures::ToCallText(
      DropAcl{{entry.resource, entry.principal, entry.host, entry.operation, entry.permission}});
}

// ---- text ----

std::string OriginText(const Origin& origin) {
  const Moment& moment = origin.moment;
  return Printable(absl::StrCat("lsn ", moment.lsn.value, ", ", ShortTime(moment.time), ", ",
                                SubjectText(moment.author), ": ", origin.call));
}

class Text {
 public:
  Text(const Report& report, const Origins& origins) : report_(report), origins_(origins) {}

  void Print() {
    const acl::Request& request = report_.request;
    const acl::Explanation& why = report_.why;
    std::cout << (why.verdict.is_allowed ? "YES: " : "NO: ") << Printable(ToText(request.principal))
              << (why.verdict.is_allowed ? " may " : " may not ") << acl::ToText(request.operation)
              << " on " << acl::ToText(request.resource)
              << (report_.host.empty() ? ", from just any host" : " from " + report_.host)
              << ", as of lsn " << report_.lsn.value << " (" << ShortTime(report_.time) << ")\n";
    PrintBasis(why.verdict.basis);
    if (!report_.if_enforced) return PrintEntries(why);
    std::cout << "With authorization on it would be "
              << (report_.if_enforced->verdict.is_allowed ? "YES" : "NO") << ".\n";
    PrintBasis(report_.if_enforced->verdict.basis);
    PrintEntries(*report_.if_enforced);
  }

 private:
  void PrintBasis(acl::Basis basis) {
    switch (basis) {
      case acl::Basis::kAuthorizerDisabled:
        std::cout << "because authorization is off: authorizer.enabled is not true\n";
        return PrintConfigOrigin();
      case acl::Basis::kSuperUser:
        std::cout << "because the principal is a super user: super.users names it\n";
        return PrintConfigOrigin();
      case acl::Basis::kAllowed:
        std::cout << "because an entry allows it and none forbids it\n";
        return;
      case acl::Basis::kDenied:
        std::cout << "because an entry forbids it\n";
        return;
      case acl::Basis::kNoMatch:
        std::cout << "because no entry allows it\n";
        return;
    }
  }

  void PrintConfigOrigin() {
    if (report_.config_origin) std::cout << "  by " << OriginText(*report_.config_origin) << "\n";
  }

  void PrintEntries(const acl::Explanation& why) {
    for (const acl::Entry& entry : why.denies) PrintEntry(entry);
    for (const acl::Entry& entry : why.allows) PrintEntry(entry);
    PrintFlip(why);
    if (!why.elsewhere.empty()) std::cout << "Entries for other hosts:\n";
    for (const acl::Entry& entry : why.elsewhere) PrintEntry(entry);
    if (!report_.gone.empty()) std::cout << "Entries that would have allowed it, and are gone:\n";
    for (const auto& [entry, origin] : report_.gone) {
      std::cout << "  " << Printable(RuleText(entry)) << "\n    dropped by " << OriginText(origin)
                << "\n";
    }
  }

  void PrintEntry(const acl::Entry& entry) {
    const Origin* origin = origins_.MadeBy(entry);
    std::cout << "  " << Printable(RuleText(entry)) << "\n    by "
              << (origin != nullptr ? OriginText(*origin) : "a record that was trimmed") << "\n";
  }

  void PrintFlip(const acl::Explanation& why) {
    const acl::Flip& flip = why.flip;
    if (flip.drop.empty() && !flip.add) return;
    std::cout << "It would be " << (why.verdict.is_allowed ? "NO" : "YES") << " after\n";
    for (const acl::Entry& entry : flip.drop) {
      std::cout << "  " << Printable(DropCall(entry)) << "\n";
    }
    if (flip.add) std::cout << "  " << Printable(AddCall(*flip.add)) << "\n";
  }

  const Report& report_;
  const Origins& origins_;
};

// ---- JSON ----

std::string BasisName(acl::Basis basis) {
  switch (basis) {
    case acl::Basis::kAuthorizerDisabled:
      return "authorizer_disabled";
    case acl::Basis::kSuperUser:
      return "super_user";
    case acl::Basis::kAllowed:
      return "allowed";
    case acl::Basis::kDenied:
      return "denied";
    case acl::Basis::kNoMatch:
      return "no_match";
  }
  return "unknown";
}

Json OriginJson(const Origin& origin) {
  Json json = MomentJson(origin.moment);
  json["call"] = origin.call;
  return json;
}

Json EntriesJson(const std::vector<acl::Entry>& entries, const Origins& origins) {
  Json json = Json::array();
  for (const acl::Entry& entry : entries) {
    const Origin* origin = origins.MadeBy(entry);
    json.push_back(Json{{"entry", acl::ToText(entry)},
                        {"by", origin != nullptr ? OriginJson(*origin) : Json()}});
  }
  return json;
}

Json ExplanationJson(const acl::Explanation& why, const Origins& origins) {
  Json flip = Json::array();
  for (const acl::Entry& entry : why.flip.drop) flip.push_back(DropCall(entry));
  if (why.flip.add) flip.push_back(AddCall(*why.flip.add));
  return Json{{"allowed", why.verdict.is_allowed},
              {"basis", BasisName(why.verdict.basis)},
              {"allows", EntriesJson(why.allows, origins)},
              {"denies", EntriesJson(why.denies, origins)},
              {"elsewhere", EntriesJson(why.elsewhere, origins)},
              {"would_change_it", flip}};
}

void PrintJson(const Report& report, const Origins& origins) {
  const acl::Request& request = report.request;
  Json json{{"principal", ToText(request.principal)},
            {"operation", std::string(acl::ToText(request.operation))},
            {"resource", acl::ToText(request.resource)},
            {"host", report.host.empty() ? Json() : Json(report.host)},
            {"lsn", report.lsn.value},
            {"time", ToText(report.time)}};
  json.update(ExplanationJson(report.why, origins));
  json["config_by"] = report.config_origin ? OriginJson(*report.config_origin) : Json();
  json["if_enforced"] = report.if_enforced ? ExplanationJson(*report.if_enforced, origins) : Json();
  json["gone"] = Json::array();
  for (const auto& [entry, origin] : report.gone) {
    json["gone"].push_back(Json{{"entry", acl::ToText(entry)}, {"dropped_by", OriginJson(origin)}});
  }
  std::cout << JsonText(json);
}

// ---- the question ----

absl::StatusOr<acl::Request> RequestOf(const WhyOptions& options) {
  absl::StatusOr<Principal> principal = ParsePrincipal(options.principal);
  if (!principal.ok()) return principal.status();
  absl::StatusOr<acl::Operation> operation = acl::ParseOperation(options.operation);
  if (!operation.ok()) return operation.status();
  absl::StatusOr<acl::Resource> resource = acl::ParseResource(options.resource);
  if (!resource.ok()) return resource.status();
  if (principal->name == "*" || resource->database == "*" || resource->table == "*") {
    return absl::InvalidArgumentError(
        "expected one principal and one resource, found a wildcard: ask about one of them");
  }
  acl::Request request{*principal, std::nullopt, *operation, *resource};
  if (options.host.empty()) return request;
  absl::StatusOr<acl::Host> host = acl::ParseHost(options.host);
  if (!host.ok()) return host.status();
  if (host->is_any || host->prefix_bits != 128) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected the address of one host, found '", options.host, "'"));
  }
  request.host = *host;
  return request;
}

std::optional<Origin> ConfigOrigin(const World& world, const Origins& origins, acl::Basis basis) {
  bool is_super = basis == acl::Basis::kSuperUser;
  if (!is_super && basis != acl::Basis::kAuthorizerDisabled) return std::nullopt;
  auto it = world.configs.statics.find(is_super ? "super.users" : "authorizer.enabled");
  if (it == world.configs.statics.end()) return std::nullopt;  // The default.
  const Origin* boot = origins.BootAt(it->second.changed);
  return boot == nullptr ? std::nullopt : std::optional<Origin>(*boot);
}

std::vector<std::pair<acl::Entry, Origin>> GoneAllows(const acl::Security& security,
                                                      const Report& report,
                                                      const Origins& origins) {
  std::vector<std::pair<acl::Entry, Origin>> gone;
  if (Weighed(report).verdict.basis != acl::Basis::kNoMatch) return gone;
  for (const auto& [entry, origin] : origins.gone()) {
    if (entry.permission == acl::Permission::kAllow &&
        acl::SpeaksOf(security, entry.principal, report.request.principal) &&
        acl::HostMatches(entry.host, report.request.host) &&
        acl::Implies(entry.operation, report.request.operation)) {
      gone.emplace_back(entry, origin);
    }
  }
  return gone;
}

Report ReportOn(const World& world, const acl::Request& request, const Origins& origins) {
  Report report{
      request, "", world.lsn, world.time, acl::Explain(world.security, world.acls, request),
      {},      {}, {}};
  if (!world.security.authorizer_enabled) {
    acl::Security on = world.security;
    on.authorizer_enabled = true;
    report.if_enforced = acl::Explain(on, world.acls, request);
  }
  report.config_origin = ConfigOrigin(world, origins, report.why.verdict.basis);
  report.gone = GoneAllows(world.security, report, origins);
  return report;
}

int Why(const WhyOptions& options) {
  absl::StatusOr<acl::Request> request = RequestOf(options);
  if (!request.ok()) return ReportFault(options.common, request.status());
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  Origins origins(*request);
  absl::StatusOr<Walk> walk = Walk::FromBeginning(*source);
  if (!walk.ok()) return ReportFault(options.common, walk.status());
  auto observe = [&](const Record& record, const Applied& applied, const Hash256&) {
    origins.Observe(record, applied);
  };
  absl::Status status =
      options.at.empty() ? walk->GoToEnd(observe) : walk->GoTo(*ParseAsOf(options.at), observe);
  if (!status.ok()) return ReportFault(options.common, status);
  Report report = ReportOn(walk->world(), *request, origins);
  report.host = options.host;
  options.common.is_json() ? PrintJson(report, origins) : Text(report, origins).Print();
  return kExitGood;
}

}  // namespace

void AddWhy(CommandLine& line) {
  auto options = std::make_shared<WhyOptions>();
  CLI::App* why =
      line.Add("why", "Explains why somebody may do something, or may not", options, Why);
  why->add_option("principal", options->principal, "Who, such as User:Bob")->required();
  why->add_option("operation", options->operation, "What, such as WRITE")->required();
  why->add_option("resource", options->resource, "Where: cluster, a database, or db.table")
      ->required();
  AddAsOf(why, "--at", &options->at, "As of then (default: the end of the log)");
  why->add_option("--host", options->host,
                  "From this address (default: just any; entries for some hosts do not count)")
      ->type_name("ADDRESS");
  why->footer(R"help(Examples:
  pegel-replay why User:Bob WRITE my_db.my_table --data-dir ./data
  pegel-replay why User:Bob WRITE my_db.my_table --host 10.0.0.7 --at 2026-11-22 --data-dir ./data
  pegel-replay why User:Bob READ cluster --data-dir ./data --format json | jq .allowed

The decision is made by the server's own rules. Every entry is shown with the record that made it.
Exit: 0 answered, yes or no, 1 the log is damaged before that point, 2 wrong usage, or there is no
      such point.)help");
}

}  // namespace pegel::tools

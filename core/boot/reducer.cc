#include "core/boot/reducer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/check.h"
#include "core/config/reducer.h"
#include "core/limits.h"

namespace pegel::boot {
namespace {

constexpr char kAuthorizerEnabled[] = "authorizer.enabled";
constexpr char kIgnoresCase[] = "security.acl.principal.ignore-case";
constexpr char kSuperUsers[] = "super.users";

absl::Status ParseSwitch(absl::string_view key, absl::string_view value, bool* is_on) {
  *is_on = absl::EqualsIgnoreCase(value, "true");
  if (*is_on || absl::EqualsIgnoreCase(value, "false")) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(key, ": expected true or false, found '", value, "'"));
}

absl::Status ParseSuperUsers(absl::string_view value, acl::Security* security) {
  for (absl::string_view piece : absl::StrSplit(value, ';')) {
    absl::StatusOr<Principal> principal = ParsePrincipal(absl::StripAsciiWhitespace(piece));
    if (!principal.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(kSuperUsers, ": expected Type:Name pieces separated by ';', found '", value,
                       "': ", principal.status().message()));
    }
    if (principal->name == "*") {
      return absl::InvalidArgumentError(
          absl::StrCat(kSuperUsers, ": a wildcard would make everyone a super user, found '", value,
                       "'; name each super user"));
    }
    security->super_users.insert(*std::move(principal));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<acl::Security> ParseSecurity(const std::map<std::string, config::Value>& configs) {
  acl::Security security;
  for (const auto& [key, value] : configs) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;  // A seal: none of the three is a secret.
    absl::Status status;
    if (key == kAuthorizerEnabled) status = ParseSwitch(key, *text, &security.authorizer_enabled);
    if (key == kIgnoresCase) status = ParseSwitch(key, *text, &security.ignores_case);
    if (key == kSuperUsers) status = ParseSuperUsers(*text, &security);
    if (!status.ok()) return status;
  }
  return security;
}

config::Problem CheckStatics(const World& world,
                             const std::map<std::string, config::Value>& configs) {
  absl::StatusOr<acl::Security> security = ParseSecurity(configs);
  if (!security.ok()) {
    return Error{ErrorCode::kInvalidArgument, std::string(security.status().message())};
  }
  return config::CheckStatics(world.configs, configs);
}

std::optional<Boot> NeededBoot(const World& world, const std::string& new_cluster_id,
                               const std::map<std::string, config::Value>& configs) {
  if (world.behaviour == 0) return Boot{new_cluster_id, kBehaviourNewest, configs};
  const auto& held = world.configs.statics;
  bool is_same = std::equal(held.begin(), held.end(), configs.begin(), configs.end(),
                            [](const auto& a, const auto& b) {
                              return a.first == b.first && a.second.value == b.second;
                            });
  if (is_same) return std::nullopt;
  return Boot{world.cluster_id, world.behaviour, configs};
}

Decision Decide(const World& world, const Moment&, const Boot& command) {
  bool is_first = world.behaviour == 0;
  bool is_known = command.behaviour >= 1 && command.behaviour <= kBehaviourNewest;
  if (!is_known || (!is_first && command.behaviour != world.behaviour)) {
    return Reject(ErrorCode::kInvalidArgument,
                  absl::StrCat("Boot asks for behaviour ", command.behaviour, ", expected ",
                               is_first ? kBehaviourNewest : world.behaviour));
  }
  if (command.cluster_id.empty() || (!is_first && command.cluster_id != world.cluster_id)) {
    return Reject(ErrorCode::kInvalidArgument,
                  absl::StrCat("Boot names cluster '", command.cluster_id, "', expected '",
                               world.cluster_id, "'"));
  }
  if (config::Problem problem = CheckStatics(world, command.static_configs)) {
    return Decision{*std::move(problem), {}};
  }
  return Decision{Result{Done{}}, {Booted{command}}};
}

void Evolve(World& world, const Booted& event) {
  absl::StatusOr<acl::Security> security = ParseSecurity(event.boot.static_configs);
  PEGEL_CHECK(security.ok(), security.status().ToString());
  world.cluster_id = event.boot.cluster_id;
  world.behaviour = event.boot.behaviour;
  config::ReplaceStatics(world.configs, event.boot.static_configs, Next(world.lsn));
  world.security = *std::move(security);
}

}  // namespace pegel::boot

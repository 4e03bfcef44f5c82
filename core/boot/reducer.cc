#include "core/boot/reducer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/check.h"
#include "core/limits.h"

namespace pegel::boot {
namespace {

constexpr char kAuthorizerEnabled[] = "authorizer.enabled";
constexpr char kSuperUsers[] = "super.users";

absl::Status ParseEnabled(const std::string& value, acl::Security* security) {
  security->authorizer_enabled = absl::EqualsIgnoreCase(value, "true");
  if (security->authorizer_enabled || absl::EqualsIgnoreCase(value, "false")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(kAuthorizerEnabled, ": expected true or false, found '", value, "'"));
}

absl::Status ParseSuperUsers(const std::string& value, acl::Security* security) {
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

absl::StatusOr<acl::Security> ParseSecurity(const std::map<std::string, std::string>& configs) {
  acl::Security security;
  for (const auto& [key, value] : configs) {
    absl::Status status;
    if (key == kAuthorizerEnabled) {
      status = ParseEnabled(value, &security);
    } else if (key == kSuperUsers) {
      status = ParseSuperUsers(value, &security);
    } else {
      status = absl::InvalidArgumentError(absl::StrCat("unknown static config '", key,
                                                       "': this version knows ", kAuthorizerEnabled,
                                                       " and ", kSuperUsers));
    }
    if (!status.ok()) return status;
  }
  return security;
}

std::optional<Boot> NeededBoot(const World& world, const std::string& new_cluster_id,
                               const std::map<std::string, std::string>& configs) {
  if (world.behaviour == 0) return Boot{new_cluster_id, kBehaviourNewest, configs};
  if (world.static_configs == configs) return std::nullopt;
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
  absl::StatusOr<acl::Security> security = ParseSecurity(command.static_configs);
  if (!security.ok()) {
    return Reject(ErrorCode::kInvalidArgument, std::string(security.status().message()));
  }
  return Decision{Result{Done{}}, {Booted{command}}};
}

void Evolve(World& world, const Booted& event) {
  absl::StatusOr<acl::Security> security = ParseSecurity(event.boot.static_configs);
  PEGEL_CHECK(security.ok(), security.status().ToString());
  world.cluster_id = event.boot.cluster_id;
  world.behaviour = event.boot.behaviour;
  world.static_configs = event.boot.static_configs;
  world.security = *std::move(security);
}

}  // namespace pegel::boot

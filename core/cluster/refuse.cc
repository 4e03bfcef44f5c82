#include "core/cluster/refuse.h"

#include "absl/strings/str_cat.h"
#include "core/acl/authorize.h"

namespace pegel::cluster {

std::optional<Decision> RefuseAuthor(const World& world, const Moment& now,
                                     acl::Operation operation, const acl::Resource& resource) {
  acl::Request request = acl::RequestOf(now.author, operation, resource);
  if (acl::Authorize(world.security, world.acls, request).is_allowed) return std::nullopt;
  return Reject(ErrorCode::kAuthorization, acl::DenialText(request));
}

bool IsItself(const Author& author) {
  return author.principal.type == "System" && author.host.empty();
}

std::optional<Decision> RefuseOthers(const Moment& now) {
  if (IsItself(now.author)) return std::nullopt;
  return Reject(ErrorCode::kAuthorization,
                absl::StrCat("Principal ", now.author.principal.name,
                             " is not authorized: only the server itself drives a rebalance."));
}

Decision RejectUnknownServer(ServerId id, absl::string_view trying) {
  return Reject(ErrorCode::kServerNotExist,
                absl::StrCat("Server ", id.value, " not exists when trying to ", trying));
}

std::optional<Decision> RefuseRegistration(const ClusterState& cluster, ServerId id, Lsn epoch,
                                           absl::string_view trying) {
  const Server* server = cluster.Find(id);
  if (server == nullptr) return RejectUnknownServer(id, trying);
  if (server->epoch == epoch) return std::nullopt;
  return Reject(ErrorCode::kServerFenced,
                absl::StrCat("Server ", id.value, " is registered with epoch ", server->epoch.value,
                             ", found epoch ", epoch.value, ": it was registered again since."));
}

}  // namespace pegel::cluster

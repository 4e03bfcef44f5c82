#include "core/acl/text.h"
#include "core/check.h"
#include "core/principal.h"
#include "tests/fuzz/targets.h"

namespace pegel::fuzz {
namespace {

// What was read prints to a text that is read as the same and prints alike.
template <typename T, typename Parse>
void CheckFixedPoint(absl::string_view text, Parse parse) {
  absl::StatusOr<T> value = parse(text);
  if (!value.ok()) {
    PEGEL_CHECK(!value.status().message().empty(), "a refusal says why");
    return;
  }
  auto printed = std::string(ToText(*value));
  absl::StatusOr<T> again = parse(printed);
  PEGEL_CHECK(again.ok() && *again == *value, "printed as '", printed, "' and not read back");
  PEGEL_CHECK(ToText(*again) == printed, "printed in two ways: '", printed, "'");
}

}  // namespace

// A resource, principal, host, operation and permission: the same text for each.
void RunAclText(absl::string_view bytes) {
  CheckFixedPoint<acl::Resource>(bytes, acl::ParseResource);
  CheckFixedPoint<Principal>(bytes, ParsePrincipal);
  CheckFixedPoint<acl::Host>(bytes, acl::ParseHost);
  CheckFixedPoint<acl::Operation>(bytes, acl::ParseOperation);
  CheckFixedPoint<acl::Permission>(bytes, acl::ParsePermission);
}

}  // namespace pegel::fuzz

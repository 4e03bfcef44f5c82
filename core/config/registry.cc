#include "core/config/registry.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "core/config/secret_names.h"

namespace pegel::config {
namespace {

// kOptions, sorted by key: made from options.tsv by options.awk.
#include "core/config/options.inc"

constexpr absl::string_view kDynamicFamily = "datalake.";

}  // namespace

absl::Span<const Option> Registry() { return kOptions; }

const Option* FindOption(absl::string_view key) {
  const auto* found =
      std::lower_bound(std::begin(kOptions), std::end(kOptions), key,
                       [](const Option& option, absl::string_view k) { return option.key < k; });
  return found != std::end(kOptions) && found->key == key ? found : nullptr;
}

bool MayChange(absl::string_view key) {
  if (absl::StartsWith(key, kDynamicFamily)) return key.size() > kDynamicFamily.size();
  const Option* option = FindOption(key);
  return option != nullptr && option->is_dynamic;
}

bool IsSecret(absl::string_view key) {
  // In any case: a misspelt `Security.SASL…` is refused as unknown, and its value is not shown.
  const Option* option = FindOption(absl::AsciiStrToLower(key));
  return (option != nullptr && option->is_secret) || IsNamedLikeSecret(key);
}

}  // namespace pegel::config

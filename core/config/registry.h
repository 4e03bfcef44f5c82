// Every cluster config that Fluss declares, as one table: core/config/options.tsv, turned into C++
// when Pegel is built.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pegel::config {

enum class Type : uint8_t {
  kBoolean,
  kInt,
  kLong,
  kDouble,
  kString,
  kPassword,
  kEnum,
  kMemorySize,
  kDuration,
  kStringList,
  kIntList,
  kEnumList,
  kMap,
};

struct Option {
  absl::string_view key;
  Type type = Type::kString;
  absl::string_view type_name;                    // As errors name it: Boolean, MemorySize, …
  std::optional<absl::string_view> default_text;  // Unset: the option has no default.
  bool is_dynamic = false;                        // May change while the cluster runs.
  bool is_secret = false;
  absl::Span<const absl::string_view> enum_values;
  absl::string_view help;
};

// All options, sorted by key.
absl::Span<const Option> Registry();

// Null when no option has this key (families such as `datalake.paimon.*` have none).
const Option* FindOption(absl::string_view key);

// Exactly the options marked dynamic, and every key that starts with `datalake.` and goes on.
bool MayChange(absl::string_view key);

// True for options of type password, keys that the registry marks, and any key named like a secret;
// such a value enters a command only sealed.
bool IsSecret(absl::string_view key);

}  // namespace pegel::config

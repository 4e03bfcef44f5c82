// Two shapes of arguments: a list of keys, and a list of key, value, key, value, … Each is read
// into one command, up to the first error; the texts are Fluss's (procedures.md 1.2).
#include "procedures/config_calls.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/config/blanks.h"
#include "core/config/command.h"
#include "procedures/place.h"

namespace pegel::procedures {
namespace {

using config::Change;
using config::Op;

constexpr absl::string_view kPairsHelp = "'key', 'value' and more such pairs";

constexpr Parameter kGetParameters[] = {
    {.name = "config_keys",
     .is_required = false,
     .is_vararg = true,
     .default_text = "every key that is set",
     .help = "one key or more"},
};

constexpr Parameter kSetParameters[] = {
    {.name = "config_pairs",
     .is_vararg = true,
     .help =
         "'key', 'value' and more such pairs; value NULL: unset, also where server.yaml has one",
     .missing_text = "config_pairs cannot be null or empty. Please specify a valid configuration "
                     "pairs."},
};

constexpr Parameter kResetParameters[] = {
    {.name = "config_keys",
     .is_vararg = true,
     .help = "one key or more",
     .missing_text = "config_keys cannot be null or empty. Please specify valid configuration "
                     "keys."},
};

// Of append and subtract.
constexpr Parameter kItemParameters[] = {
    {.name = "config_pairs",
     .is_vararg = true,
     .help = kPairsHelp,
     .missing_text = "config_pairs cannot be null or empty. Please specify valid configuration "
                     "pairs."},
};

constexpr absl::string_view kOddSet =
    "config_pairs must be set in pairs. Please specify a valid configuration pairs.";
constexpr absl::string_view kOddItems =
    "config_pairs must be set in pairs. Please specify valid configuration pairs.";

Error Refusal(Position position, absl::string_view message) {
  return ErrorAt(position, ErrorCode::kInvalidArgument, message);
}

// The key at `index`, or the error.
std::variant<std::string, Error> ReadKey(const BoundArgument& list, size_t index) {
  const std::optional<std::string>& text = list.values[index];
  absl::string_view key = text ? config::StripBlanks(*text) : "";
  if (key.empty()) return Refusal(list.positions[index], kNoKey);
  return std::string(key);
}

std::variant<std::vector<std::string>, Error> ReadKeys(const BoundArgument& list) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < list.values.size(); ++i) {
    auto key = ReadKey(list, i);
    if (auto* error = std::get_if<Error>(&key)) return std::move(*error);
    keys.push_back(std::get<std::string>(std::move(key)));
  }
  return keys;
}

// Only set takes NULL as a value: appending it has no meaning.
std::variant<Command, Error> ReadPairs(Op op, const BoundArgument& list, absl::string_view odd) {
  if (list.values.size() % 2 != 0) return Refusal(list.positions.back(), odd);
  AlterConfigs alter;
  for (size_t i = 0; i < list.values.size(); i += 2) {
    auto key = ReadKey(list, i);
    if (auto* error = std::get_if<Error>(&key)) return std::move(*error);
    const std::optional<std::string>& value = list.values[i + 1];
    if (!value && op != Op::kSet) {
      return Refusal(list.positions[i + 1],
                     absl::StrCat("config_pairs: expected a text to ",
                                  op == Op::kAppend ? "append" : "subtract", ", found NULL"));
    }
    alter.changes.push_back(Change{op, std::get<std::string>(std::move(key)), value});
  }
  return alter;
}

std::variant<Command, Error> MakeGet(const BoundArguments& arguments) {
  auto keys = ReadKeys(arguments[0]);
  if (auto* error = std::get_if<Error>(&keys)) return std::move(*error);
  return GetConfigs{std::get<std::vector<std::string>>(std::move(keys))};
}

std::variant<Command, Error> MakeReset(const BoundArguments& arguments) {
  auto keys = ReadKeys(arguments[0]);
  if (auto* error = std::get_if<Error>(&keys)) return std::move(*error);
  AlterConfigs alter;
  for (std::string& key : std::get<std::vector<std::string>>(keys)) {
    alter.changes.push_back(Change{Op::kDelete, std::move(key), std::nullopt});
  }
  return alter;
}

std::variant<Command, Error> MakeSet(const BoundArguments& arguments) {
  return ReadPairs(Op::kSet, arguments[0], kOddSet);
}
std::variant<Command, Error> MakeAppend(const BoundArguments& arguments) {
  return ReadPairs(Op::kAppend, arguments[0], kOddItems);
}
std::variant<Command, Error> MakeSubtract(const BoundArguments& arguments) {
  return ReadPairs(Op::kSubtract, arguments[0], kOddItems);
}

}  // namespace

std::vector<Procedure> ConfigProcedures() {
  return {
      {"sys.get_cluster_configs", "Lists cluster configs with their values and sources.",
       kGetParameters, &MakeGet},
      {"sys.set_cluster_configs", "Sets cluster configs: all of the pairs, or none.",
       kSetParameters, &MakeSet},
      {"sys.reset_cluster_configs",
       "Takes set values back, so that those of server.yaml, or the defaults, hold again.",
       kResetParameters, &MakeReset},
      {"sys.append_cluster_configs", "Adds items to configs that are lists or maps.",
       kItemParameters, &MakeAppend},
      {"sys.subtract_cluster_configs", "Removes items from configs that are lists or maps.",
       kItemParameters, &MakeSubtract},
  };
}

}  // namespace pegel::procedures

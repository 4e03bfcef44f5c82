#include "core/config/grammar.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace pegel::config {
namespace {

// `KvCompressionType` out of `List<KvCompressionType>`.
absl::string_view ElementType(const Option& option) {
  absl::string_view name = option.type_name;
  absl::ConsumePrefix(&name, "List<");
  absl::ConsumeSuffix(&name, ">");
  return name;
}

// OK, or why `value` is none of the option's type.
absl::Status Read(const Option& option, absl::string_view value) {
  switch (option.type) {
    case Type::kBoolean:
      return ParseBoolean(value).status();
    case Type::kInt:
      return ParseInt(value).status();
    case Type::kLong:
      return ParseLong(value).status();
    case Type::kDouble:
      return ParseDecimal(value).status();
    case Type::kString:
    case Type::kPassword:
      return absl::OkStatus();
    case Type::kEnum:
      return ParseEnum(value, option.type_name, option.enum_values).status();
    case Type::kMemorySize:
      return ParseMemorySize(value).status();
    case Type::kDuration:
      return ParseDuration(value).status();
    case Type::kStringList:
      return ParseList(value).status();
    case Type::kIntList:
      return ParseIntList(value).status();
    case Type::kEnumList:
      return ParseEnumList(value, ElementType(option), option.enum_values).status();
    case Type::kMap:
      return ParseMap(value).status();
  }
  return absl::InvalidArgumentError("The option has a type that this version does not know.");
}

}  // namespace

absl::Status CheckValue(const Option& option, absl::string_view value) {
  absl::Status status = Read(option, value);
  if (status.ok()) return status;
  if (option.is_secret) {
    return absl::InvalidArgumentError(
        absl::StrCat("Cannot parse value as ", option.type_name, " for config '", option.key,
                     "': Could not parse value for key '", option.key, "'."));
  }
  std::string shown = Shown(value);
  return absl::InvalidArgumentError(absl::StrCat(
      "Cannot parse '", shown, "' as ", option.type_name, " for config '", option.key,
      "': Could not parse value '", shown, "' for key '", option.key, "'. ", status.message()));
}

}  // namespace pegel::config

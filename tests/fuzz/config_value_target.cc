#include <vector>

#include "core/check.h"
#include "core/config/credentials.h"
#include "core/config/grammar.h"
#include "core/config/rules.h"
#include "tests/fuzz/targets.h"

namespace pegel::fuzz {
namespace {

using config::Option;
using config::Type;

// Printed, read again, printed again: nothing changes.
template <typename Parse, typename Print>
void CheckFixedPoint(absl::string_view text, Parse parse, Print print) {
  auto value = parse(text);
  if (!value.ok()) return;
  std::string printed = print(*value);
  auto again = parse(printed);
  PEGEL_CHECK(again.ok() && *again == *value, "printed as '", printed, "' and not read back");
}

void CheckForms(absl::string_view text) {
  CheckFixedPoint(text, config::ParseMemorySize, [](auto v) { return config::ToText(v); });
  CheckFixedPoint(text, config::ParseDuration, [](auto v) { return config::ToText(v); });
  CheckFixedPoint(text, config::ParseDecimal, [](auto v) { return config::ToText(v); });
  CheckFixedPoint(text, config::ParseList, [](const auto& v) { return config::JoinList(v); });
  CheckFixedPoint(text, config::ParseMap, [](const auto& v) { return config::JoinMap(v); });
}

}  // namespace

// The first byte chooses the option, so that every type of value comes to its turn; the rest is the
// value. Then the rest as each form that prints.
void RunConfigValue(absl::string_view bytes) {
  if (bytes.empty()) return;
  auto options = config::Registry();
  const Option& option = options[static_cast<uint8_t>(bytes[0]) % options.size()];
  absl::string_view value = bytes.substr(1);
  absl::Status status = config::CheckValue(option, value);
  if (!status.ok()) {
    std::string message(status.message());
    PEGEL_CHECK(message.find(std::string(option.key)) != message.npos,
                "without the key: ", message);
  }
  CheckForms(value);
  if (auto users = config::ParseCredentials(value); users.ok()) {
    for (const auto& [name, password] : *users) {
      PEGEL_CHECK(!config::BadUserName(name).has_value(), "a bad user: ", name);
    }
  }
  config::IsMarker(value);
  config::CheckKeyText(std::string(value));
}

}  // namespace pegel::fuzz

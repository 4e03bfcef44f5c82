#include "tools/shell/backup_text.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string Print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string TimeText(UnixNanos time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixNanos(time.value),
                          absl::UTCTimeZone());
}

}  // namespace

std::string BackupJson(const BackupShown& shown) {
  return Print({{"ok", true},
                {"first_lsn", shown.first.value},
                {"head_lsn", shown.head.value},
                {"chain", ToHex(shown.chain)},
                {"digest", ToHex(shown.digest)},
                {"time", TimeText(shown.time)},
                {"bytes", shown.bytes},
                {"path", shown.path}});
}

std::string BackupTable(absl::string_view done, const BackupShown& shown) {
  return absl::StrCat(done, ": ", Printable(shown.path), "\nlsn       ", shown.first.value, " to ",
                      shown.head.value, " (", TimeText(shown.time), ")\nchain     ",
                      ToHex(shown.chain), "\ndigest    ", ToHex(shown.digest), "\nlog       ",
                      shown.bytes, " bytes\n");
}

std::string BackupFaultJson(absl::string_view reason) {
  return Print({{"ok", false}, {"reason", std::string(reason)}});
}

}  // namespace pegel::tools

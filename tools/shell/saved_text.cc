#include "tools/shell/saved_text.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "core/ids.h"

namespace pegel::tools {

using Json = nlohmann::ordered_json;

std::string SnapshotJson(const Saved& saved) {
  Json json{{"lsn", saved.lsn.value},
            {"bytes", saved.bytes},
            {"chain", ToHex(saved.chain)},
            {"digest", ToHex(saved.digest)}};
  return json.dump() + "\n";
}

std::string SnapshotTable(const Saved& saved) {
  return absl::StrCat("snapshot of lsn ", saved.lsn.value,
                      " is on disk, read back and checked: ", saved.bytes, " bytes, digest ",
                      ToHex(saved.digest), "\n");
}

}  // namespace pegel::tools

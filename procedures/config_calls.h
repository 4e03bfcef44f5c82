// The procedures of cluster configs: sys.get_cluster_configs, sys.set_cluster_configs,
// sys.reset_cluster_configs, sys.append_cluster_configs, sys.subtract_cluster_configs.
//
// Keys lose the blanks around them; values go on exactly as written, and none of them, nor a key,
// ever stands in an error of this file: a value may be a secret, and one pair out of step puts
// values where keys belong.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "procedures/catalogue.h"

namespace pegel::procedures {

std::vector<Procedure> ConfigProcedures();

// For a key that is nothing but that, or NULL.
inline constexpr absl::string_view kNoKey =
    "Config key cannot be null or empty. Please specify a valid configuration key.";

}  // namespace pegel::procedures

// What `pegel snapshot` prints.
#pragma once

#include <string>

#include "core/ports.h"

namespace pegel::tools {

std::string SnapshotJson(const Saved& saved);
std::string SnapshotTable(const Saved& saved);

}  // namespace pegel::tools

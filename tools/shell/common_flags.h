// Options that several commands of `pegel` have. For the files that read its command line.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/shell/format.h"

namespace pegel::tools {

// PEGEL_SERVER, else where a server listens by default.
std::string DefaultServer();

struct CommonFlags {
  std::string server = DefaultServer();
  std::string format = "table";
  uint32_t retry_seconds = 10;

  Format AsFormat() const;
};

void AddServer(CLI::App* app, CommonFlags* flags);
void AddRetry(CLI::App* app, CommonFlags* flags);
void AddFormat(CLI::App* app, CommonFlags* flags, const std::vector<std::string>& names);

}  // namespace pegel::tools

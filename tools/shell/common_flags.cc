#include "tools/shell/common_flags.h"

#include <cstdlib>

namespace pegel::tools {

std::string DefaultServer() {
  const char* server = std::getenv("PEGEL_SERVER");
  return server == nullptr || *server == '\0' ? "127.0.0.1:7345" : server;
}

Format CommonFlags::AsFormat() const {
  return format == "json" ? Format::kJson : format == "csv" ? Format::kCsv : Format::kTable;
}

void AddServer(CLI::App* app, CommonFlags* flags) {
  app->add_option("--server", flags->server, "Address of the server, else PEGEL_SERVER")
      ->type_name("HOST:PORT")
      ->capture_default_str();
}

void AddRetry(CLI::App* app, CommonFlags* flags) {
  app->add_option("--retry", flags->retry_seconds, "How long a lost connection is tried again")
      ->type_name("SECONDS")
      ->capture_default_str();
}

void AddFormat(CLI::App* app, CommonFlags* flags, const std::vector<std::string>& names) {
  app->add_option("--format", flags->format, "How to print")
      ->check(CLI::IsMember(names))
      ->type_name("FORMAT")
      ->capture_default_str();
}

}  // namespace pegel::tools

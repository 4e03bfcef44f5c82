// pegeld: the server.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <random>

#include "absl/strings/str_cat.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"
#include "tools/server.h"

namespace pegel::tools {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int64_t kDrainMs = 5'000;  // reliability.md section 3: SIGTERM drains in at most 5 s.

UnixNanos Now() {
  auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return UnixNanos{std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

std::string RandomClusterId() {
  std::random_device random;
  auto word = [&] { return uint64_t{random()} << 32 | random(); };
  return ToHex(RequestId{word(), word()});
}

// Reads `-D key=value` arguments. Empty on success, else what is wrong.
std::string ReadConfigs(const std::vector<std::string>& arguments,
                        std::map<std::string, config::Value>* configs) {
  for (const std::string& argument : arguments) {
    size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::StrCat("-D expects key=value, found '", argument, "'");
    }
    std::string key = argument.substr(0, equals);
    if (!configs->emplace(key, argument.substr(equals + 1)).second) {
      return absl::StrCat("-D gives '", key, "' twice");
    }
  }
  return "";
}

// Records that were on disk but not acknowledged when the last server ended.
void LogKept(const Server& server) {
  Lsn anchor = server.anchor_at_start().lsn;
  uint64_t kept = server.engine().lsn_durable().value - anchor.value;
  if (kept == 0) return;
  spdlog::warn(
      "kept {} whole records behind lsn {}: written but not acknowledged before the last stop",
      kept, anchor.value);
}

void LogStart(const Server& server, const ServerOptions& options) {
  const World& world = server.engine().world();
  if (!world.security.authorizer_enabled) {
    spdlog::warn("authorization is OFF: everyone may do everything (-D authorizer.enabled=true)");
  }
  spdlog::info("pegeld ready on {}: cluster {}, lsn {}, {} ACL entries, data in {}",
               server.address(), world.cluster_id, world.lsn.value, world.acls.size(),
               options.data_dir);
}

int Run(const ServerOptions& options) {
  net::EventLoop loop;
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(loop, options);
  if (!server.ok()) {
    spdlog::error("pegeld does not start: {}", std::string(server.status().message()));
    return kExitFailed;
  }
  loop.OnTerminate([&] {
    spdlog::info("stopping: finishing the calls under way");
    (*server)->Drain(kDrainMs);
  });
  LogKept(**server);
  // Ready means that the Boot record, if one was needed, is durable: the status waits for it.
  (*server)->AskStatus([&](const Status&) { LogStart(**server, options); });
  loop.Run();
  const absl::Status& reason = (*server)->stop_reason();
  if (!reason.ok()) {
    spdlog::error("pegeld stops: {}", std::string(reason.message()));
    return kExitFailed;
  }
  spdlog::info("stopped at lsn {}", (*server)->engine().lsn_durable().value);
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app{
      "The Pegel server: takes calls over Cap'n Proto RPC, writes each into an append-only log, "
      "and\n"
      "answers when it is safe on disk.\n\n"
      "  pegeld --data-dir ./data\n"
      "  pegeld --data-dir ./data -D authorizer.enabled=true -D 'super.users=User:root'\n\n"
      "Talk to it with `pegel sql`; audit its data directory with `pegel-replay`."};
  ServerOptions options;
  std::vector<std::string> definitions;
  app.set_version_flag("--version", PEGEL_VERSION);
  app.add_option("--data-dir", options.data_dir, "Directory of the log; made if it is not there")
      ->required();
  app.add_option("--listen", options.listen,
                 "Loopback address and port; port 0 takes a free one and prints it")
      ->capture_default_str();
  app.add_option(
         "-D", definitions,
         "A static config, key=value; may be repeated. Known: authorizer.enabled, super.users. "
         "Logged when it differs from the last start")
      ->allow_extra_args(false);
  app.add_flag("--log-reads,!--no-log-reads", options.engine.log_reads,
               "Whether reads become records too, for audits (default: they do)");
  app.add_option("--line-max", options.engine.line_records_max,
                 "Calls that may wait for the disk; more are refused as OVERLOADED")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--connections-max", options.limits.connections_max, "Connections in all")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--connections-per-address-max", options.limits.connections_per_address_max,
                 "Connections from one address")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--calls-in-flight-max", options.limits.calls_in_flight_max,
                 "Calls of one connection without a reply yet")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option(
         "--changes-in-memory", options.changes.changes_max,
         "Newest changes kept in memory for `pegel watch` and its like; older ones are read "
         "from the log")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }

  umask(0077);  // What the log holds is for the server's own user.
  spdlog::set_default_logger(spdlog::stderr_color_mt("pegeld"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  std::string problem = ReadConfigs(definitions, &options.static_configs);
  if (!problem.empty()) {
    spdlog::error("pegeld does not start: {}", problem);
    return kExitFailed;
  }
  options.now = Now;
  options.new_cluster_id = RandomClusterId();
  options.on_warning = [](const std::string& text) { spdlog::warn("log: {}", text); };
  return Run(options);
}

}  // namespace
}  // namespace pegel::tools

int main(int argc, char** argv) { return pegel::tools::Main(argc, argv); }

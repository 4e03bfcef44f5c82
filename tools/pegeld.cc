// pegeld: the server.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>

#include "absl/strings/str_cat.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"
#include "tools/configure.h"
#include "tools/server.h"
#include "tools/settings.h"

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

// Records that were on disk but not acknowledged when the last server ended.
void LogKept(const Server& server) {
  Lsn anchor = server.anchor_at_start().lsn;
  uint64_t kept = server.engine().lsn_durable().value - anchor.value;
  if (kept == 0) return;
  spdlog::warn(
      "kept {} whole records behind lsn {}: written but not acknowledged before the last stop",
      kept, anchor.value);
}

void LogStart(const Server& server, const std::string& data_dir) {
  const World& world = server.engine().world();
  if (!world.security.authorizer_enabled) {
    spdlog::warn("authorization is OFF: everyone may do everything (-D authorizer.enabled=true)");
  }
  spdlog::info("pegeld ready on {}: cluster {}, lsn {}, {} ACL entries, data in {}",
               server.address(), world.cluster_id, world.lsn.value, world.acls.size(), data_dir);
}

// A line a second once it takes longer than one.
std::function<void(Lsn, Lsn)> SayHowFar() {
  using Clock = std::chrono::steady_clock;
  return [next = Clock::now() + std::chrono::seconds(1), calls = 0](Lsn at, Lsn anchor) mutable {
    if (++calls % 1024 != 0 || Clock::now() < next) return;
    next = Clock::now() + std::chrono::seconds(1);
    spdlog::info("starting: folded up to lsn {} of {}", at.value, anchor.value);
  };
}

int DoesNotStart(const absl::Status& why) {
  spdlog::error("pegeld does not start: {}", std::string(why.message()));
  return kExitFailed;
}

// Keys and secrets are in our memory: no core dump, and no debugger of the same user.
void ForbidDumps() {
  struct rlimit none {
    0, 0
  };
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0) {
    spdlog::warn("core dumps cannot be turned off: a crash could write keys to disk");
  }
}

int Run(ServerOptions options) {
  if (!options.key_file.empty()) ForbidDumps();
  const std::string data_dir = options.data_dir;
  net::EventLoop loop;
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(loop, std::move(options));
  if (!server.ok()) return DoesNotStart(server.status());
  loop.OnTerminate([&] {
    spdlog::info("stopping: finishing the calls under way");
    (*server)->Drain(kDrainMs);
  });
  LogKept(**server);
  // Ready means that the Boot record, if one was needed, is durable: the status waits for it.
  (*server)->AskStatus([&](const Status&) { LogStart(**server, data_dir); });
  loop.Run();
  const absl::Status& reason = (*server)->stop_reason();
  if (!reason.ok()) {
    spdlog::error("pegeld stops: {}", std::string(reason.message()));
    return kExitFailed;
  }
  spdlog::info("stopped at lsn {}", (*server)->engine().lsn_durable().value);
  return 0;
}

constexpr char kAbout[] =
    "The Pegel server: takes calls over Cap'n Proto RPC, writes each into an append-only log, and\n"
    "answers when it is safe on disk.\n\n"
    "  pegeld --config server.yaml\n"
    "  pegeld --data-dir ./data -D authorizer.enabled=true -D 'super.users=User:root'\n\n"
    "Each flag below but -D has a key in server.yaml too, which the flag overrides. All other "
    "keys\n"
    "of the file are static configs of the cluster. docs/examples/server.yaml shows all.\n\n"
    "Talk to it with `pegel sql`; see what it runs with by `pegel config effective`; audit its "
    "data\n"
    "directory with `pegel-replay`.";

// Help of one setting: what it is, its key in the file, its default.
std::string HelpOn(const Setting& setting) {
  return absl::StrCat(
      setting.help, "  (", setting.key,
      setting.default_text.empty() ? "" : absl::StrCat(", default ", setting.default_text), ")");
}

void AddValue(CLI::App& app, const Setting& setting, Given* given) {
  const std::string flag(setting.flag);
  auto check = [&setting](const std::string& text) {
    ServerOptions scratch;
    return std::string(setting.land(text, scratch).message());
  };
  app.add_option_function<std::string>(
         flag, [given, flag](const std::string& text) { given->flags[flag] = text; },
         HelpOn(setting))
      ->type_name(std::string(setting.type))
      ->check(check);
}

void AddSwitch(CLI::App& app, const Setting& setting, Given* given) {
  const std::string flag(setting.flag);
  const std::string names = absl::StrCat(flag, ",!--no-", setting.flag.substr(2));
  app.add_flag_function(
      names, [given, flag](int64_t count) { given->flags[flag] = count > 0 ? "true" : "false"; },
      HelpOn(setting));
}

void AddFlags(CLI::App& app, Given* given) {
  app.set_version_flag("--version", PEGEL_VERSION);
  app.add_option("--config", given->config_file, "server.yaml: lines of `key: value`")
      ->type_name("FILE");
  app.add_option("-D", given->definitions,
                 "A static config; overrides the file; may be repeated. Logged when it differs "
                 "from the last start. Whoever can list processes can read it: a secret belongs "
                 "into server.yaml")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  for (const Setting& setting : Settings()) {
    (setting.is_switch() ? AddSwitch : AddValue)(app, setting, given);
  }
}

int Main(int argc, char** argv) {
  CLI::App app{kAbout};
  Given given;
  AddFlags(app, &given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  umask(0077);  // What the log holds is for the server's own user.
  spdlog::set_default_logger(spdlog::stderr_color_mt("pegeld"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  absl::StatusOr<ServerOptions> options = Configure(given);
  if (!options.ok()) return DoesNotStart(options.status());
  if (options->data_dir.empty()) {
    spdlog::error(
        "pegeld does not start: no data directory; give --data-dir DIR, or pegel.data-dir "
        "in server.yaml (--config FILE)");
    return kExitUsage;
  }
  options->version = PEGEL_VERSION;
  options->now = Now;
  options->new_cluster_id = RandomClusterId();
  options->on_recovering = SayHowFar();
  options->on_warning = [](const std::string& text) { spdlog::warn("log: {}", text); };
  return Run(*std::move(options));  // Not copied: it holds secrets until they are sealed.
}

}  // namespace
}  // namespace pegel::tools

int main(int argc, char** argv) { return pegel::tools::Main(argc, argv); }

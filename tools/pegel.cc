// pegel: the client. `pegel sql` runs statements, `pegel status` and `pegel config` ask the server
// about itself, `pegel cluster` about the tablet servers, `pegel watch` follows its changes, `pegel
// keygen` and `pegel secrets` care for the
// keys of secrets.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "net/client.h"
#include "tools/key_file.h"
#include "tools/planning/offline_plan.h"
#include "tools/shell/command_line.h"
#include "tools/shell/line_editor.h"
#include "tools/shell/printable.h"
#include "tools/shell/repl.h"
#include "tools/shell/rollout_text.h"
#include "tools/shell/script.h"
#include "tools/shell/session.h"
#include "tools/shell/settings_text.h"
#include "tools/shell/status_text.h"
#include "tools/shell/watch.h"

namespace pegel::tools {
namespace {

// Both streams stay in the order of what happened. Output that nobody gets ends the program: a
// script must not take it for done, and a watcher must not acknowledge it.
void WriteOut(const Printed& printed) {
  size_t written = std::fwrite(printed.out.data(), 1, printed.out.size(), stdout);
  if (written != printed.out.size() || std::fflush(stdout) != 0) {
    std::fprintf(stderr, "pegel: standard output cannot be written: %s\n", std::strerror(errno));
    std::_Exit(kExitRejected);
  }
  std::fwrite(printed.err.data(), 1, printed.err.size(), stderr);
}

Session MakeSession(const std::string& server, absl::Duration retry) {
  return Session({.connect = [server] { return net::Client::Connect(server); },
                  .new_request_id = RandomRequestId,
                  .now = absl::Now,
                  .sleep = absl::SleepFor},
                 retry);
}

// An address that cannot be one is a mistake of usage.
int NoConnection(const absl::Status& status) {
  bool is_usage = absl::IsInvalidArgument(status);
  WriteOut({"", absl::StrCat("pegel: ", Printable(status.message()), "\n",
                             is_usage ? ""
                                      : "pegel: start a server with pegeld, or name one with "
                                        "--server HOST:PORT or PEGEL_SERVER\n")});
  return is_usage ? kExitUsage : kExitNoConnection;
}

// `-` is standard input. None: it cannot be read.
std::optional<std::string> ReadAll(const std::string& name) {
  std::ifstream file;
  if (name != "-") file.open(name, std::ios::binary);
  std::istream& stream = name == "-" ? std::cin : file;
  std::ostringstream text;
  if (stream.peek() != std::istream::traits_type::eof()) text << stream.rdbuf();
  bool is_read = name == "-" ? !stream.bad() : file.is_open() && !file.bad();
  return is_read ? std::optional(text.str()) : std::nullopt;
}

// All scripts before the first is run: a typing error in a file name must not leave half a job.
std::optional<std::vector<std::string>> ReadScripts(const std::vector<Input>& inputs) {
  std::vector<std::string> scripts;
  for (const Input& input : inputs) {
    bool is_file = input.kind == Input::Kind::kFile;
    std::optional<std::string> script = is_file ? ReadAll(input.text) : input.text;
    if (!script) {
      WriteOut({"", absl::StrCat("pegel: cannot read ", Printable(input.text), "\n")});
      return std::nullopt;
    }
    scripts.push_back(*std::move(script));
  }
  return scripts;
}

int RunShell(ScriptRunner& runner, const std::string& server) {
  WriteOut(
      {absl::StrCat("Connected to ", Printable(server), ". help explains, quit leaves.\n"), ""});
  LineEditor editor(HistoryFile());
  auto read_line = [&](const char* prompt) { return editor.Read(prompt); };
  auto settle = [&](bool is_kept) { editor.Settle(is_kept); };
  Repl(runner, read_line, WriteOut, settle).Run();
  return kExitAccepted;
}

int RunScripts(ScriptRunner& runner, const std::vector<std::string>& scripts) {
  for (const std::string& script : scripts) {
    if (!runner.Run(script)) break;
  }
  return runner.exit_code();
}

int Run(SqlRequest request) {
  bool is_shell = request.inputs.empty() && isatty(STDIN_FILENO);
  if (request.inputs.empty() && !is_shell) request.inputs.push_back({Input::Kind::kFile, "-"});
  std::optional<std::vector<std::string>> scripts = ReadScripts(request.inputs);
  if (!scripts) return kExitUsage;
  Session session = MakeSession(request.server, absl::Seconds(request.retry_seconds));
  absl::Status connected = session.Connect();
  if (!connected.ok()) return NoConnection(connected);
  ScriptOptions options{request.format, request.is_quiet, request.keep_going || is_shell};
  ScriptRunner runner(session, options, WriteOut);
  return is_shell ? RunShell(runner, request.server) : RunScripts(runner, *scripts);
}

int Run(const StatusRequest& request) {
  Session session = MakeSession(request.server, absl::ZeroDuration());
  absl::StatusOr<Status> status = session.AskStatus();
  if (!status.ok()) return NoConnection(status.status());
  bool is_json = request.format == Format::kJson;
  WriteOut({is_json ? StatusJson(*status) : StatusTable(*status), ""});
  return kExitAccepted;
}

volatile sig_atomic_t is_asked_to_end = 0;

void EndOnSignal() {
  struct sigaction action {};
  action.sa_handler = [](int) { is_asked_to_end = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

std::string SubscriberName(const std::string& given) {
  if (!given.empty()) return given;
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return absl::StrCat("pegel-watch@", host, ":", getpid());
}

int Run(WatchCommand command) {
  EndOnSignal();
  command.name = SubscriberName(command.name);
  WatchRunner runner({.connect = [&] { return net::Client::Connect(command.server); },
                      .sleep = absl::SleepFor,
                      .is_asked_to_end = [] { return is_asked_to_end != 0; },
                      .print = WriteOut},
                     command);
  absl::Status end = runner.Run();
  if (end.ok()) return kExitAccepted;
  if (!runner.has_connected()) return NoConnection(end);
  WriteOut({"", absl::StrCat("pegel: ", Printable(end.message()), "\n")});
  return kExitRejected;
}

int Run(const RolloutCommand& command) {
  auto client = net::Client::Connect(command.server);
  if (!client.ok()) return NoConnection(client.status());
  absl::StatusOr<net::Rollout> rollout = (*client)->AskRollout(command.key);
  if (!rollout.ok()) {
    WriteOut({"", absl::StrCat("pegel: ", Printable(rollout.status().message()), "\n")});
    return absl::IsUnavailable(rollout.status()) ? kExitNoConnection : kExitRejected;
  }
  bool is_json = command.format == Format::kJson;
  WriteOut(
      {is_json ? RolloutJson(command.key, *rollout) : RolloutTable(command.key, *rollout), ""});
  return IsRolledOut(*rollout) ? kExitAccepted : kExitRejected;
}

int Refused(const Error& error) {
  WriteOut({"", ErrorLine(error)});
  return kExitRejected;
}

int Run(const SettingsRequest& request) {
  Session session = MakeSession(request.server, absl::ZeroDuration());
  absl::StatusOr<SettingsAnswer> answer = session.AskSettings();
  if (!answer.ok()) return NoConnection(answer.status());
  if (const auto* error = std::get_if<Error>(&*answer)) return Refused(*error);
  const auto& settings = std::get<std::vector<EffectiveSetting>>(*answer);
  bool is_json = request.format == Format::kJson;
  WriteOut({is_json ? SettingsJson(settings) : SettingsTable(settings), ""});
  return kExitAccepted;
}

int Run(const ResealRequest& request) {
  Session session = MakeSession(request.server, absl::Seconds(request.retry_seconds));
  absl::StatusOr<net::CallReply> reply = session.ResealSecrets();
  if (!reply.ok()) return NoConnection(reply.status());
  if (reply->error) return Refused(*reply->error);
  WriteOut({absl::StrCat("Every secret is sealed under the newest key, as of lsn ",
                         reply->receipt ? reply->receipt->lsn.value : 0, ".\n"),
            ""});
  return kExitAccepted;
}

int Run(const UnregisterRequest& request) {
  Session session = MakeSession(request.server, absl::Seconds(request.retry_seconds));
  absl::StatusOr<net::CallReply> reply = session.UnregisterServer(request.id);
  if (!reply.ok()) return NoConnection(reply.status());
  if (reply->error) return Refused(*reply->error);
  WriteOut({absl::StrCat("Tablet server ", request.id, " is forgotten, as of lsn ",
                         reply->receipt ? reply->receipt->lsn.value : 0, ".\n"),
            ""});
  return kExitAccepted;
}

int Run(const KeygenRequest& request) {
  absl::StatusOr<std::string> id =
      request.is_rotation ? RotateKeyFile(request.file) : MakeKeyFile(request.file);
  if (!id.ok()) {
    WriteOut({"", absl::StrCat("pegel: ", Printable(id.status().message()), "\n")});
    return kExitRejected;
  }
  WriteOut({absl::StrCat("key ", *id, " is the newest in ", Printable(request.file), "\n"), ""});
  return kExitAccepted;
}

int Run(const OfflinePlanRequest& request) {
  PlanningResult result = PlanOffline(request);
  WriteOut(result.printed);
  return result.is_planned ? kExitAccepted : kExitRejected;
}

int Run(const Leave& leave) { return leave.exit_code; }

}  // namespace
}  // namespace pegel::tools

int main(int argc, char** argv) {
  return std::visit([](const auto& request) { return pegel::tools::Run(request); },
                    pegel::tools::ReadCommandLine(argc, argv, PEGEL_VERSION));
}

// pegel: the client. `pegel sql` runs statements, `pegel status` and `pegel config` ask the server
// about itself, `pegel cluster` about the tablet servers, `pegel watch` follows its changes, `pegel
// snapshot` and `pegel backup` keep what it knows, `pegel keygen` and `pegel secrets` care for the
// keys of secrets.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/limits.h"
#include "net/client.h"
#include "procedures/call_text.h"
#include "procedures/rows.h"
#include "replay/backup.h"
#include "tools/key_file.h"
#include "tools/planning/offline_plan.h"
#include "tools/shell/backup_text.h"
#include "tools/shell/cluster_text.h"
#include "tools/shell/command_line.h"
#include "tools/shell/line_editor.h"
#include "tools/shell/printable.h"
#include "tools/shell/progress.h"
#include "tools/shell/rebalance_watch.h"
#include "tools/shell/receipts.h"
#include "tools/shell/repl.h"
#include "tools/shell/rollout_text.h"
#include "tools/shell/saved_text.h"
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
  std::ofstream receipts;
  if (!request.receipts.empty()) receipts.open(request.receipts, std::ios::app);
  if (!receipts) {
    WriteOut({"", absl::StrCat("pegel: ", Printable(request.receipts), " cannot be written\n")});
    return kExitUsage;
  }
  ScriptOptions options{request.format, request.is_quiet, request.keep_going || is_shell, {}};
  if (!request.receipts.empty()) {
    options.keep_receipt = [&](const Receipt& receipt) {
      if (receipts << ReceiptLine(receipt) << std::flush) return absl::OkStatus();
      return absl::UnavailableError(absl::StrCat(request.receipts, " cannot be written"));
    };
  }
  ScriptRunner runner(session, std::move(options), WriteOut);
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

int Run(const RebalanceWatchRequest& request) {
  EndOnSignal();
  Session session = MakeSession(request.server, absl::Seconds(request.retry_seconds));
  auto look_at_moves = [&](const std::string& id) {
    return session.Call(
        {.text = absl::StrCat("CALL sys.list_active_moves(", procedures::InQuotes(id), ")")});
  };
  RebalanceWatch watch(
      {.look = [&] { return session.Call({.text = "CALL sys.list_rebalances()"}); },
       .look_at_moves = look_at_moves,
       .now = absl::Now,
       .sleep = absl::SleepFor,
       .is_asked_to_end = [] { return is_asked_to_end != 0; },
       .print =
           [](const std::string& text) {
             WriteOut({text, ""});
           },
       .is_terminal = isatty(STDOUT_FILENO) != 0},
      request.id, absl::Seconds(request.seconds_between));
  auto end = watch.Run();
  if (end.ok()) {
    if (!end->has_value() || (*end)->status == "COMPLETED") return kExitAccepted;
    if (!(*end)->reason.empty())
      WriteOut({"", absl::StrCat("pegel: ", Printable((*end)->reason), "\n")});
    return kExitRejected;
  }
  bool is_answer = absl::IsNotFound(end.status()) || absl::IsFailedPrecondition(end.status());
  if (!is_answer) return NoConnection(end.status());
  WriteOut({"", absl::StrCat("pegel: ", Printable(end.status().message()), "\n")});
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

int Run(const SnapshotRequest& request) {
  Session session = MakeSession(request.server, absl::ZeroDuration());
  absl::StatusOr<SavedAnswer> answer = session.TakeSnapshot();
  if (!answer.ok()) return NoConnection(answer.status());
  if (const auto* error = std::get_if<Error>(&*answer)) return Refused(*error);
  const auto& saved = std::get<Saved>(*answer);
  bool is_json = request.format == Format::kJson;
  WriteOut({is_json ? SnapshotJson(saved) : SnapshotTable(saved), ""});
  return kExitAccepted;
}

// Where the server has its data. Empty: it was told why not.
std::string AskDataDir(const std::string& server, int* exit_code) {
  Session session = MakeSession(server, absl::ZeroDuration());
  absl::StatusOr<SettingsAnswer> answer = session.AskSettings();
  if (!answer.ok()) {
    *exit_code = NoConnection(answer.status());
    return "";
  }
  if (const auto* error = std::get_if<Error>(&*answer)) {
    *exit_code = Refused(*error);
    return "";
  }
  *exit_code = kExitUsage;
  std::string found;
  for (const EffectiveSetting& setting : std::get<std::vector<EffectiveSetting>>(*answer)) {
    if (setting.key == "pegel.data-dir") found = setting.value;
  }
  if (!found.empty() && found.front() == '/') return found;
  WriteOut(
      {"", absl::StrCat("pegel: the server was started with the data directory '", Printable(found),
                        "', seen from where it was started; name it with --data-dir DIR\n")});
  return "";
}

absl::StatusOr<replay::BackedUp> Carry(const BackupRequest& request, Progress& progress) {
  auto show = [&](uint64_t done, uint64_t total) { progress.Show(done, total); };
  switch (request.what) {
    case BackupRequest::What::kCreate:
      return replay::CreateBackup(request.data_dir, request.backup, show);
    case BackupRequest::What::kVerify:
      return replay::VerifyBackup(request.backup, show);
    case BackupRequest::What::kRestore:
      break;
  }
  std::optional<Lsn> through;
  if (request.through != 0) through = Lsn{request.through};
  return replay::RestoreBackup(request.backup, request.data_dir, through, show);
}

int Run(BackupRequest request) {
  constexpr const char* kDoing[] = {"backup", "verify", "restore"};
  constexpr const char* kDone[] = {"backup made, read back and checked",
                                   "backup is good, every hash checked", "restored"};
  bool is_restore = request.what == BackupRequest::What::kRestore;
  if (request.what == BackupRequest::What::kCreate && request.data_dir.empty()) {
    int exit_code = kExitUsage;
    request.data_dir = AskDataDir(request.server, &exit_code);
    if (request.data_dir.empty()) return exit_code;
  }
  umask(0077);  // What the log holds is for its owner.
  std::function<void(const std::string&)> draw;
  if (isatty(STDERR_FILENO)) draw = [](const std::string& text) { WriteOut({"", text}); };
  absl::StatusOr<replay::BackedUp> backed_up;
  {
    Progress progress(kDoing[static_cast<int>(request.what)], absl::Now, draw);
    backed_up = Carry(request, progress);
  }
  bool is_json = request.format == Format::kJson;
  if (!backed_up.ok()) {
    const std::string reason(backed_up.status().message());
    WriteOut({is_json ? BackupFaultJson(reason) : "",
              is_json ? "" : absl::StrCat("pegel: ", Printable(reason), "\n")});
    return kExitRejected;
  }
  BackupShown shown{backed_up->first,
                    backed_up->head.lsn,
                    backed_up->head.chain,
                    backed_up->digest,
                    backed_up->time,
                    backed_up->bytes,
                    is_restore ? request.data_dir : request.backup};
  WriteOut({is_json ? BackupJson(shown) : BackupTable(kDone[static_cast<int>(request.what)], shown),
            ""});
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

// What became of a change: a sentence for people, a line as that of `pegel sql` for programs.
int Report(const absl::StatusOr<net::CallReply>& reply, const std::string& statement,
           const std::string& sentence, Format format) {
  if (!reply.ok()) return NoConnection(reply.status());
  Answer answer{statement, std::nullopt, procedures::ToTable(Result{Done{}}), reply->error};
  if (reply->receipt) answer.lsn = reply->receipt->lsn;
  bool is_sentence = format != Format::kJson && !answer.error;
  uint64_t lsn = reply->receipt ? reply->receipt->lsn.value : 0;
  WriteOut(is_sentence ? Printed{absl::StrCat(sentence, ", as of lsn ", lsn, ".\n"), ""}
                       : Print(answer, format, /*is_quiet=*/true));
  return answer.error ? kExitRejected : kExitAccepted;
}

int Run(const UnregisterRequest& request) {
  Session session = MakeSession(request.server, absl::Seconds(request.retry_seconds));
  return Report(session.UnregisterServer(request.id), absl::StrCat("unregister ", request.id),
                absl::StrCat("Tablet server ", request.id, " is forgotten"), request.format);
}

int Run(const TableChangeRequest& request) {
  Session session = MakeSession(request.server, absl::Seconds(request.retry_seconds));
  return Report(session.ChangeTables(request.change), StatementOf(request.change),
                SentenceOf(request.change), request.format);
}

int ShowRows(const std::string& statement, const std::optional<Receipt>& receipt,
             const std::optional<Error>& error, const Result& rows, Format format) {
  Answer answer{statement, std::nullopt, {}, error};
  if (receipt) answer.lsn = receipt->lsn;
  if (!error) answer.table = procedures::ToTable(rows);
  WriteOut(Print(answer, format, /*is_quiet=*/true));
  return error ? kExitRejected : kExitAccepted;
}

int Run(const TablesRequest& request) {
  Session session = MakeSession(request.server, absl::ZeroDuration());
  absl::StatusOr<net::Listed> listed = session.List(ListTables{});
  if (!listed.ok()) return NoConnection(listed.status());
  return ShowRows("tables", listed->receipt, listed->error, listed->rows, request.format);
}

// Page by page, shown as one. The lsn is that of the last page.
int Run(const BucketsRequest& request) {
  Session session = MakeSession(request.server, absl::ZeroDuration());
  ListBuckets list = request.list;
  BucketRows all{.buckets = {}, .is_last = false};
  std::optional<Receipt> receipt;
  while (!all.is_last && (request.limit == 0 || all.buckets.size() < request.limit)) {
    uint64_t left = request.limit == 0 ? kListedBucketsMax : request.limit - all.buckets.size();
    list.limit = static_cast<int32_t>(std::min<uint64_t>(left, kListedBucketsMax));
    absl::StatusOr<net::Listed> listed = session.List(list);
    if (!listed.ok()) return NoConnection(listed.status());
    if (listed->error)
      return ShowRows("buckets", listed->receipt, listed->error, {}, request.format);
    auto& page = std::get<BucketRows>(listed->rows);
    receipt = listed->receipt;
    all.is_last = page.is_last || page.buckets.empty();
    if (!page.buckets.empty()) list.after = page.buckets.back().key;
    std::move(page.buckets.begin(), page.buckets.end(), std::back_inserter(all.buckets));
  }
  if (!all.is_last) WriteOut({"", "pegel: there are more buckets; --limit 0 shows all\n"});
  return ShowRows("buckets", receipt, std::nullopt, Result{std::move(all)}, request.format);
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

#include "tools/shell/script.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

Answer AnswerOf(const procedures::ScriptPiece& piece, net::CallReply reply) {
  Answer answer{.statement = piece.text, .lsn = {}, .table = std::move(reply.table), .error = {}};
  if (reply.receipt) answer.lsn = reply.receipt->lsn;
  answer.error = std::move(reply.error);
  return answer;
}

}  // namespace

bool ScriptRunner::Run(absl::string_view script) {
  absl::ConsumePrefix(&script, "\xEF\xBB\xBF");  // What some editors put before UTF-8.
  bool is_open = false;
  for (const procedures::ScriptPiece& piece : procedures::SplitScript(script, &is_open)) {
    if (!RunOne(piece)) return false;
  }
  return true;
}

bool ScriptRunner::RunOne(const procedures::ScriptPiece& piece) {
  absl::StatusOr<net::CallReply> reply = session_.Call(
      net::Statement{piece.text, piece.start.line, piece.start.column, /*request_id=*/{}});
  if (!reply.ok()) return Lost(piece, reply.status());
  if (options_.keep_receipt && reply->receipt) {
    absl::Status kept = options_.keep_receipt(*reply->receipt);
    if (!kept.ok()) return NotKept(kept);
  }
  Answer answer = AnswerOf(piece, *std::move(reply));
  print_(Print(answer, options_.format, options_.is_quiet));
  if (!answer.error) return true;
  exit_code_ = kExitRejected;
  return options_.keep_going;
}

bool ScriptRunner::NotKept(const absl::Status& status) {
  exit_code_ = kExitUsage;
  print_({"", absl::StrCat("pegel: ", Printable(status.message()),
                           "; the statement was carried out, nothing more is run.\n")});
  return false;
}

bool ScriptRunner::Lost(const procedures::ScriptPiece& piece, const absl::Status& status) {
  exit_code_ = kExitNoConnection;
  absl::string_view advice =
      MayChange(piece.text) ? "It may or may not have been carried out; look before you repeat it"
                            : "It changes nothing";
  print_({"", absl::StrCat("pegel: ", Printable(status.message()),
                           "\npegel: no reply to the statement at line ", piece.start.line, ". ",
                           advice, ".\n")});
  return false;
}

}  // namespace pegel::tools

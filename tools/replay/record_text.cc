#include "tools/replay/record_text.h"

#include "absl/strings/str_cat.h"
#include "core/utc.h"
#include "procedures/call_text.h"
#include "tools/shell/printable.h"

namespace pegel::tools {

std::string ShortTime(UnixNanos time) {
  constexpr size_t kThroughMillis = sizeof "2026-11-22T08:00:00.123" - 1;
  return ToText(time).substr(0, kThroughMillis) + "Z";
}

std::string AuthorText(const Author& author) {
  return absl::StrCat(ToText(author.principal), "@", author.host.empty() ? "-" : author.host);
}

std::string OutcomeText(const Outcome& outcome) {
  const auto* error = std::get_if<Error>(&outcome);
  if (error == nullptr) return "accepted";
  return absl::StrCat("REJECTED ", ErrorName(error->code), ": ", error->message);
}

std::string RecordLine(const Record& record, const Applied& applied) {
  const Moment& moment = record.moment;
  return Printable(absl::StrCat(
      moment.lsn.value, "  ", ToText(moment.time), "  ", AuthorText(moment.author), "  ",
      procedures::ToCallText(record.command), "  → ", OutcomeText(applied.decision.outcome)));
}

Json MomentJson(const Moment& moment) {
  return Json{{"lsn", moment.lsn.value},
              {"time", ToText(moment.time)},
              {"principal", ToText(moment.author.principal)},
              {"host", moment.author.host}};
}

Json ErrorJson(const Error& error) {
  return Json{{"code", static_cast<int>(error.code)},
              {"name", std::string(ErrorName(error.code))},
              {"message", error.message}};
}

Json RecordJson(const Record& record, const Applied& applied, const Hash256& chain) {
  Json json = MomentJson(record.moment);
  json["request_id"] = record.request_id.is_set() ? Json(ToHex(record.request_id)) : Json();
  json["command"] = std::string(ToText(KindOf(record.command)));
  json["call"] = procedures::ToCallText(record.command);
  json["accepted"] = IsAccepted(applied.decision.outcome);
  if (const auto* error = std::get_if<Error>(&applied.decision.outcome)) {
    json["error"] = ErrorJson(*error);
  }
  json["events"] = applied.decision.events.size();
  json["chain"] = ToHex(chain);
  return json;
}

}  // namespace pegel::tools

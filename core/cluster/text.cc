#include "core/cluster/text.h"

#include <limits>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/check.h"
#include "core/limits.h"
#include "core/utf8.h"

namespace pegel::cluster {
namespace {

constexpr absl::string_view kRackPrefix = "rack:";

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Why `rack` cannot be the name of one; empty: it can.
std::string RackProblem(absl::string_view rack) {
  if (rack.size() > kNameBytesMax) {
    return absl::StrCat("expected at most ", kNameBytesMax, " bytes, found ", rack.size());
  }
  if (!IsUtf8(rack)) return "expected UTF-8, found other bytes";
  if (absl::StripAsciiWhitespace(rack) != rack) return "found a blank at its beginning or end";
  for (char c : rack) {
    if (IsControl(c)) return "found a control character";
    if (c == ',' || c == '\'' || c == '"') {
      return absl::StrCat("found ", absl::string_view(&c, 1), ", which separates or quotes names");
    }
  }
  return "";
}

bool IsDigits(absl::string_view text) {
  for (char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return !text.empty();
}

// Java's sentence, as Fluss shows it, and what would be right.
absl::Status NotAnId(absl::string_view piece) {
  return absl::InvalidArgumentError(
      absl::StrCat("For input string: \"", piece, "\"; expected a server id from 0 to ",
                   std::numeric_limits<int32_t>::max(), " or rack:<name>"));
}

absl::StatusOr<Selector> ParseId(absl::string_view piece) {
  absl::string_view digits = piece;
  absl::ConsumePrefix(&digits, "+");
  ServerId id;
  if (!IsDigits(digits) || !absl::SimpleAtoi(digits, &id.value)) return NotAnId(piece);
  return id;
}

absl::StatusOr<Selector> ParseSelector(absl::string_view piece) {
  if (piece.empty()) return NotAnId(piece);
  if (!absl::StartsWithIgnoreCase(piece, kRackPrefix)) return ParseId(piece);
  absl::string_view name = absl::StripAsciiWhitespace(piece.substr(kRackPrefix.size()));
  if (name.empty()) {
    return absl::InvalidArgumentError("expected the name of a rack behind 'rack:', found nothing");
  }
  if (std::string problem = RackProblem(name); !problem.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("rack: ", problem));
  }
  return Rack{std::string(name)};
}

}  // namespace

absl::StatusOr<ServerTag> ParseTag(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  for (ServerTag tag : {ServerTag::kPermanentOffline, ServerTag::kTemporaryOffline}) {
    if (absl::EqualsIgnoreCase(text, ToText(tag))) return tag;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected one of [PERMANENT_OFFLINE, TEMPORARY_OFFLINE], found '", text, "'"));
}

absl::string_view ToText(ServerTag tag) {
  switch (tag) {
    case ServerTag::kPermanentOffline:
      return "PERMANENT_OFFLINE";
    case ServerTag::kTemporaryOffline:
      return "TEMPORARY_OFFLINE";
  }
  PEGEL_CHECK(false, "no such tag: ", static_cast<int>(tag));
}

std::string ToText(ServerId id) { return absl::StrCat(id.value); }

absl::StatusOr<std::vector<Selector>> ParseSelectors(absl::string_view text) {
  std::vector<Selector> selectors;
  std::set<Selector> seen;
  for (absl::string_view piece : absl::StrSplit(text, ',')) {
    absl::StatusOr<Selector> selector = ParseSelector(absl::StripAsciiWhitespace(piece));
    if (!selector.ok()) return selector.status();
    if (!seen.insert(*selector).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(ToText(*selector), " is given twice; name each server or rack once"));
    }
    selectors.push_back(*std::move(selector));
  }
  return selectors;
}

std::string ToText(const Selector& selector) {
  if (const auto* rack = std::get_if<Rack>(&selector)) return absl::StrCat(kRackPrefix, rack->name);
  return ToText(std::get<ServerId>(selector));
}

std::string ToText(const std::vector<Selector>& selectors) {
  return absl::StrJoin(selectors, ",", [](std::string* out, const Selector& selector) {
    absl::StrAppend(out, ToText(selector));
  });
}

std::string ToText(const BucketKey& key) {
  if (key.partition == kNoPartition) return absl::StrCat(key.table.value, ":", key.bucket);
  return absl::StrCat(key.table.value, "/", key.partition.value, ":", key.bucket);
}

absl::Status CheckRack(absl::string_view rack) {
  std::string problem = RackProblem(rack);
  if (problem.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("rack: ", problem));
}

absl::Status CheckAddress(absl::string_view address) {
  size_t colon = address.rfind(':');
  bool is_good = address.size() <= kNameBytesMax && IsUtf8(address) && colon != 0 &&
                 colon != absl::string_view::npos;
  for (char c : address) is_good &= !IsControl(c) && c != ' ' && c != '\'' && c != '"' && c != ',';
  int port = 0;
  is_good = is_good && IsDigits(address.substr(colon + 1)) &&
            absl::SimpleAtoi(address.substr(colon + 1), &port) && port >= 1 && port <= 65535;
  if (is_good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("address: expected host:port of at most ", kNameBytesMax,
                   " bytes with a port from 1 to 65535, such as 10.0.0.5:9123"));
}

}  // namespace pegel::cluster

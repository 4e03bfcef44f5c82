#include "tools/shell/history_rule.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/config/registry.h"

namespace pegel::tools {
namespace {

// Pieces of words, so that a slip elsewhere in the key changes nothing.
constexpr absl::string_view kTellTales[] = {
    "passw",       "pwd",         "secret",     "token",      "jaas",    "crede",  "sasl",
    "private",     "access-key",  "accesskey",  "access_key", "api-key", "apikey", "api_key",
    "account-key", "account.key", "encryption", ".key",       "-key",    "auth"};

bool EndsKey(char c) { return !absl::ascii_isalnum(c) && c != '.' && c != '-' && c != '_'; }

// Whether any word is a key that the server itself takes for a secret.
bool HasSecretKey(absl::string_view text) {
  while (!text.empty()) {
    auto end = std::find_if(text.begin(), text.end(), EndsKey);
    auto size = static_cast<size_t>(end - text.begin());
    if (size > 0 && config::IsSecret(text.substr(0, size))) return true;
    text.remove_prefix(std::min(text.size(), size + 1));
  }
  return false;
}

}  // namespace

bool MayHoldSecret(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (absl::string_view tale : kTellTales) {
    if (absl::StrContains(lower, tale)) return true;
  }
  return HasSecretKey(text);
}

std::string WithoutSecrets(absl::string_view statement) {
  constexpr absl::string_view kMask = "******";
  if (!MayHoldSecret(statement)) return std::string(statement);
  size_t open = statement.find('(');
  absl::string_view head = statement.substr(0, open == statement.npos ? 0 : open + 1);
  // A head that says more than which procedure is called is not shown either.
  bool is_call = std::all_of(head.begin(), head.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::ascii_isspace(c) ||
           absl::string_view("._(`").find(c) != absl::string_view::npos;
  });
  if (head.empty() || !is_call) return std::string(kMask);
  return absl::StrCat(head, kMask, ")");
}

}  // namespace pegel::tools

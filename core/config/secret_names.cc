#include "core/config/secret_names.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace pegel::config {
namespace {

// Anywhere in the name. Fluss's own list, and the keys that its object stores and catalogs use.
constexpr absl::string_view kAnywhere[] = {
    "password",   "passwd",        "passphrase",          "secret",     "credential",
    "jaasconfig", "accesskey",     "privatekey",          "apikey",     "accountkey",
    "servicekey", "encryptionkey", "signingkey",          "sharedkey",  "authparams",
    "basicauth",  "httpheaders",   "headerauthorization", "fsazuresas", "sastoken"};

// Only as the last word: `session.token` holds a token, `token.renewal.backoff` is about one.
constexpr absl::string_view kAtEnd[] = {"token", "tokens", "pwd"};

// Right behind such a piece and last: then the value is about the secret, not the secret.
// `aws.credentials.provider` is a class name, `password.file` a path.
constexpr absl::string_view kAboutOne[] = {"provider", "class", "file", "path", "type", "enabled"};

std::string WithoutSeparators(absl::string_view key) {
  std::string out;
  for (char c : key) {
    if (c != '.' && c != '-' && c != '_') out.push_back(absl::ascii_tolower(c));
  }
  return out;
}

bool IsAboutOne(absl::string_view rest) {
  absl::ConsumePrefix(&rest, "s");  // credentials
  return std::find(std::begin(kAboutOne), std::end(kAboutOne), rest) != std::end(kAboutOne);
}

// True when `piece` stands in `name` and what follows does not take it back.
bool HoldsPiece(absl::string_view name, absl::string_view piece) {
  for (size_t at = name.find(piece); at != name.npos; at = name.find(piece, at + 1)) {
    if (!IsAboutOne(name.substr(at + piece.size()))) return true;
  }
  return false;
}

}  // namespace

bool IsNamedLikeSecret(absl::string_view key) {
  const std::string name = WithoutSeparators(key);
  for (absl::string_view word : kAtEnd) {
    if (absl::EndsWith(name, word)) return true;
  }
  for (absl::string_view piece : kAnywhere) {
    if (HoldsPiece(name, piece)) return true;
  }
  return false;
}

}  // namespace pegel::config

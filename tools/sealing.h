// Sealing of whole config values: which part of a value is secret, and under which place.
//
// A secret of map type (security.sasl.plain.credentials) keeps its names in clear and seals each
// value by itself, because append and subtract work by name; every other secret is sealed whole.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/config/value.h"
#include "tools/keyring.h"

namespace pegel::tools {

// Errors (kInvalidArgument): the text is no map, with the reason but without the text.
absl::StatusOr<config::Value> SealValue(const Keyring& keyring, const std::string& key,
                                        const std::string& clear, absl::string_view salt);

// Whether `sealed` opens to exactly what `clear` says: names and their order included.
bool OpensTo(const Keyring& keyring, const std::string& key, const config::Value& sealed,
             const std::string& clear);

// The same secret under the newest key, in the same shape. Errors as Keyring::Open.
absl::StatusOr<config::Value> ResealValue(const Keyring& keyring, const std::string& key,
                                          const config::Value& sealed, absl::string_view salt);

}  // namespace pegel::tools

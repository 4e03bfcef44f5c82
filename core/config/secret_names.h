// Which keys name a secret, told by the name alone: the rule for keys that no table knows, such as
// `datalake.paimon.s3.secret-key` or `security.sasl.listener.name.client.plain.jaas.config`.
#pragma once

#include "absl/strings/string_view.h"

namespace pegel::config {

// Case and the separators `.`, `-`, `_` do not matter: `fs.oss.accessKeySecret` is one. In doubt a
// name is a secret: hiding a harmless value costs less than showing a password.
bool IsNamedLikeSecret(absl::string_view key);

}  // namespace pegel::config

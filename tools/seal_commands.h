// The one gate between clear secrets and the log: whatever enters the line has passed through here.
//
// A refusal here happens before the line: nothing is logged. No error repeats a value.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "core/command.h"
#include "core/config/state.h"
#include "core/error.h"
#include "core/ids.h"
#include "core/principal.h"
#include "tools/keyring.h"

namespace pegel::tools {

// What names a call: the same for a retry, another for each other call.
struct CallName {
  const Principal& principal;
  RequestId request_id;  // Unset: the call cannot be told from others, so nothing repeats.
};

// `command` with its secrets sealed and their clear text wiped; commands without any come back as
// they were. `keyring` null: the server has no key file. Errors: kNoSecretKey; kConfig for a secret
// that is a `${...}` marker or of no right form.
std::variant<Command, Error> SealSecrets(const Keyring* keyring, Command command,
                                         const CallName& call);

// Static configs as they enter a Boot. A seal that `state` holds already is used again when it
// opens to the same text, so that a start with an unchanged file changes nothing. Errors as above.
std::variant<std::map<std::string, config::Value>, Error> SealStatics(
    const Keyring* keyring, const std::map<std::string, std::string>& configs,
    const config::ConfigState& state);

// Every seal that `state` holds, under the newest key. Errors: kNoSecretKey for a seal that no key
// of the ring opens, with its config key and key id.
std::variant<ResealSecrets, Error> ResealAll(const Keyring& keyring,
                                             const config::ConfigState& state,
                                             const CallName& call);

}  // namespace pegel::tools

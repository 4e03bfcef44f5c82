// Command → the CALL that makes it, in canonical form: what audits print. ParseStatement +
// MakeCommand of the text give the command back, except where a secret prints as `******`.
//
// What nobody can CALL prints in the same form under a name of its own:
//   BOOT(name => 'value', …)
//   ALTER_CONFIGS(set => 'key', 'value', reset => 'key', …)   changes of several kinds, by RPC
//   REGISTER_SERVER(id => '0', rack => 'a', address => 'host:port')   by RPC, as the two below
//   SERVER_LOST(id => '0', epoch => '7')
//   UNREGISTER_SERVER(id => '0')
//   RESEAL_SECRETS(static => 'key', …, dynamic => 'key', …)
#pragma once

#include <string>

#include "core/command.h"

namespace pegel::procedures {

std::string ToCallText(const Command& command);

}  // namespace pegel::procedures

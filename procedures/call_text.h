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
//   CREATE_TABLE(table => 'db.t', buckets => '4', replication => '3', partitioned => 'false')
//   DROP_TABLE(table => 'db.t')
//   ADD_PARTITION(table => 'db.t', partition => '2026'), DROP_PARTITION likewise
//   LIST_TABLES()
//   LIST_BUCKETS(table => 'db.t', server => '3', leaderless => 'true', after => '7:3', limit =>
//   '9')
//     without what does not select
//   REPLICA_REPORT(id => '0', epoch => '7', in_sync => '7:3@1/4=0,2', …, size => '7:3=1000', …,
//     leading => '7:3@4', …, stopped => '7:3@5', …, failed => '7:3@4', 'a disk broke', …)
//     with buckets as core/cluster/text.h writes them; @: leader epoch/bucket epoch, or bucket
//     epoch
//   PLAN_CHUNK(rebalance => 'rebalance-17', revision => '1', index => '0',
//     move => '7:3 0,1>2,1 leader 0>2 100 bytes DRAIN', …)   by the server itself, as the two below
//   PLAN_READY(rebalance => 'rebalance-17', revision => '1', chunks => '1', …), or with refusal
//   ADVANCE_MOVES()
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "core/command.h"

namespace pegel::procedures {

std::string ToCallText(const Command& command);

// A text as a CALL has it: in single quotes, its own doubled.
std::string InQuotes(absl::string_view text);

}  // namespace pegel::procedures

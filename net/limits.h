// What a peer may cost us (reliability.md 7.2), each with its reason. pegeld's flags override.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pegel::net {

struct Limits {
  // Legal calls are under 100 KiB (CALL text at most 64 KiB): 10 times that, so that a hostile
  // message is refused before it costs memory.
  size_t message_bytes_max = 1 << 20;
  // Deepest path in net/admin.capnp is under 8; deeper messages only aim at the stack.
  int message_nesting_max = 16;
  // One file descriptor budget.
  size_t connections_max = 1024;
  // Nobody on one address can take all of it.
  size_t connections_per_address_max = 256;
  // Bounds the cost of connection storms; further connections wait in the kernel's queue.
  int accepts_per_second_max = 1000;
  // A peer that connects and sends nothing holds a descriptor for this long.
  int64_t first_message_ms_max = 5'000;
  // Calls of one connection that have no reply yet. Enough to fill a group commit from one client.
  size_t calls_in_flight_max = 1024;
  // Calls, answered or not, that the client has not said it is finished with; every one is
  // remembered. A client is finished when it drops the response, so this is 4 times what it needs
  // when it drops one response for each that it waits for.
  size_t questions_open_max = 4096;
  // Replies that wait for a peer which does not read: cut when this many bytes wait …
  size_t outgoing_bytes_max = 64 << 20;
  // … or when nothing was taken for this long.
  int64_t outgoing_stall_ms_max = 10'000;
  // Subscriptions of one connection: a server needs one, a tool that shows several views a few.
  size_t watches_per_connection_max = 8;
  // What a connection may begin in all. Each can leave a few calls unanswered for as long as the
  // connection lives, and nobody needs so many.
  size_t watches_begun_max = 1000;
  // Subscriptions in all. Each may have a little over 1 MiB under way: half a gigabyte at worst.
  size_t watches_max = 512;
  // Subscribers that rollout remembers, connected or not. Room for all that may be connected, and
  // as many that left.
  size_t subscribers_max = 1024;
  // Registrations of tablet servers that one connection speaks for: one in production, many in a
  // simulated fleet.
  size_t tablet_sessions_per_connection_max = 1024;
  // A batch of changes is answered when it was received, so this is for the network and a busy
  // process, not for applying. As long as replies may lie around.
  int64_t batch_answer_ms_max = 10'000;
  // How often a subscriber that gets nothing hears how far it is.
  int64_t watch_progress_ms = 1'000;
  // History is read for one subscriber at a time. While others wait, it may keep the reader waiting
  // for its answers this long in all.
  int64_t history_stall_ms_max = 30'000;
};

}  // namespace pegel::net

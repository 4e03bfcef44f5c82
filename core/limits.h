// How much one World holds. Part of behaviour 1: changing a number changes what old logs fold to,
// so a new number needs a new behaviour version.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pegel {

// Newest reducer rules that this program knows; a new log starts with them.
inline constexpr uint32_t kBehaviourNewest = 1;

// 10 times what the largest known Fluss installations hold; about 25 MiB of memory.
inline constexpr size_t kAclEntriesMax = 100'000;

// A retry is recognised while its first call is among the newest this many calls that carried a
// request id, and not older than this by log time. An hour outlives any client's retry loop; the
// count bounds memory at about 30 MiB.
inline constexpr size_t kAnsweredRequestsMax = 100'000;
inline constexpr int64_t kAnsweredRequestNanosMax = 3'600'000'000'000;

// One piece of a resource or principal name.
inline constexpr size_t kNameBytesMax = 255;

// A config's value. The longest in use, a list of class name patterns, is about 200 bytes; a map of
// a few hundred users still fits.
inline constexpr size_t kConfigValueBytesMax = 16 * 1024;
// A secret's, sealed: a seal adds 44 bytes to each value, and a map has one for each user.
inline constexpr size_t kConfigSealBytesMax = 4 * kConfigValueBytesMax;

// Keys of the `datalake.` family have no table to be in.
inline constexpr size_t kConfigKeyBytesMax = 255;
// Dynamic entries, and keys that were reset and are still spoken of (core/config/state.h).
inline constexpr size_t kConfigKeysMax = 10'000;
inline constexpr size_t kConfigResetsMax = 10'000;
// Keys and values of all dynamic entries: a reading of all is one reply, and waits for the disk
// whole.
inline constexpr size_t kConfigBytesMax = 4 << 20;

// A refusal is remembered with its request id, so its text is bounded: longer ones end in `…`.
inline constexpr size_t kErrorBytesMax = 1024;

// Tablet servers known at a time, dead ones included: 10 times the largest clusters.
inline constexpr size_t kServersMax = 10'000;

// Fluss's bound for the name of a database or table, and for a partition's value.
inline constexpr size_t kTableNameBytesMax = 200;

// Tables, and buckets of all of them: the clusters that Pegel is made for, twice. About 200 bytes
// of memory for each bucket with three replicas.
inline constexpr size_t kTablesMax = 100'000;
inline constexpr size_t kBucketsMax = 2'000'000;
inline constexpr size_t kReplicasMax = 6'000'000;
// Of one table or partition, whatever `max.bucket.num` says: they are placed in one step.
inline constexpr size_t kBucketsOfPartitionMax = 10'000;
// Of one table, whatever `max.partition.num` says.
inline constexpr size_t kPartitionsOfTableMax = 10'000;
// More copies than that cost more than they save.
inline constexpr size_t kReplicationFactorMax = 16;
// Of all buckets of a table that is dropped in one step; a larger one is dropped by partitions.
inline constexpr size_t kDroppedBucketsMax = 100'000;
// Replicas that servers were told to delete and have not confirmed.
inline constexpr size_t kStopsMax = 2'000'000;

// Items of one report of a tablet server: less than a mebibyte.
inline constexpr size_t kReportItemsMax = 4'096;
// What a server may say about a failure; the rest is cut off.
inline constexpr size_t kFailureReasonBytesMax = 255;

// Buckets in one page of a listing.
inline constexpr size_t kListedBucketsMax = 1'000;

// Rebalances that are remembered, and moves of all of them: one that moves every bucket of the
// largest cluster, and more. The newest is kept whatever it holds.
inline constexpr size_t kRebalancesMax = 100;
inline constexpr size_t kRebalanceMovesMax = 3'000'000;
// Moves in one piece of a plan: less than a mebibyte, and some milliseconds.
inline constexpr size_t kPlanChunkMovesMax = 4'096;
// What a plan says that it cannot reach.
inline constexpr size_t kUnresolvedMax = 100;
// Moves in one reply.
inline constexpr size_t kListedMovesMax = 100'000;
// Steps of moves in one record.
inline constexpr size_t kStepsMax = 1'024;

}  // namespace pegel

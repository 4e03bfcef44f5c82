// What a tablet server says of its replicas, item by item.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cluster/bucket_key.h"
#include "core/cluster/model.h"

namespace pegel::cluster {

// The leader's word on who keeps up with it: these and no others are in sync from now on.
struct InSyncReport {
  BucketKey key;
  int32_t leader_epoch = 0;
  int32_t bucket_epoch = 0;  // Of the bucket as the leader knows it.
  std::vector<ServerId> in_sync;
  bool operator==(const InSyncReport&) const = default;
};

// The leader's word on how large the bucket is. It need not be exact: report it when it changed by
// much, since each is an event in the log.
struct SizeReport {
  BucketKey key;
  int64_t bytes = 0;
  bool operator==(const SizeReport&) const = default;
};

// IMPORTANT: the numbers are stored; they never change.
enum class DoneKind : uint8_t {
  kLeading = 1,  // The server leads, as BecomeLeader asked.
  kStopped = 2,  // The server holds nothing of the replica any more, as StopReplica asked.
};
inline constexpr DoneKind kLastDoneKind = DoneKind::kStopped;

struct DoneReport {
  BucketKey key;
  int32_t bucket_epoch = 0;  // Of the task.
  DoneKind kind = DoneKind::kLeading;
  bool operator==(const DoneReport&) const = default;
};

// The server cannot serve this replica (a broken disk, say).
struct FailedReport {
  BucketKey key;
  int32_t bucket_epoch = 0;  // Of the task.
  std::string reason;        // For people.
  bool operator==(const FailedReport&) const = default;
};

// IMPORTANT: the numbers are part of effect hashes; they never change.
enum class ReportPart : uint8_t { kInSync = 1, kSize = 2, kDone = 3, kFailed = 4 };

}  // namespace pegel::cluster

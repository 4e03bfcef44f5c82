#include "core/error.h"

namespace pegel {

absl::string_view ErrorName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnknownServerError:
      return "UNKNOWN_SERVER_ERROR";
    case ErrorCode::kTableNotExist:
      return "TABLE_NOT_EXIST";
    case ErrorCode::kTableAlreadyExist:
      return "TABLE_ALREADY_EXIST";
    case ErrorCode::kNotLeaderOrFollower:
      return "NOT_LEADER_OR_FOLLOWER";
    case ErrorCode::kInvalidTable:
      return "INVALID_TABLE_EXCEPTION";
    case ErrorCode::kInvalidDatabase:
      return "INVALID_DATABASE_EXCEPTION";
    case ErrorCode::kInvalidReplicationFactor:
      return "INVALID_REPLICATION_FACTOR";
    case ErrorCode::kUnknownTableOrBucket:
      return "UNKNOWN_TABLE_OR_BUCKET_EXCEPTION";
    case ErrorCode::kInvalidUpdateVersion:
      return "INVALID_UPDATE_VERSION_EXCEPTION";
    case ErrorCode::kFencedLeaderEpoch:
      return "FENCED_LEADER_EPOCH_EXCEPTION";
    case ErrorCode::kPartitionNotExists:
      return "PARTITION_NOT_EXISTS";
    case ErrorCode::kTableNotPartitioned:
      return "TABLE_NOT_PARTITIONED_EXCEPTION";
    case ErrorCode::kPartitionAlreadyExists:
      return "PARTITION_ALREADY_EXISTS";
    case ErrorCode::kPartitionSpecInvalid:
      return "PARTITION_SPEC_INVALID_EXCEPTION";
    case ErrorCode::kPartitionMaxNum:
      return "PARTITION_MAX_NUM_EXCEPTION";
    case ErrorCode::kAuthorization:
      return "AUTHORIZATION_EXCEPTION";
    case ErrorCode::kBucketMaxNum:
      return "BUCKET_MAX_NUM_EXCEPTION";
    case ErrorCode::kIneligibleReplica:
      return "INELIGIBLE_REPLICA_EXCEPTION";
    case ErrorCode::kServerNotExist:
      return "SERVER_NOT_EXIST_EXCEPTION";
    case ErrorCode::kServerTagAlreadyExist:
      return "SEVER_TAG_ALREADY_EXIST_EXCEPTION";  // Fluss's spelling; scripts match it.
    case ErrorCode::kServerTagNotExist:
      return "SEVER_TAG_NOT_EXIST_EXCEPTION";
    case ErrorCode::kRebalanceFailure:
      return "REBALANCE_FAILURE_EXCEPTION";
    case ErrorCode::kNoRebalanceInProgress:
      return "NO_REBALANCE_IN_PROGRESS_EXCEPTION";
    case ErrorCode::kConfig:
      return "CONFIG_EXCEPTION";
    case ErrorCode::kSyntax:
      return "SYNTAX_ERROR";
    case ErrorCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case ErrorCode::kProcedureNotExist:
      return "PROCEDURE_NOT_EXIST";
    case ErrorCode::kOverloaded:
      return "OVERLOADED";
    case ErrorCode::kLimitExceeded:
      return "LIMIT_EXCEEDED";
    case ErrorCode::kRequestIdReused:
      return "REQUEST_ID_REUSED";
    case ErrorCode::kNoSecretKey:
      return "NO_SECRET_KEY";
    case ErrorCode::kServerFenced:
      return "SERVER_FENCED";
    case ErrorCode::kServerIsLive:
      return "SERVER_IS_LIVE";
    case ErrorCode::kServerHoldsReplicas:
      return "SERVER_HOLDS_REPLICAS";
    case ErrorCode::kRebalanceFinished:
      return "REBALANCE_FINISHED";
    case ErrorCode::kWatchTooSlow:
      return "WATCH_TOO_SLOW";
    case ErrorCode::kWatchReplaced:
      return "WATCH_REPLACED";
    case ErrorCode::kServerLost:
      return "SERVER_LOST";
    case ErrorCode::kWritesStopped:
      return "WRITES_STOPPED";
    case ErrorCode::kSnapshotFailed:
      return "SNAPSHOT_FAILED";
  }
  return "UNKNOWN";
}

}  // namespace pegel

# The durable form of a record. log/record_codec.h is its only reader and writer.
#
# Rules, for ever: a field keeps its number and its meaning; new fields take the next number; nothing
# is removed. A new command is a new member at the end of the union `command`. A change that an older
# version must not overlook raises `format`, because an older version refuses a format that it does
# not know, but reads past a field that it does not know.

@0x88755afb0b747049;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("pegel::log::schema");

struct Record {
  format @0 :UInt16;         # 1. Any other number is refused.
  lsn @1 :UInt64;            # Dense, from 1. The key in RocksDB repeats the lsn of a group's first.
  timeNanos @2 :Int64;       # Since 1970; stamped once, never less than in the record before.
  principal @3 :Principal;   # Who called.
  host @4 :Text;             # From which address, as text; empty for the server itself.
  requestIdHigh @5 :UInt64;  # Both halves 0: the caller gave none.
  requestIdLow @6 :UInt64;
  previousHash @7 :Data;     # 32 bytes: SHA-256 of the whole record before; record 1 holds zeros.
  effectHash @8 :Data;       # 32 bytes: SHA-256 of the outcome and events that the fold produced.

  command :union {
    boot @9 :Boot;           # What CommandKind in core/command.h calls 1,
    addAcl @10 :AclEntry;    # 10,
    dropAcl @11 :AclFilter;  # 11,
    listAcl @12 :AclFilter;  # 12,
    alterConfigs @13 :List(ConfigChange);  # 20,
    getConfigs @14 :List(Text);            # 21
    resealSecrets @15 :ResealSecrets;      # 22,
    registerServer @16 :RegisterServer;    # 30,
    serverLost @17 :ServerLost;            # 31,
    unregisterServer @18 :Int32;           # 32: the id,
    addServerTag @19 :ServerTagging;       # 33,
    removeServerTag @20 :ServerTagging;    # 34,
    listServers @21 :Void;                 # 35
    listServerTags @22 :Void;              # 36,
    createTable @23 :CreateTable;          # 40,
    dropTable @24 :TablePath;              # 41,
    addPartition @25 :PartitionName;       # 42,
    dropPartition @26 :PartitionName;      # 43,
    listTables @27 :Void;                  # 44,
    listBuckets @28 :ListBuckets;          # 45
    replicaReport @29 :ReplicaReport;      # 46,
    startRebalance @30 :List(UInt8);       # 50: the goals, rebalance::Goal each,
    cancelRebalance @31 :RebalanceName;    # 51,
    pauseRebalance @32 :RebalanceName;     # 52,
    resumeRebalance @33 :RebalanceName;    # 53,
    listRebalance @34 :ListRebalance;      # 54,
    listRebalances @35 :Void;              # 55,
    planRebalance @36 :List(UInt8);        # 56: the goals,
    planChunk @37 :PlanChunk;              # 57,
    planReady @38 :PlanReady;              # 58,
    advanceMoves @39 :Void;                # and 59.
  }
}

struct Boot {
  clusterId @0 :Text;
  behaviour @1 :UInt32;
  staticConfigs @2 :List(Config);  # Keys strictly ascending, so that equal maps have equal bytes.
}

struct Config {
  key @0 :Text;
  value @1 :ConfigValue;
}

struct ConfigValue {
  union {
    null @0 :Void;       # Only in a change.
    text @1 :Text;
    sealed @2 :Sealed;   # A secret: nothing that reads a log can open it.
    sealedMap @3 :List(SealedEntry);
  }
}

struct Sealed {
  keyId @0 :Text;  # Which key sealed it: 16 digits, 0 to f.
  box @1 :Data;    # 12 bytes nonce, ciphertext, 16 bytes tag (AES-256-GCM).
}

struct SealedEntry {
  name @0 :Text;   # In clear; no name twice.
  value @1 :Sealed;
}

struct ConfigChange {
  op @0 :UInt8;  # config::Op, 0 to 3.
  key @1 :Text;
  value @2 :ConfigValue;
}

struct ResealSecrets {
  statics @0 :List(Config);   # Both with keys strictly ascending.
  dynamics @1 :List(Config);
}

struct RegisterServer {
  id @0 :Int32;      # At least 0 where it was accepted, as every id of a server.
  rack @1 :Text;     # May be empty.
  address @2 :Text;
}

struct ServerLost {
  id @0 :Int32;
  epoch @1 :UInt64;  # Lsn of the registration that is over.
}

struct ServerSelector {
  union {
    id @0 :Int32;
    rack @1 :Text;   # Not empty.
  }
}

struct ServerTagging {
  selectors @0 :List(ServerSelector);
  tag @1 :UInt8;     # cluster::ServerTag, 0 or 1.
}

struct TablePath {
  database @0 :Text;
  table @1 :Text;
}

struct CreateTable {
  path @0 :TablePath;
  bucketCount @1 :Int32;
  replicationFactor @2 :Int32;
  isPartitioned @3 :Bool;
}

struct PartitionName {
  path @0 :TablePath;
  name @1 :Text;
}

struct BucketKey {
  table @0 :Int64;           # Lsn of the record that made it; a partition's likewise.
  partition @1 :Int64 = -1;  # -1: the table has none.
  bucket @2 :Int32;          # From 0.
}

# What is set selects.
struct ListBuckets {
  path :union {
    all @0 :Void;
    equal @1 :TablePath;
  }
  server :union {
    all @2 :Void;
    equal @3 :Int32;
  }
  onlyLeaderless @4 :Bool;
  after :union {
    none @5 :Void;
    key @6 :BucketKey;
  }
  limit @7 :Int32;
}

struct ReplicaReport {
  id @0 :Int32;
  epoch @1 :UInt64;          # Lsn of the registration that reports.
  inSync @2 :List(InSync);
  sizes @3 :List(Size);
  done @4 :List(Done);
  failed @5 :List(Failed);

  struct InSync {
    key @0 :BucketKey;
    leaderEpoch @1 :Int32;
    bucketEpoch @2 :Int32;
    inSync @3 :List(Int32);
  }

  struct Size {
    key @0 :BucketKey;
    bytes @1 :Int64;
  }

  struct Done {
    key @0 :BucketKey;
    bucketEpoch @1 :Int32;
    kind @2 :UInt8;          # cluster::DoneKind, 1 or 2.
  }

  struct Failed {
    key @0 :BucketKey;
    bucketEpoch @1 :Int32;
    reason @2 :Text;
  }
}

struct RebalanceName {
  union {
    newest @0 :Void;
    id @1 :Text;             # As it was given; it may name none.
  }
}

struct ListRebalance {
  which @0 :RebalanceName;
  onlyActive @1 :Bool;
}

struct PlannedMove {
  key @0 :BucketKey;
  leader @1 :Int32;          # -1: there was none.
  newLeader @2 :Int32;
  origin @3 :List(Int32);
  target @4 :List(Int32);
  bytes @5 :Int64;
  urgency @6 :UInt8;         # moves::Urgency, 0 to 4.
}

struct PlanChunk {
  rebalance @0 :UInt64;      # Its lsn.
  revision @1 :Int32;
  index @2 :UInt32;
  moves @3 :List(PlannedMove);
}

struct PlanReady {
  rebalance @0 :UInt64;
  revision @1 :Int32;
  chunks @2 :UInt32;
  moves @3 :Int64;           # This and what follows: moves::PlanSummary.
  lowerBound @4 :Int64;
  isOptimal @5 :Bool;
  leaderChanges @6 :Int64;
  bytes @7 :Int64;
  unresolved @8 :List(Text);
  refusal :union {
    none @9 :Void;
    text @10 :Text;
  }
}

struct Principal {
  type @0 :Text;  # Such as `User`.
  name @1 :Text;
}

struct Resource {
  database @0 :Text;  # Both empty: the cluster.
  table @1 :Text;     # Empty: a database.
}

struct Host {
  union {
    any @0 :Void;
    block :group {
      address @1 :Data;      # 16 bytes: IPv6; IPv4 in its mapped form ::ffff:a.b.c.d.
      prefixBits @2 :UInt8;  # 0 to 128. Bits behind the prefix are zero.
    }
  }
}

struct AclEntry {
  resource @0 :Resource;
  principal @1 :Principal;
  host @2 :Host;
  operation @3 :UInt8;   # acl::Operation, 1 to 9.
  permission @4 :UInt8;  # acl::Permission, 1 or 2.
}

# Each part selects all entries, or those whose field is equal.
struct AclFilter {
  resource :union {
    all @0 :Void;
    equal @1 :Resource;
  }
  principal :union {
    all @2 :Void;
    equal @3 :Principal;
  }
  host :union {
    all @4 :Void;
    equal @5 :Host;
  }
  operation :union {
    all @6 :Void;
    equal @7 :UInt8;
  }
  permission :union {
    all @8 :Void;
    equal @9 :UInt8;
  }
}

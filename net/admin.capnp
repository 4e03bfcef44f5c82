@0xf0ac75ec9ec7e1c6;

# What a program can ask of a Pegel server: the API reference.
#
# How to talk to it. Connect by TCP, speak Cap'n Proto RPC (two-party), ask for the bootstrap
# interface, which is `Pegel`, and get an `Admin` from it. With promise pipelining none of that
# costs a round trip of its own. Many calls may be under way on one connection; each is answered as
# soon as its record is on disk, and records stand in the log in the order in which the calls of a
# connection were sent.
#
# Two kinds of "no".
#   Refusals   An answer: `error` in the reply, with Fluss's code and text where Fluss has the
#              condition. The same call would be refused again. With a receipt the refusal itself is
#              in the log; without one, nothing was logged.
#   Exceptions RPC exceptions, when the server cannot answer:
#                OVERLOADED    Too many calls under way, on this connection or in the server.
#                              Nothing was logged: send the same call again, later.
#                DISCONNECTED  The connection ended or the server stops. The call may or may not be
#                              in the log: connect again and send it with the same request id.
#                FAILED        The peer broke a limit or the protocol; the text says which. A retry
#                              does not help.
#                UNIMPLEMENTED This server is older than the method.
#
# Exactly once. A call that changes something may carry a request id: 128 bits, chosen at random by
# the client, new for each call and the same for each retry of it. The server remembers the answers
# of the last ids of every principal (count and time bounded, also over restarts) and gives a retry
# the stored answer and receipt instead of doing the work twice. An id that comes back with another
# call is refused (REQUEST_ID_REUSED). Reads need no id: repeating them is harmless.
#
# Receipts. The lsn and chain hash of the record of a call: keep them, and any later copy of the log
# can be checked against them. A call that is answered without a record of its own carries the
# receipt of the last record that it saw, or none when it never reached the log.
#
# Limits (the operator can change them; `Limits` of the server): 1 MiB and 16 levels a message,
# 64 KiB a statement; a connection 1,024 calls under way, 4,096 calls whose response the client has
# not dropped yet, and 64 MiB of replies not yet taken; 1,024 connections, 256 of them from one
# address. A peer that sends no message within 5 seconds, or does not take its replies for 10, is
# cut. A connection beyond the limits is closed at once.
#
# Evolution. Fields and methods are only added. A client that meets an enumerant or union member it
# does not know talks to a newer server and must not guess.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("pegel::net::wire");

interface Pegel {
  # The bootstrap interface: what anybody who can connect may hold. Authentication will be methods
  # of this interface; until then everyone is `User:ANONYMOUS` and servers listen on loopback only.

  admin @0 () -> (admin :Admin);
  # The administrator's interface, for the caller that this connection belongs to. The same
  # capability each time.

  tablet @1 () -> (tablet :Tablet);
  # The interface for tablet servers, for the same caller. The same capability each time.
}

interface Admin {
  call @0 (statement :Text, requestId :RequestId, line :UInt32 = 1, column :UInt32 = 1)
      -> (reply :TableReply);
  # Runs one statement: CALL of any procedure, SHOW PROCEDURES, USE [CATALOG] name. A `;` behind it
  # is allowed. `line` and `column` (from 1) say where its first character stands in the script that
  # it comes from, so that errors point into the script. SHOW PROCEDURES and USE are answered
  # without a record; USE accepts any name and changes nothing, since there is one catalog.
  #
  # Refusals besides those of the procedure: SYNTAX_ERROR and PROCEDURE_NOT_EXIST and
  # INVALID_ARGUMENT, all with line and column, all before anything is logged.

  addAcl @1 (entry :AclEntry, requestId :RequestId) -> (reply :ChangeReply);
  # Adds one entry. Succeeds and changes nothing when it is there already. Needs ALL on the resource
  # (of a table: on its database).

  dropAcl @2 (filter :AclFilter, requestId :RequestId) -> (reply :ChangeReply);
  # Removes every entry that the filter selects, also when that is none. Needs ALL on the resource
  # of each. All five fields count: an empty host means ANY host here, while the procedure
  # `sys.drop_acl` without a host means host `*`.

  listAcl @3 (filter :AclFilter) -> (reply :AclReply);
  # The entries that the filter selects and whose resource the caller may DESCRIBE, ordered by
  # resource, principal, host, operation, permission.

  status @4 () -> (status :Status);
  # How the server stands. Answered when all that it speaks of is durable.

  alterConfigs @5 (changes :List(ConfigChange), requestId :RequestId) -> (reply :ChangeReply);
  # Changes cluster configs: all changes in the order given, or none. A later change sees the
  # earlier ones. Needs ALTER on the cluster. What is accepted is in force once it is in the log.
  #
  # Refused before anything is logged, as INVALID_ARGUMENT with the index of the change: no changes,
  # more than 512, or more than 64 KiB of keys and values in all; a key that is empty or blank; a
  # value where none belongs, or none where one does; text that is not UTF-8 or holds a NUL; an `op`
  # that this server does not know. Refused by the rules for configs: CONFIG_EXCEPTION, and for a
  # secret on a server without a key file NO_SECRET_KEY.

  getConfigs @6 (keys :List(Text)) -> (reply :ConfigReply);
  # The configs with these keys, or, without keys, all that are set, sorted by key. A key that no
  # one knows is left out; one that is known and not set comes with its default. Needs DESCRIBE on
  # the cluster. At most 1,024 keys of 64 KiB in all.

  watch @7 (fromLsn :UInt64, filter :WatchFilter, name :Text, sink :ChangeSink)
      -> (reply :WatchReply);
  # Subscribes to changes: the sink gets every durable change that the filter selects with an lsn of
  # at least `fromLsn`, in lsn order, none twice and none left out, the changes of one record
  # together. 0 or 1: all history. With a larger one the subscriber says that it has applied all
  # before it.
  #
  # `name` is how `rollout` calls the subscriber: 1 to 255 printable ASCII characters, and the same
  # after a restart. A second subscription of a principal under one name ends the first.
  #
  # A subscriber that missed something (a broken connection, an end that may be resumed) subscribes
  # again with the `through` of the last batch that it applied, plus one. Nothing that is in the log
  # is ever too old.
  #
  # Needs DESCRIBE on the cluster, now and as long as the subscription lasts. Refusals:
  # AUTHORIZATION_EXCEPTION; INVALID_ARGUMENT for the name, and for a `fromLsn` beyond the end of the
  # log plus one (this server then knows less than the subscriber has seen). Nothing is logged.
  # Exception OVERLOADED: too many subscriptions, of this connection (8) or in all (512).

  rollout @8 (key :Text) -> (reply :RolloutReply);
  # Which subscribers have applied the last change of a config key. Tells only of those whose filter
  # selects the key. Needs DESCRIBE on the cluster. Nothing is logged.

  settings @9 () -> (reply :SettingsReply);
  # What the server was started with: each setting of its own, then each static config, with where
  # it came from. Secrets are masked. Needs DESCRIBE on the cluster. Nothing is logged.

  resealSecrets @10 (requestId :RequestId) -> (reply :ChangeReply);
  # Makes the server read its key file again and seal every secret it holds under the newest key, so
  # that older keys are needed no more. Needs ALTER on the cluster. NO_SECRET_KEY: the server has no
  # key file, or it cannot be read, or lacks the key of a seal; nothing is logged then.

  unregisterServer @11 (id :Int32, requestId :RequestId) -> (reply :ChangeReply);
  # Forgets a tablet server that is dead and will not come back, its tag included. Needs ALTER on the
  # cluster. SERVER_NOT_EXIST_EXCEPTION: there is none of this id. SERVER_IS_LIVE: stop it first.
  # SERVER_HOLDS_REPLICAS: move them away or drop their tables first.

  createTable @12 (path :TablePath, buckets :Int32, replicationFactor :Int32, isPartitioned :Bool,
                   requestId :RequestId) -> (reply :ChangeReply);
  # Makes a table and places its buckets on live, untagged servers: each bucket's replicas on as many
  # racks as there are, the new replicas and leaders of all servers within one of each other. The
  # receipt's lsn is the table's id. A partitioned table begins without buckets. Needs CREATE on the
  # database.
  #
  # TABLE_ALREADY_EXIST, INVALID_TABLE_EXCEPTION and INVALID_DATABASE_EXCEPTION (names),
  # INVALID_REPLICATION_FACTOR (it says how many servers are eligible), BUCKET_MAX_NUM_EXCEPTION.

  dropTable @13 (path :TablePath, requestId :RequestId) -> (reply :ChangeReply);
  # Drops a table with all its partitions; its servers are told to delete their replicas. Needs
  # DELETE on the table. TABLE_NOT_EXIST.

  addPartition @14 (path :TablePath, name :Text, requestId :RequestId) -> (reply :ChangeReply);
  # Adds a partition with as many buckets as the table says, placed as those of a table. The
  # receipt's lsn is its id. Needs WRITE on the table. PARTITION_ALREADY_EXISTS,
  # TABLE_NOT_PARTITIONED_EXCEPTION, PARTITION_SPEC_INVALID_EXCEPTION, PARTITION_MAX_NUM_EXCEPTION.

  dropPartition @15 (path :TablePath, name :Text, requestId :RequestId) -> (reply :ChangeReply);
  # Drops one partition, as dropTable does. Needs WRITE on the table. PARTITION_NOT_EXISTS.

  listTables @16 () -> (reply :TablesReply);
  # All tables by path. Needs DESCRIBE on the cluster.

  listBuckets @17 (filter :BucketFilter, after :BucketKey, limit :Int32 = 1000)
      -> (reply :BucketsReply);
  # A page of the buckets that the filter selects, in the order of their keys: those behind `after`
  # (null: from the first), at most `limit` (1 to 1,000). Each page is as of its own receipt. Needs
  # DESCRIBE on the cluster.

  takeSnapshot @18 () -> (reply :SavedReply);
  # Writes a snapshot of the state with all that is durable now, and answers when it was read back
  # from disk. The line goes on meanwhile. Needs ALTER on the cluster. SNAPSHOT_FAILED: it could not
  # be written or read back; the older ones are as they were. Nothing is logged.

  ping @19 () -> ();
  # Answers at once: the server's loop runs. Nothing is read and nothing is logged.

  batch @20 (calls :List(StatementCall)) -> (replies :List(TableReply));
  # Many statements in one message, for who has many changes and wants to pay for one message only.
  # Each is what `call` would make of it: a record of its own, with its own refusal, in this order;
  # no statement waits for another's outcome. The replies, in the same order, come when all records
  # are on disk. They count as so many calls under way, of which a connection may have 1,024; with one
  # more the whole batch is OVERLOADED, and nothing of it is logged.
  #
  # After another OVERLOADED or DISCONNECTED some may be in the log and others not: send all again with
  # the same request ids.
}

struct StatementCall {
  # The arguments of `call`.
  statement @0 :Text;
  requestId @1 :RequestId;
  line @2 :UInt32 = 1;
  column @3 :UInt32 = 1;
}

struct RequestId {
  # 128 bits. Absent or all zero: the call carries none and cannot be recognised when repeated.
  high @0 :UInt64;
  low @1 :UInt64;
}

struct Receipt {
  lsn @0 :UInt64;   # Position in the log, from 1. 0: nothing was logged for this call.
  chain @1 :Data;   # 32 bytes: SHA-256 over the log up to and including that record.
}

struct Error {
  code @0 :Int32;     # Fluss's number, or ours from 1000 on; it never changes its meaning.
  name @1 :Text;      # The same as a word: AUTHORIZATION_EXCEPTION, SYNTAX_ERROR, …
  message @2 :Text;   # For people: what, where, found and expected.
}

struct TableReply {
  receipt @0 :Receipt;
  union {
    table @1 :Table;
    error @2 :Error;
  }
}

struct Table {
  columns @0 :List(Text);
  rows @1 :List(Row);

  struct Row {
    values @0 :List(Value);   # As many as there are columns.
  }

  struct Value {
    union {
      null @0 :Void;
      text @1 :Text;
    }
  }
}

struct ChangeReply {
  receipt @0 :Receipt;
  union {
    done @1 :Void;
    error @2 :Error;
  }
}

struct AclReply {
  receipt @0 :Receipt;
  union {
    entries @1 :List(AclEntry);
    error @2 :Error;
  }
}

struct SettingsReply {
  union {
    settings @0 :List(Setting);
    error @1 :Error;
  }
}

struct SavedReply {
  union {
    saved @0 :Saved;
    error @1 :Error;
  }
}

struct Saved {
  # The state at one lsn, safe on disk.
  lsn @0 :UInt64;
  bytes @1 :UInt64;      # On disk.
  chain @2 :Data;        # 32 bytes: chain hash of the record of that lsn.
  digest @3 :Data;       # 32 bytes: of the state there.
}

struct Setting {
  key @0 :Text;
  value @1 :Text;    # As it was given; `******` for a secret.
  source @2 :Text;   # `server.yaml:3`, `flag --listen`, `flag -D`, `default`. For people.
}

# ---- tables ----

struct TablesReply {
  receipt @0 :Receipt;
  union {
    tables @1 :List(TableInfo);
    error @2 :Error;
  }
}

struct TableInfo {
  id @0 :Int64;
  path @1 :TablePath;
  buckets @2 :Int32;          # Of the table, or of each partition.
  replicationFactor @3 :Int32;
  isPartitioned @4 :Bool;
  partitions @5 :Int32;
}

struct BucketFilter {
  # What is not given does not select.
  table @0 :TablePath;        # Null: of all tables.
  server :union {
    any @1 :Void;
    holding @2 :Int32;        # Of which this server has a replica.
  }
  onlyLeaderless @3 :Bool;
}

struct BucketsReply {
  receipt @0 :Receipt;
  union {
    page @1 :BucketPage;
    error @2 :Error;
  }
}

struct BucketPage {
  buckets @0 :List(BucketInfo);
  isLast @1 :Bool;            # False: ask again with `after` set to the last key.
}

struct BucketInfo {
  key @0 :BucketKey;
  path @1 :TablePath;
  partition @2 :Text;         # Its name; empty: the table has none.
  replicas @3 :List(Replica); # In order: the first is the preferred leader.
  leader @4 :Int32 = -1;      # -1: leaderless, since no replica in sync is live.
  leaderEpoch @5 :Int32;
  bucketEpoch @6 :Int32;
  bytes @7 :Int64;            # As the leader last said.
}

enum Permission {
  any @0;     # Filters only.
  allow @1;
  deny @2;
}

enum Operation {
  any @0;     # Filters only.
  all @1;
  read @2;
  write @3;
  create @4;
  delete @5;
  alter @6;
  describe @7;
  clusterAction @8;
  idempotentWrite @9;
}

struct AclEntry {
  # One rule. A value that cannot be stored, `any` and the text ANY included, is INVALID_ARGUMENT.
  resource @0 :Text;      # `cluster`, `cluster.db`, `cluster.db.table`; read without `cluster.` too.
  principal @1 :Text;     # `User:Alice`; `User:*`: every user; `*:*` or `ALL`: everyone.
  host @2 :Text = "*";    # `*`, an IP address, or a block such as `10.0.0.0/8`.
  operation @3 :Operation;
  permission @4 :Permission;
}

struct AclFilter {
  # Selects the entries that are equal in every field given. An empty text, the text ANY in any
  # case, and the enumerant `any` select all. Wildcards are literal: resource `*` selects only
  # entries on `*`.
  resource @0 :Text;
  principal @1 :Text;
  host @2 :Text;
  operation @3 :Operation;
  permission @4 :Permission;
}

struct ConfigChange {
  # One step. Blanks around the key do not count; the value is taken as it is.
  op @0 :Op;
  key @1 :Text;
  value :union {
    unset @2 :Void;   # For `reset`, and only for it.
    null @3 :Void;    # Only for `set`: the option falls to its default, also when server.yaml has
                      # a value for it.
    text @4 :Text;    # A secret too: the server seals it before it is logged.
  }

  enum Op {
    set @0;        # From now on this value.
    reset @1;      # Takes the value back that was set: server.yaml's holds again, or the default.
    append @2;     # Adds an item to a list, or `name:value` to a map.
    subtract @3;   # Removes an item from a list, or a name from a map, written as `name:value`.
  }
}

struct ConfigReply {
  receipt @0 :Receipt;
  union {
    entries @1 :List(ConfigEntry);
    error @2 :Error;
  }
}

enum ConfigSource {
  unknown @0;    # Never sent.
  dynamic @1;    # Set while the cluster runs; also when the value equals the one of server.yaml.
  static @2;     # From server.yaml.
  default @3;    # Set nowhere: the option's default.
}

struct ConfigEntry {
  key @0 :Text;
  value :union {
    null @1 :Void;     # Explicitly unset, or a default that is nothing.
    text @2 :Text;     # As it was given: `200MB` stays `200MB`.
    secret @3 :Text;   # Masked: `******`, or `root:******,guest:******`. Secrets never leave the
                       # server.
  }
  source @4 :ConfigSource;
}

struct Status {
  clusterId @0 :Text;          # Chosen when the log was created, never changed.
  behaviour @1 :UInt32;        # Number of the rules in force.
  authorizerEnabled @2 :Bool;  # False: everyone may do everything.
  lsnDurable @3 :UInt64;       # Last record on disk.
  lsnApplied @4 :UInt64;       # Last record folded into the state.
  chain @5 :Data;              # 32 bytes: chain hash of lsnDurable.
  digest @6 :Data;             # 32 bytes: SHA-256 of the state at lsnApplied.
  aclEntries @7 :UInt64;
  answeredRequests @8 :UInt64; # Request ids whose answers are remembered.
  staticConfigs @9 :UInt64;
  dynamicConfigs @10 :UInt64;  # Explicit nulls included.
  version @11 :Text;           # Of the server's program.
  lsnSnapshot @12 :UInt64;     # Of the newest snapshot that was verified on disk; 0: none.
  snapshotAgeMillis @13 :UInt64;  # Since its last record was stamped.
  alarms @14 :List(Alarm);     # What an operator has to look at; empty: nothing.
  lsnFirst @15 :UInt64;        # First record of the log; more than 1 when it was trimmed.
}

struct Alarm {
  name @0 :Text;   # In capitals: DIVERGED. Never changes its meaning.
  text @1 :Text;   # For people: what, where, and what to do.
}

# ---- tablet servers ----

interface Tablet {
  # What a tablet server, or somebody who speaks for several, asks of Pegel. Needs CLUSTER_ACTION on
  # the cluster, for every call.
  #
  # A registration is an epoch of a server id; the newest epoch is the server, every older one is
  # fenced. A registration is live while it holds a lease, which each heartbeat renews in full. When
  # the lease runs out, Pegel logs that the server is lost, and that registration never lives again:
  # register anew. Heartbeats are not logged. A restart of Pegel gives every live server a new, full
  # lease.
  #
  # What a server has to do comes as tasks to its sink: first all that it should be doing, then what
  # changes, each as soon as it is on disk. A task says how one replica should be. It may come again
  # at any time (after a resume, a restart of Pegel); a server that does it already has nothing to
  # do, and ignores one with an older bucketEpoch than it knows for the bucket. Nothing is kept for a
  # server that does not listen: all it needs comes with its next register or resume.

  registerServer @0 (id :Int32, rack :Text, address :Text, requestId :RequestId, sink :TaskSink)
      -> (reply :RegisterReply);
  # Registers a server; a live registration of the same id is taken over. Send the request id again
  # when the connection breaks before the answer. `sink` may be null: no tasks then.

  resume @1 (id :Int32, epoch :UInt64, sink :TaskSink) -> (reply :ResumeReply);
  # A session of a registration that was made on another connection, or whose tasks were ended.
  # Renews the lease, and all tasks come again. Nothing is logged. Refusals: those of `heartbeat`.
  #
  # `registerServer` and `resume` when the connection has 1,024 sessions already: exception OVERLOADED.
}

interface TabletSession {
  # One registration. Dropping it, or losing the connection, ends nothing: the lease runs on.

  heartbeat @0 () -> (reply :HeartbeatReply);
  # Renews the lease. Refusals: SERVER_FENCED, another registration of this id is in force: stop.
  # SERVER_LOST, this registration is dead: register again. SERVER_NOT_EXIST_EXCEPTION, the id was
  # unregistered. AUTHORIZATION_EXCEPTION.

  leave @1 (requestId :RequestId) -> (reply :ChangeReply);
  # The server stops: it is dead at once, not only when its lease has run out.

  report @2 (report :ReplicaReport) -> (reply :ReportReply);
  # What has become of its replicas. Each item is judged by itself; one that is stale or wrong is
  # refused and the others count. Saying a thing again does no harm, so there is no request id.
  # Refusals of the whole: those of `heartbeat`; INVALID_ARGUMENT, more than 4,096 items or a reason
  # that is no text.
}

interface TaskSink {
  # What a tablet server implements. The server calls.

  perform @0 (tasks :List(Task)) -> ();
  # At most 500 tasks, at most one for a bucket. Answer when they are received, not when they are
  # done: what is done or failed is reported. The server sends on while less than 2 batches are
  # unanswered; of two tasks for one bucket that wait meanwhile only the newer is sent. A batch that
  # is not answered within 10 seconds ends the tasks of this session: `heartbeat` then says
  # `mustResume`.
}

struct Task {
  key @0 :BucketKey;
  bucketEpoch @1 :Int32;
  leaderEpoch @2 :Int32;              # 0 for stopReplica.
  replicas @3 :List(Replica);         # All of the bucket, in order of preference.
  union {
    becomeLeader @4 :Void;            # Lead under leaderEpoch; report who is in sync, and the size.
    fetchFrom :group {
      leader @5 :Int32;               # Follow this server, under leaderEpoch.
      address @6 :Text;               # `host:port`, as it registered.
    }
    awaitLeader @7 :Void;             # Nobody leads: keep the replica and wait.
    stopReplica @8 :Void;             # Delete the replica, and report it as stopped.
  }
}

struct ReplicaReport {
  inSync @0 :List(InSync);
  sizes @1 :List(Size);
  done @2 :List(Done);
  failed @3 :List(Failed);

  struct InSync {
    # The leader's word: these servers and no others are in sync.
    # FENCED_LEADER_EPOCH_EXCEPTION, INVALID_UPDATE_VERSION_EXCEPTION: an epoch is stale, a newer task
    # is on its way. NOT_LEADER_OR_FOLLOWER, INELIGIBLE_REPLICA_EXCEPTION (not a live replica),
    # UNKNOWN_TABLE_OR_BUCKET_EXCEPTION.
    key @0 :BucketKey;
    leaderEpoch @1 :Int32;
    bucketEpoch @2 :Int32;
    servers @3 :List(Int32);
  }
  struct Size {
    # The leader's word. Each is an event in the log: report it when it has changed by much.
    key @0 :BucketKey;
    bytes @1 :Int64;
  }
  struct Done {
    key @0 :BucketKey;
    bucketEpoch @1 :Int32;            # Of the task.
    what @2 :What;
    enum What {
      leading @0;                     # As becomeLeader asked.
      stopped @1;                     # As stopReplica asked: nothing of it is left.
    }
  }
  struct Failed {
    # The server cannot serve this replica.
    key @0 :BucketKey;
    bucketEpoch @1 :Int32;
    reason @2 :Text;                  # For people; its first 255 bytes are kept.
  }
}

struct ReportReply {
  receipt @0 :Receipt;
  union {
    refusals @1 :List(ReportRefusal); # Every other item was taken.
    error @2 :Error;
  }
}

struct ReportRefusal {
  part @0 :Part;
  index @1 :UInt32;                   # In its list.
  error @2 :Error;
  enum Part {
    inSync @0;
    size @1;
    done @2;
    failed @3;
  }
}

struct RegisterReply {
  receipt @0 :Receipt;
  union {
    registered :group {
      epoch @1 :UInt64;          # To resume with.
      leaseMillis @2 :UInt64;    # From the moment when this was answered.
      session @3 :TabletSession;
    }
    error @4 :Error;
  }
}

struct ResumeReply {
  union {
    resumed :group {
      leaseMillis @0 :UInt64;
      session @1 :TabletSession;
    }
    error @2 :Error;
  }
}

struct HeartbeatReply {
  union {
    leaseMillis @0 :UInt64;      # Heartbeats should come three times as often.
    error @1 :Error;
  }
  mustResume @2 :Bool;           # No more tasks come to this session's sink, since it was too slow.
  copyBytesPerSec @3 :UInt64;    # What the server may copy of replicas that it is not in sync with,
                                 # all together; 0: no limit. Replicas in sync are never slowed.
}

# ---- watching ----

interface ChangeSink {
  # What a subscriber implements. The server calls, the subscriber answers.

  changes @0 (batch :ChangeBatch) -> ();
  # The next changes. Answering takes the batch off the server's hands: that is the flow control.
  # The server sends on while less than 1 MiB and 4 batches are unanswered, and keeps nothing for a
  # subscriber beyond those. A batch that is not answered within 10 seconds ends the subscription
  # (WATCH_TOO_SLOW). Answer when the changes are received; say with `Subscription.applied` when they
  # are in force.

  ended @1 (error :Error, mayResume :Bool) -> ();
  # The subscription is over and nothing follows. `mayResume`: subscribing again makes sense; else
  # something has to change first (rights, or two programs with one name). Not called when the
  # subscriber or the connection ended it.
}

interface Subscription {
  # Dropping it ends the subscription.

  applied @0 (lsn :UInt64) -> ();
  # Everything up to here is in force at the subscriber: the `through` of a batch, never more than
  # was sent (exception FAILED). A lower number than before is ignored.
}

struct ChangeBatch {
  changes @0 :List(ChangeSet);   # Ascending lsns. At most 1,024, about 256 KiB, but never less than one record.
  through @1 :UInt64;
  # Progress: everything selected with an lsn up to here has been sent, this batch included. Where
  # nothing is selected for a second, a batch without changes says so.
}

struct ChangeSet {
  # What one record changed.
  lsn @0 :UInt64;
  timeNanos @1 :Int64;           # Since 1970, as stamped into the record.
  principal @2 :Text;            # Who changed it, `Type:Name` …
  host @3 :Text;                 # … and from where; empty: the server itself.
  events @4 :List(Event);        # Those that the filter selects, in the order in which they became true.
}

struct Event {
  union {
    booted @0 :Booted;
    aclAdded @1 :AclEntry;
    aclDropped @2 :AclEntry;
    configSet @3 :ConfigSet;
    configReset @4 :Text;        # The key: its dynamic value is gone, the static one or the default counts.
    configResealed @5 :ConfigResealed;
    serverRegistered @6 :ServerRegistered;   # Live from now on.
    serverDied @7 :ServerDied;               # It left, or its lease ran out.
    serverUnregistered @8 :Int32;            # The id: forgotten, its tag included.
    serverTagged @9 :ServerTagging;
    serverUntagged @10 :ServerTagging;       # The tag that it had.
    # Events of tables are absolute: who follows them from the first record needs nothing else to
    # know every bucket.
    tableCreated @11 :TableCreated;
    partitionAdded @12 :PartitionEvent;
    bucketsPlaced @13 :BucketsPlaced;
    tableDropped @14 :TableDropped;          # With all its partitions and buckets.
    partitionDropped @15 :PartitionEvent;
    replicasDropped @16 :ReplicasDropped;    # These servers are to delete their replica …
    bucketChanged @17 :BucketChanged;
    bucketSized @18 :BucketSized;
    replicaStopped @19 :ReplicaStopped;      # … and this one did.
    # Events of rebalances are absolute too: a move is told whole at each of its steps.
    rebalanceCreated @20 :RebalanceCreated;  # It waits for its plan.
    planDrafted @21 :PlanDrafted;            # A piece of the plan is kept; piece 0 drops what was kept.
    planAdopted @22 :PlanAdopted;            # What was kept is to be done. Moves that wait and are not in it
                                             # are completed.
    planWanted @23 :PlanWanted;              # Another plan is to be made.
    rebalancePaused @24 :RebalancePaused;
    rebalanceFinished @25 :RebalanceFinished;  # Moves that wait end with it.
    moveChanged @26 :MoveChanged;
    homeChanged @27 :HomeChanged;
  }
}

enum Goal {
  # Fluss's numbers.
  replicaDistribution @0;
  leaderDistribution @1;
  rackAware @2;
}

enum TemporaryOffline {
  # What TEMPORARY_OFFLINE means for a plan.
  drain @0;
  leadersOnly @1;
  ignore @2;
}

struct PlanOptions {
  goals @0 :List(Goal);          # In the order of their weight.
  tolerancePermille @1 :Int32;
  isTriggerOnly @2 :Bool;
  isDrainOnly @3 :Bool;
  temporaryOffline @4 :TemporaryOffline;
}

struct RebalanceCreated {
  id @0 :UInt64;                 # The rebalance is `rebalance-<id>`; times in nanoseconds since 1970.
  options @1 :PlanOptions;
  principal @2 :Text;            # Who asked for it, `Type:Name`.
  createdNanos @3 :Int64;
}

struct PlannedMove {
  # One bucket of a plan.
  key @0 :BucketKey;
  leader @1 :Int32 = -1;         # As the plan found it; -1: there was none.
  newLeader @2 :Int32;
  origin @3 :List(Int32);
  target @4 :List(Int32);        # The new leader stands first.
  bytes @5 :Int64;               # Of one replica.
  urgency @6 :UInt8;             # 0 repair, 1 drain, 2 rack, 3 balance, 4 leader only.
}

struct PlanSummary {
  moves @0 :Int64;               # Replicas to copy.
  lowerBound @1 :Int64;          # No plan that is as good has fewer.
  isOptimal @2 :Bool;
  leaderChanges @3 :Int64;
  bytes @4 :Int64;
  unresolved @5 :List(Text);     # What the goals ask for and cannot be reached.
}

struct PlanDrafted {
  rebalance @0 :UInt64;
  revision @1 :Int32;
  index @2 :UInt32;
  moves @3 :List(PlannedMove);
}

struct PlanAdopted {
  rebalance @0 :UInt64;
  revision @1 :Int32;
  summary @2 :PlanSummary;
  atNanos @3 :Int64;
}

struct PlanWanted {
  rebalance @0 :UInt64;
  revision @1 :Int32;
  avoid @2 :List(Int32);         # Servers that could not hold a replica.
}

struct RebalancePaused {
  rebalance @0 :UInt64;
  isPaused @1 :Bool;
}

struct RebalanceFinished {
  rebalance @0 :UInt64;
  status @1 :UInt8;              # Fluss's numbers: 0 NOT_STARTED, 1 REBALANCING, 2 FAILED, 3 COMPLETED,
                                 # 4 CANCELED; of a move also 5 TIMEOUT.
  reason @2 :Text;
  atNanos @3 :Int64;
}

struct MoveState {
  status @0 :UInt8;
  phase @1 :UInt8;               # 0 queued, 1 retrying, 2 held, 3 replanned, 4 adding, 5 switching,
                                 # 6 removing, 7 done.
  reason @2 :UInt8;              # moves::Reason; 0: none.
  about @3 :Int32 = -1;          # The server that the reason speaks of.
  attempt @4 :Int32;
  bucketEpoch @5 :Int32;
  ledEpoch @6 :Int32;
  dueNanos @7 :Int64;
  startedNanos @8 :Int64;        # 0: not yet, as the next.
  finishedNanos @9 :Int64;
}

struct MoveChanged {
  rebalance @0 :UInt64;
  key @1 :BucketKey;
  state @2 :MoveState;
}

struct HomeChanged {
  # Where the bucket was at home before servers were tagged TEMPORARY_OFFLINE.
  key @0 :BucketKey;
  replicas @1 :List(Away);
  leader @2 :Int32 = -1;         # -1: the leader did not leave.

  struct Away {
    home @0 :Int32;
    standIn @1 :Int32;           # Which holds a replica in its place.
  }
}

struct TablePath {
  database @0 :Text;
  table @1 :Text;
}

struct BucketKey {
  # How a bucket is named for ever.
  table @0 :Int64;               # Lsn of the record that made it; a partition's likewise.
  partition @1 :Int64 = -1;      # -1: the table has no partitions.
  bucket @2 :Int32;              # From 0.
}

struct Replica {
  server @0 :Int32;
  inSync @1 :Bool;               # Holds everything that was acknowledged, so it may lead.
}

struct TableCreated {
  id @0 :Int64;
  path @1 :TablePath;
  bucketCount @2 :Int32;         # Of the table, or of each of its partitions.
  replicationFactor @3 :Int32;
  isPartitioned @4 :Bool;
}

struct TableDropped {
  id @0 :Int64;
  path @1 :TablePath;
}

struct PartitionEvent {
  table @0 :Int64;
  partition @1 :Int64;
  name @2 :Text;
}

struct BucketsPlaced {
  # The buckets of a new table or partition, by number. The first replica of each leads; all are in
  # sync; both epochs are 0.
  table @0 :Int64;
  partition @1 :Int64 = -1;
  replicas @2 :List(List(Int32));
}

struct ReplicasDropped {
  key @0 :BucketKey;
  bucketEpoch @1 :Int32;         # Later than every epoch of the bucket before.
  servers @2 :List(Int32);
}

struct BucketChanged {
  # The whole bucket as it is now, except its bytes.
  key @0 :BucketKey;
  leader @1 :Int32 = -1;         # -1: leaderless.
  leaderEpoch @2 :Int32;
  bucketEpoch @3 :Int32;
  replicas @4 :List(Replica);    # In order of preference.
}

struct BucketSized {
  key @0 :BucketKey;
  bytes @1 :Int64;               # As its leader says.
}

struct ReplicaStopped {
  key @0 :BucketKey;
  server @1 :Int32;
}

enum ServerTag {
  permanentOffline @0;
  temporaryOffline @1;
}

struct ServerTagging {
  id @0 :Int32;
  tag @1 :ServerTag;
}

struct ServerRegistered {
  id @0 :Int32;
  rack @1 :Text;
  address @2 :Text;
  epoch @3 :UInt64;
}

struct ServerDied {
  id @0 :Int32;
  epoch @1 :UInt64;              # Of the registration that is dead.
}

struct Booted {
  # The server started with other static configs than before. They are all here, not only the changed.
  clusterId @0 :Text;
  behaviour @1 :UInt32;
  staticConfigs @2 :List(Config);   # By key.
}

struct Config {
  key @0 :Text;
  value @1 :ConfigValue;
}

struct ConfigSet {
  key @0 :Text;
  value @1 :ConfigValue;         # null: an explicit null, which masks the static value.
}

struct ConfigResealed {
  # The same secret under another key of the key file. Nothing changed for who has it in clear.
  key @0 :Text;
  isStatic @1 :Bool;
  value @2 :ConfigValue;
}

struct ConfigValue {
  # Secrets travel as they stand in the log: sealed with AES-256-GCM. A subscriber that holds the key
  # file opens them; the config's key (and an entry's name) is authenticated with each. The server
  # never sends one in clear.
  union {
    null @0 :Void;
    text @1 :Text;
    sealed @2 :Sealed;
    sealedMap @3 :List(SealedEntry);
  }
}

struct Sealed {
  keyId @0 :Text;                # Which key of the key file: 16 hex digits.
  box @1 :Data;                  # 12 bytes nonce, ciphertext, 16 bytes tag.
}

struct SealedEntry {
  name @0 :Text;
  value @1 :Sealed;
}

struct WatchFilter {
  # Selects events. A record of which nothing is selected is left out.
  kinds @0 :List(Kind);          # None: every kind.
  keyPrefixes @1 :List(Text);    # Of config keys, at most 64; none: every key. Other events do not have keys.

  enum Kind {
    configs @0;                  # configSet, configReset, configResealed
    acls @1;                     # aclAdded, aclDropped
    boots @2;                    # booted. Static configs come by these, so who follows configs in force
                                 # wants both.
    servers @3;                  # serverRegistered to serverUntagged
    tables @4;                   # tableCreated to replicaStopped
    rebalances @5;               # rebalanceCreated to homeChanged
  }
}

struct WatchReply {
  union {
    started :group {
      subscription @0 :Subscription;
      durableLsn @1 :UInt64;     # Where the log ended: what comes after it is news.
    }
    error @2 :Error;
  }
}

struct RolloutReply {
  union {
    rollout @0 :Rollout;
    error @1 :Error;
  }
}

struct Rollout {
  changedAt @0 :UInt64;          # Lsn of the key's last change (set, reset, or static value). 0: never.
  subscribers @1 :List(Subscriber);   # By name; those that left are remembered for a while.
}

struct Subscriber {
  name @0 :Text;
  principal @1 :Text;
  host @2 :Text;
  connected @3 :Bool;
  sinceNanos @4 :Int64;          # Since 1970, by the server's clock: since when it is so.
  delivered @5 :UInt64;          # Answered through this lsn.
  applied @6 :UInt64;            # Acknowledged through this lsn.
  hasIt @7 :Bool;                # applied is not below changedAt.
  endReason @8 :Text;            # Why it is not connected.
}

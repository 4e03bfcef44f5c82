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
}

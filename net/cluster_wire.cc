#include "net/cluster_wire.h"

#include <kj/debug.h>

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "core/utf8.h"
#include "net/watch_wire.h"
#include "net/wire.h"
#include "net/wire_pieces.h"

namespace pegel::net {
namespace {

using cluster::ServerId;

unsigned Count(size_t size) { return static_cast<unsigned>(size); }

void WriteTable(const TableRow& row, wire::TableInfo::Builder out) {
  out.setId(row.id.value);
  ToWire(row.path, out.initPath());
  out.setBuckets(row.bucket_count);
  out.setReplicationFactor(row.replication_factor);
  out.setIsPartitioned(row.is_partitioned);
  out.setPartitions(row.partitions);
}

TableRow ReadTable(wire::TableInfo::Reader in) {
  return {cluster::TableId{in.getId()}, FromWire(in.getPath()), in.getBuckets(),
          in.getReplicationFactor(),    in.getIsPartitioned(),  in.getPartitions()};
}

void WriteBucket(const BucketRow& row, wire::BucketInfo::Builder out) {
  ToWire(row.key, out.initKey());
  ToWire(row.path, out.initPath());
  out.setPartition(TextOf(row.partition));
  ToWire(row.bucket.replicas, out.initReplicas(Count(row.bucket.replicas.size())));
  out.setLeader(row.bucket.leader.value);
  out.setLeaderEpoch(row.bucket.leader_epoch);
  out.setBucketEpoch(row.bucket.bucket_epoch);
  out.setBytes(row.bucket.bytes);
}

BucketRow ReadBucket(wire::BucketInfo::Reader in) {
  return {FromWire(in.getKey()), FromWire(in.getPath()), StringOf(in.getPartition()),
          cluster::Bucket{FromWire(in.getReplicas()), ServerId{in.getLeader()}, in.getLeaderEpoch(),
                          in.getBucketEpoch(), in.getBytes()}};
}

// The result of a listing, in the form that the method replies with.
template <typename Rows>
const Rows& RowsOf(const Reply& reply) {
  const auto* rows = std::get_if<Rows>(&std::get<Result>(reply.outcome));
  PEGEL_CHECK(rows != nullptr, "a listing has another result than its rows");
  return *rows;
}

}  // namespace

void ToWire(const cluster::BucketKey& key, wire::BucketKey::Builder out) {
  out.setTable(key.table.value);
  out.setPartition(key.partition.value);
  out.setBucket(key.bucket);
}

cluster::BucketKey FromWire(wire::BucketKey::Reader in) {
  return {cluster::TableId{in.getTable()}, cluster::PartitionId{in.getPartition()}, in.getBucket()};
}

void ToWire(const cluster::TablePath& path, wire::TablePath::Builder out) {
  out.setDatabase(TextOf(path.database));
  out.setTable(TextOf(path.table));
}

cluster::TablePath FromWire(wire::TablePath::Reader in) {
  return {StringOf(in.getDatabase()), StringOf(in.getTable())};
}

void ToWire(const cluster::Replicas& replicas, capnp::List<wire::Replica>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i) {
    out[i].setServer(replicas[i].server.value);
    out[i].setInSync(replicas[i].is_in_sync);
  }
}

cluster::Replicas FromWire(capnp::List<wire::Replica>::Reader in) {
  cluster::Replicas replicas;
  for (wire::Replica::Reader replica : in) {
    replicas.push_back({ServerId{replica.getServer()}, replica.getInSync()});
  }
  return replicas;
}

std::optional<Error> WhyNoText(absl::string_view what, capnp::Text::Reader bytes) {
  absl::string_view view(bytes.begin(), bytes.size());
  if (IsUtf8(view) && !absl::StrContains(view, '\0')) return std::nullopt;
  return Error{ErrorCode::kInvalidArgument,
               absl::StrCat(what, ": expected UTF-8 text without NULs, found other bytes")};
}

std::optional<Error> WhyNoText(wire::TablePath::Reader path) {
  if (auto error = WhyNoText("path.database", path.getDatabase())) return error;
  return WhyNoText("path.table", path.getTable());
}

// ---- listings ----

void ToWire(const ListBuckets& list, wire::Admin::ListBucketsParams::Builder out) {
  auto filter = out.initFilter();
  if (list.path) ToWire(*list.path, filter.initTable());
  if (list.server) filter.getServer().setHolding(list.server->value);
  filter.setOnlyLeaderless(list.only_leaderless);
  if (list.after) ToWire(*list.after, out.initAfter());
  out.setLimit(list.limit);
}

std::variant<ListBuckets, Error> FromWire(wire::Admin::ListBucketsParams::Reader in) {
  ListBuckets list;
  auto filter = in.getFilter();
  if (filter.hasTable()) {
    if (auto error = WhyNoText(filter.getTable())) return *std::move(error);
    list.path = FromWire(filter.getTable());
  }
  if (filter.getServer().isHolding()) list.server = ServerId{filter.getServer().getHolding()};
  list.only_leaderless = filter.getOnlyLeaderless();
  if (in.hasAfter()) list.after = FromWire(in.getAfter());
  list.limit = in.getLimit();
  return list;
}

void ToWire(const Reply& reply, wire::TablesReply::Builder out) {
  WriteReceipt(reply.receipt, out);
  if (const auto* error = std::get_if<Error>(&reply.outcome)) {
    return ToWire(*error, out.initError());
  }
  const auto& rows = RowsOf<TableRows>(reply).tables;
  auto tables = out.initTables(Count(rows.size()));
  for (unsigned i = 0; i < tables.size(); ++i) WriteTable(rows[i], tables[i]);
}

Listed FromWire(wire::TablesReply::Reader in) {
  Listed listed{.receipt = ReadReceipt(in.getReceipt()), .rows = {}, .error = std::nullopt};
  switch (in.which()) {
    case wire::TablesReply::TABLES: {
      TableRows rows;
      for (wire::TableInfo::Reader table : in.getTables()) rows.tables.push_back(ReadTable(table));
      listed.rows = std::move(rows);
      return listed;
    }
    case wire::TablesReply::ERROR:
      listed.error = FromWire(in.getError());
      return listed;
  }
  KJ_FAIL_REQUIRE("a kind of reply that this client does not know");
}

void ToWire(const Reply& reply, wire::BucketsReply::Builder out) {
  WriteReceipt(reply.receipt, out);
  if (const auto* error = std::get_if<Error>(&reply.outcome)) {
    return ToWire(*error, out.initError());
  }
  const auto& rows = RowsOf<BucketRows>(reply);
  auto page = out.initPage();
  page.setIsLast(rows.is_last);
  auto buckets = page.initBuckets(Count(rows.buckets.size()));
  for (unsigned i = 0; i < buckets.size(); ++i) WriteBucket(rows.buckets[i], buckets[i]);
}

Listed FromWire(wire::BucketsReply::Reader in) {
  Listed listed{.receipt = ReadReceipt(in.getReceipt()), .rows = {}, .error = std::nullopt};
  switch (in.which()) {
    case wire::BucketsReply::PAGE: {
      BucketRows rows{.buckets = {}, .is_last = in.getPage().getIsLast()};
      for (wire::BucketInfo::Reader bucket : in.getPage().getBuckets()) {
        rows.buckets.push_back(ReadBucket(bucket));
      }
      listed.rows = std::move(rows);
      return listed;
    }
    case wire::BucketsReply::ERROR:
      listed.error = FromWire(in.getError());
      return listed;
  }
  KJ_FAIL_REQUIRE("a kind of reply that this client does not know");
}

}  // namespace pegel::net

// Tables, buckets and what is asked of them ↔ the structs of net/admin.capnp, both ways. As
// net/wire.h says of its own: what a caller can get wrong comes back as an Error, what no peer of
// ours sends throws.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "core/cluster/bucket.h"
#include "core/cluster/bucket_key.h"
#include "core/cluster/table.h"
#include "core/command.h"
#include "net/admin.capnp.h"
#include "net/client.h"

namespace pegel::net {

void ToWire(const cluster::BucketKey& key, wire::BucketKey::Builder out);
cluster::BucketKey FromWire(wire::BucketKey::Reader in);

void ToWire(const cluster::TablePath& path, wire::TablePath::Builder out);
cluster::TablePath FromWire(wire::TablePath::Reader in);

void ToWire(const cluster::Replicas& replicas, capnp::List<wire::Replica>::Builder out);
cluster::Replicas FromWire(capnp::List<wire::Replica>::Reader in);

// What cannot be text must not become a record: the log could not be read again. `what`: of which
// argument the bytes are, for the error. None: they are text.
std::optional<Error> WhyNoText(absl::string_view what, capnp::Text::Reader bytes);
std::optional<Error> WhyNoText(wire::TablePath::Reader path);

// ---- listings ----

void ToWire(const ListBuckets& list, wire::Admin::ListBucketsParams::Builder out);
std::variant<ListBuckets, Error> FromWire(wire::Admin::ListBucketsParams::Reader in);

void ToWire(const Reply& reply, wire::TablesReply::Builder out);
Listed FromWire(wire::TablesReply::Reader in);

void ToWire(const Reply& reply, wire::BucketsReply::Builder out);
Listed FromWire(wire::BucketsReply::Reader in);

}  // namespace pegel::net

// What tablet servers are told and tell ↔ the structs of net/admin.capnp, both ways. As net/wire.h
// says of its own: what a caller can get wrong comes back as an Error, what no peer of ours sends
// throws.
#pragma once

#include <variant>
#include <vector>

#include "core/cluster/tasks.h"
#include "core/command.h"
#include "net/admin.capnp.h"
#include "net/tablet_client.h"

namespace pegel::net {

void ToWire(const std::vector<cluster::Task>& tasks, capnp::List<wire::Task>::Builder out);
std::vector<cluster::Task> FromWire(capnp::List<wire::Task>::Reader in, cluster::ServerId to);

// Without id and epoch, which the session knows.
void ToWire(const ReplicaReport& report, wire::ReplicaReport::Builder out);
std::variant<ReplicaReport, Error> FromWire(wire::ReplicaReport::Reader in);

void ToWire(const Reply& reply, wire::ReportReply::Builder out);
Reported FromWire(wire::ReportReply::Reader in);

// About how much room the tasks take.
uint64_t WordsOf(const std::vector<cluster::Task>& tasks);

}  // namespace pegel::net

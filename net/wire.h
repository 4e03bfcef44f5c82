// Core values ↔ the structs of net/admin.capnp, both ways; server and client share it.
//
// ToWire fills a builder. FromWire reads what a peer sent: values that a caller can get wrong come
// back as the Error that the caller is to see; what no peer of ours sends (a chain that is not 32
// bytes) throws a kj::Exception, as every other malformed message does.
#pragma once

#include <capnp/common.h>

#include <variant>

#include "core/acl/model.h"
#include "core/engine.h"
#include "core/error.h"
#include "core/ports.h"
#include "net/admin.capnp.h"
#include "net/client.h"
#include "net/tablet_client.h"
#include "procedures/table.h"

namespace pegel::net {

void ToWire(const RequestId& id, wire::RequestId::Builder out);
RequestId FromWire(wire::RequestId::Reader in);

void ToWire(const Error& error, wire::Error::Builder out);

void ToWire(const Status& status, wire::Status::Builder out);
Status FromWire(wire::Status::Reader in);

void ToWire(const SettingsAnswer& answer, wire::SettingsReply::Builder out);
SettingsAnswer FromWire(wire::SettingsReply::Reader in);

void ToWire(const SavedAnswer& answer, wire::SavedReply::Builder out);
SavedAnswer FromWire(wire::SavedReply::Reader in);

void ToWire(const procedures::Table& table, wire::Table::Builder out);

void ToWire(const acl::Entry& entry, wire::AclEntry::Builder out);
std::variant<acl::Entry, Error> FromWire(wire::AclEntry::Reader in);

void ToWire(const acl::Filter& filter, wire::AclFilter::Builder out);
std::variant<acl::Filter, Error> FromWire(wire::AclFilter::Reader in);

std::variant<AlterConfigs, Error> FromWire(capnp::List<wire::ConfigChange>::Reader in);
std::variant<GetConfigs, Error> FromWire(capnp::List<capnp::Text>::Reader in);

// What the line answered, in the form that the method replies with. `done` are the rows of an
// accepted change.
void ToWire(const Reply& reply, const procedures::Table& done, wire::TableReply::Builder out);
void ToWire(const Reply& reply, wire::ChangeReply::Builder out);
void ToWire(const Reply& reply, wire::AclReply::Builder out);
void ToWire(const Reply& reply, wire::ConfigReply::Builder out);

CallReply FromWire(wire::TableReply::Reader in);
// Without its session, which is the caller's to write and to take.
void ToWire(const Registered& registered, wire::RegisterReply::Builder out);
Registered FromWire(wire::RegisterReply::Reader in);

CallReply FromWire(wire::ChangeReply::Reader in);  // `done` has no table.

// About how much room a reply takes, so that it is built in one piece and not in a larger one than
// it needs.
capnp::MessageSize SizeOf(const Reply& reply);

}  // namespace pegel::net

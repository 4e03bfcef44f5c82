// Pieces that every translation between core values and net/admin.capnp is made of. For the
// *wire.cc files only.
#pragma once

#include <kj/debug.h>

#include <cstring>
#include <optional>
#include <string>

#include "core/engine.h"
#include "net/admin.capnp.h"

namespace pegel::net {

inline capnp::Text::Reader TextOf(const std::string& text) { return {text.c_str(), text.size()}; }

inline std::string StringOf(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

inline capnp::Data::Reader DataOf(const Hash256& hash) { return {hash.data(), hash.size()}; }

inline Hash256 HashOf(capnp::Data::Reader data) {
  Hash256 hash;
  KJ_REQUIRE(data.size() == hash.size(), "a hash has 32 bytes", data.size());
  std::memcpy(hash.data(), data.begin(), hash.size());
  return hash;
}

template <typename ReplyBuilder>
void WriteReceipt(const std::optional<Receipt>& receipt, ReplyBuilder reply) {
  if (!receipt) return;
  wire::Receipt::Builder out = reply.initReceipt();
  out.setLsn(receipt->lsn.value);
  out.setChain(DataOf(receipt->chain));
}

inline std::optional<Receipt> ReadReceipt(wire::Receipt::Reader in) {
  if (in.getLsn() == 0) return std::nullopt;
  return Receipt{Lsn{in.getLsn()}, HashOf(in.getChain())};
}

}  // namespace pegel::net

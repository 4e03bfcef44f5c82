#include "snapshot/codec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "core/canonical_decode.h"
#include "core/sha256.h"

namespace pegel::snapshot {
namespace {

constexpr absl::string_view kMagic = "PGLSNAPS";
constexpr uint32_t kFormat = 1;
constexpr size_t kHeaderBytes = 112;
constexpr size_t kHashBytes = sizeof(Hash256);
constexpr size_t kChainBytes = 8 + kHashBytes;

template <typename T>
void PutNumber(T number, std::string* out) {
  auto bits = static_cast<uint64_t>(number);
  for (size_t i = sizeof(T); i-- > 0;) out->push_back(static_cast<char>(bits >> (8 * i)));
}

void Put(const Hash256& hash, std::string* out) { out->append(hash.begin(), hash.end()); }

template <typename T>
T NumberAt(absl::string_view bytes, size_t at) {
  uint64_t bits = 0;
  for (char byte : bytes.substr(at, sizeof(T))) bits = bits << 8 | static_cast<uint8_t>(byte);
  return static_cast<T>(bits);
}

Hash256 HashAt(absl::string_view bytes, size_t at) {
  Hash256 hash;
  absl::string_view taken = bytes.substr(at, kHashBytes);
  std::copy(taken.begin(), taken.end(), hash.begin());
  return hash;
}

absl::Status Wrong(size_t offset, absl::string_view what, absl::string_view expected,
                   absl::string_view found) {
  return absl::DataLossError(
      absl::StrCat("offset ", offset, ": ", what, ": expected ", expected, ", found ", found));
}

// Where the parts lie, as the header says.
struct Layout {
  size_t chains = 0;  // How many.
  size_t cluster_id_at = kHeaderBytes, chains_at = 0, world_at = 0, end = 0;
};

absl::Status CheckBegin(absl::string_view bytes) {
  if (bytes.size() < kHeaderBytes + kHashBytes) {
    return Wrong(0, "the file", absl::StrCat("at least ", kHeaderBytes + kHashBytes, " bytes"),
                 absl::StrCat(bytes.size()));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) return Wrong(0, "the mark", kMagic, "another");
  size_t signed_bytes = bytes.size() - kHashBytes;
  Hash256 expected = HashAt(bytes, signed_bytes), found = Sha256(bytes.substr(0, signed_bytes));
  if (expected != found) {
    return Wrong(signed_bytes, "the checksum of all before", ToHex(expected), ToHex(found));
  }
  auto format = NumberAt<uint32_t>(bytes, 8);
  if (format == kFormat) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("offset 8: the format: expected ", kFormat, ", found ", format));
}

absl::StatusOr<Layout> LayoutOf(absl::string_view bytes) {
  if (auto zero = NumberAt<uint32_t>(bytes, 12); zero != 0) {
    return Wrong(12, "the gap", "0", absl::StrCat(zero));
  }
  const uint64_t room = bytes.size() - kHeaderBytes - kHashBytes;
  auto world = NumberAt<uint64_t>(bytes, 96);
  Layout layout;
  layout.chains = NumberAt<uint32_t>(bytes, 104);
  auto cluster_id = NumberAt<uint32_t>(bytes, 108);
  uint64_t before_world = uint64_t{cluster_id} + uint64_t{layout.chains} * kChainBytes;
  if (before_world > room || world != room - before_world) {
    return Wrong(96, "the lengths of the parts", absl::StrCat(room, " in all"),
                 absl::StrCat(before_world, " and ", world));
  }
  layout.chains_at = layout.cluster_id_at + cluster_id;
  layout.world_at = layout.chains_at + layout.chains * kChainBytes;
  layout.end = layout.world_at + world;
  return layout;
}

absl::StatusOr<World> WorldIn(absl::string_view bytes, const Layout& layout) {
  absl::StatusOr<World> world =
      DecodeWorld(bytes.substr(layout.world_at, layout.end - layout.world_at));
  if (world.ok()) return world;
  return absl::Status(world.status().code(), absl::StrCat("the World from offset ", layout.world_at,
                                                          " on: ", world.status().message()));
}

// The header repeats what tools want to know without reading a World.
absl::Status CheckHeader(absl::string_view bytes, const Layout& layout, const World& world) {
  auto lsn = NumberAt<uint64_t>(bytes, 16);
  if (lsn != world.lsn.value) {
    return Wrong(16, "the lsn", absl::StrCat(world.lsn.value), absl::StrCat(lsn));
  }
  auto time = NumberAt<int64_t>(bytes, 24);
  if (time != world.time.value) {
    return Wrong(24, "the time", absl::StrCat(world.time.value), absl::StrCat(time));
  }
  absl::string_view cluster_id =
      bytes.substr(layout.cluster_id_at, layout.chains_at - layout.cluster_id_at);
  if (cluster_id != world.cluster_id) {
    return Wrong(layout.cluster_id_at, "the cluster id", world.cluster_id, cluster_id);
  }
  Hash256 expected = HashAt(bytes, 64), found = Digest(world);
  if (expected != found) return Wrong(64, "the digest", ToHex(expected), ToHex(found));
  return absl::OkStatus();
}

// One for each answer that the World remembers, and no other.
absl::Status TakeChains(absl::string_view bytes, const Layout& layout, Snapshot* snapshot) {
  if (layout.chains != snapshot->world.requests.size()) {
    return Wrong(104, "the number of chain hashes", absl::StrCat(snapshot->world.requests.size()),
                 absl::StrCat(layout.chains));
  }
  absl::Status status;
  size_t at = layout.chains_at;
  snapshot->world.requests.ForEach([&](const RequestKey&, const Answer& answer) {
    auto lsn = NumberAt<uint64_t>(bytes, at);
    if (status.ok() && lsn != answer.lsn.value) {
      status =
          Wrong(at, "the lsn of a chain hash", absl::StrCat(answer.lsn.value), absl::StrCat(lsn));
    }
    auto& chains = snapshot->answered_chains;
    chains.emplace_hint(chains.end(), answer.lsn, HashAt(bytes, at + 8));
    at += kChainBytes;
  });
  return status;
}

}  // namespace

Encoded Encode(const World& world, const Hash256& chain,
               const absl::btree_map<Lsn, Hash256>& answered_chains) {
  Encoded encoded;
  encoded.digest = Digest(world);
  const std::string world_bytes = pegel::Encode(world);
  std::string& out = encoded.bytes;
  out.reserve(kHeaderBytes + world.cluster_id.size() + answered_chains.size() * kChainBytes +
              world_bytes.size() + kHashBytes);
  out.append(kMagic.data(), kMagic.size());
  PutNumber(kFormat, &out);
  PutNumber(uint32_t{0}, &out);
  PutNumber(world.lsn.value, &out);
  PutNumber(world.time.value, &out);
  Put(chain, &out);
  Put(encoded.digest, &out);
  PutNumber(uint64_t{world_bytes.size()}, &out);
  PutNumber(static_cast<uint32_t>(answered_chains.size()), &out);
  PutNumber(static_cast<uint32_t>(world.cluster_id.size()), &out);
  out.append(world.cluster_id);
  for (const auto& [lsn, hash] : answered_chains) {
    PutNumber(lsn.value, &out);
    Put(hash, &out);
  }
  out.append(world_bytes);
  Put(Sha256(out), &out);
  return encoded;
}

absl::StatusOr<Decoded> Decode(absl::string_view bytes) {
  if (absl::Status status = CheckBegin(bytes); !status.ok()) return status;
  absl::StatusOr<Layout> layout = LayoutOf(bytes);
  if (!layout.ok()) return layout.status();
  absl::StatusOr<World> world = WorldIn(bytes, *layout);
  if (!world.ok()) return world.status();
  if (absl::Status status = CheckHeader(bytes, *layout, *world); !status.ok()) return status;
  Decoded decoded;
  decoded.snapshot.world = *std::move(world);
  decoded.snapshot.chain = HashAt(bytes, 32);
  decoded.digest = HashAt(bytes, 64);
  absl::Status status = TakeChains(bytes, *layout, &decoded.snapshot);
  if (!status.ok()) return status;
  return decoded;
}

}  // namespace pegel::snapshot

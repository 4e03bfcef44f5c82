#include "tools/fleet/data_plane.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace pegel::tools {
namespace {

using cluster::BucketKey;
using cluster::ServerId;

constexpr int64_t kMillisPerSecond = 1000;
constexpr uint64_t kMillion = 1'000'000;

// Mixes all bits of all parts (the finaliser of SplitMix64, once for each part).
uint64_t Mix(uint64_t state, uint64_t part) {
  state += part + 0x9E3779B97F4A7C15;
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
  return state ^ (state >> 31);
}

}  // namespace

// ---- roles ----

void DataPlane::SetAnswering(ServerId server, bool is_answering) {
  Server& state = servers_[server];
  if (!is_answering) {
    for (const BucketKey& key : state.holds) {
      Bucket& bucket = buckets_[key];
      StopFollowing(bucket, key, *Find(bucket, server));
    }
    state.noticed.clear();
  }
  state.is_answering = is_answering;
}

void DataPlane::SetCopyLimit(ServerId server, int64_t bytes_per_sec) {
  Server& state = servers_[server];
  if (state.copy_limit != bytes_per_sec) state.credit = 0;
  state.copy_limit = bytes_per_sec;
}

void DataPlane::Lead(ServerId server, const BucketKey& key, int32_t leader_epoch,
                     const std::vector<ServerId>& in_sync) {
  Bucket& bucket = buckets_[key];
  if (leader_epoch < bucket.leader_epoch) return;
  if (leader_epoch == bucket.leader_epoch && bucket.leader == server) return;
  bucket.leader = server;
  bucket.leader_epoch = leader_epoch;
  if (bucket.bytes < 0) {
    bucket.bytes = FirstSizeOf(key);
    for (ServerId member : in_sync) SetBytes(CopyOf(bucket, key, member), bucket.bytes);
  }
  Copy& own = CopyOf(bucket, key, server);
  StopFollowing(bucket, key, own);
  bucket.bytes = own.bytes;  // What the leader has is the bucket.
  for (Copy& copy : bucket.copies) Consider(bucket, key, copy);
}

void DataPlane::Follow(ServerId server, const BucketKey& key, int32_t leader_epoch) {
  Bucket& bucket = buckets_[key];
  Copy& copy = CopyOf(bucket, key, server);
  if (copy.following == leader_epoch) return;
  copy.following = leader_epoch;
  Consider(bucket, key, copy);
}

void DataPlane::Rest(ServerId server, const BucketKey& key) {
  Bucket& bucket = buckets_[key];
  StopFollowing(bucket, key, CopyOf(bucket, key, server));
}

void DataPlane::Delete(ServerId server, const BucketKey& key) {
  auto found = buckets_.find(key);
  if (found == buckets_.end()) return;
  Bucket& bucket = found->second;
  Copy* copy = Find(bucket, server);
  if (copy == nullptr) return;
  StopFollowing(bucket, key, *copy);
  SetBytes(*copy, 0);
  servers_[server].holds.erase(key);
  bucket.copies.erase(bucket.copies.begin() + (copy - bucket.copies.data()));
  if (bucket.copies.empty()) buckets_.erase(found);
}

// What a follower needs now: nothing, to be waited for, all or a part of the bucket.
void DataPlane::Consider(Bucket& bucket, const BucketKey& key, Copy& copy) {
  StopTransfer(copy);
  if (copy.following < 0 || copy.following != bucket.leader_epoch) return;
  if (!servers_[copy.server].is_answering) return;
  if (copy.bytes > bucket.bytes) SetBytes(copy, bucket.bytes);
  if (copy.bytes < bucket.bytes) return StartTransfer(bucket, key, copy);
  Tell(bucket.leader, {Noticed::Kind::kCaughtUp, key, bucket.leader_epoch, copy.server, ""});
}

void DataPlane::StartTransfer(const Bucket& bucket, const BucketKey& key, Copy& copy) {
  Server& server = servers_[copy.server];
  int64_t missing = bucket.bytes - copy.bytes;
  int64_t taken = server.used + server.promised;
  if (options_.disk_bytes > 0 && taken + missing > options_.disk_bytes) {
    copy.following = -1;
    return Tell(copy.server,
                {Noticed::Kind::kDiskFull, key, bucket.leader_epoch, copy.server,
                 absl::StrCat("the disk is full: ", missing, " bytes are missing, and ", taken,
                              " of ", options_.disk_bytes, " are taken")});
  }
  server.promised += missing;
  copy.transfer = ++last_transfer_;
  transfers_.emplace(copy.transfer, Transfer{key, copy.server, missing, BreakOf(copy, missing)});
}

int64_t DataPlane::BreakOf(const Copy& copy, int64_t missing) const {
  uint64_t chance =
      Mix(Mix(options_.seed, copy.transfer), static_cast<uint64_t>(copy.server.value));
  bool is_to_break = static_cast<int32_t>(chance % kMillion) < options_.failures_ppm;
  return is_to_break ? static_cast<int64_t>((chance >> 32) % static_cast<uint64_t>(missing)) : -1;
}

void DataPlane::StopTransfer(Copy& copy) {
  if (copy.transfer == 0) return;
  auto found = transfers_.find(copy.transfer);
  servers_[copy.server].promised -= found->second.missing;
  transfers_.erase(found);
  copy.transfer = 0;
}

void DataPlane::StopFollowing(Bucket& bucket, const BucketKey& key, Copy& copy) {
  StopTransfer(copy);
  if (copy.following >= 0 && copy.following == bucket.leader_epoch) {
    Tell(bucket.leader, {Noticed::Kind::kFellBehind, key, bucket.leader_epoch, copy.server, ""});
  }
  copy.following = -1;
}

// ---- bytes ----

void DataPlane::Advance(int64_t now_ms) {
  int64_t passed = now_ms_ < 0 ? 0 : std::max<int64_t>(0, now_ms - now_ms_);
  now_ms_ = std::max(now_ms, now_ms_);
  int64_t budget = options_.bandwidth * passed + carry_;
  carry_ = budget % kMillisPerSecond;
  Credit(passed);
  budget /= kMillisPerSecond;
  if (budget == 0) return;
  Budget in, out;
  for (auto it = transfers_.begin(); it != transfers_.end();) {
    bool is_done = Move(it->second, budget, in, out);
    it = is_done ? transfers_.erase(it) : std::next(it);
  }
}

// Unused credit is kept for a second.
void DataPlane::Credit(int64_t passed) {
  for (auto& [id, server] : servers_) {
    server.credit =
        std::min(server.credit + server.copy_limit * passed, server.copy_limit * kMillisPerSecond);
  }
}

// True: it is over.
bool DataPlane::Move(Transfer& transfer, int64_t budget, Budget& in, Budget& out) {
  Bucket& bucket = buckets_[transfer.key];
  if (!servers_[bucket.leader].is_answering) return false;
  int64_t& taken = in[transfer.to];
  int64_t& given = out[bucket.leader];
  int64_t until = std::max<int64_t>(0, transfer.breaks_at);
  int64_t step = std::min({transfer.missing - until, budget - taken, budget - given});
  Server& taker = servers_[transfer.to];
  if (taker.copy_limit > 0) {
    step = std::min(step, taker.credit / kMillisPerSecond);
    taker.credit -= step * kMillisPerSecond;
  }
  taken += step;
  given += step;
  transfer.missing -= step;
  Copy& copy = *Find(bucket, transfer.to);
  SetBytes(copy, copy.bytes + step);
  taker.promised -= step;
  if (transfer.missing > until) return false;
  copy.transfer = 0;
  if (transfer.breaks_at >= 0) {
    taker.promised -= transfer.missing;
    copy.following = -1;
    Tell(transfer.to, {Noticed::Kind::kBroken, transfer.key, bucket.leader_epoch, transfer.to,
                       absl::StrCat("fetching broke with ", transfer.missing, " bytes missing")});
    return true;
  }
  Tell(bucket.leader,
       {Noticed::Kind::kCaughtUp, transfer.key, bucket.leader_epoch, transfer.to, ""});
  return true;
}

// Who does not answer notices nothing.
void DataPlane::Tell(ServerId server, Noticed noticed) {
  Server& state = servers_[server];
  if (state.is_answering) state.noticed.push_back(std::move(noticed));
}

void DataPlane::SetBytes(Copy& copy, int64_t bytes) {
  servers_[copy.server].used += bytes - copy.bytes;
  copy.bytes = bytes;
}

int64_t DataPlane::FirstSizeOf(const BucketKey& key) const {
  if (options_.bucket_bytes == 0) return 0;
  uint64_t chance = options_.seed;
  for (int64_t part : {key.table.value, key.partition.value, int64_t{key.bucket}}) {
    chance = Mix(chance, static_cast<uint64_t>(part));
  }
  auto range = static_cast<uint64_t>(options_.bucket_bytes) + 1;
  return options_.bucket_bytes / 2 + static_cast<int64_t>(chance % range);
}

// ---- questions ----

std::vector<Noticed> DataPlane::Take(ServerId server) {
  auto found = servers_.find(server);
  if (found == servers_.end() || !found->second.is_answering) return {};
  return std::exchange(found->second.noticed, {});
}

bool DataPlane::IsCaughtUp(const BucketKey& key, ServerId follower, int32_t leader_epoch) const {
  auto found = buckets_.find(key);
  if (found == buckets_.end() || found->second.leader_epoch != leader_epoch) return false;
  const Copy* copy = Find(found->second, follower);
  return copy != nullptr && copy->following == leader_epoch && copy->bytes == found->second.bytes;
}

int64_t DataPlane::BytesOf(const BucketKey& key) const {
  auto found = buckets_.find(key);
  return found == buckets_.end() ? 0 : std::max<int64_t>(0, found->second.bytes);
}

bool DataPlane::IsSizeTold(const BucketKey& key) const {
  auto found = buckets_.find(key);
  return found == buckets_.end() || found->second.bytes_told == found->second.bytes;
}

void DataPlane::SetSizeTold(const BucketKey& key) {
  auto found = buckets_.find(key);
  if (found != buckets_.end()) found->second.bytes_told = found->second.bytes;
}

int64_t DataPlane::HeldBy(ServerId server, const BucketKey& key) const {
  auto found = buckets_.find(key);
  const Copy* copy = found == buckets_.end() ? nullptr : Find(found->second, server);
  return copy == nullptr ? 0 : copy->bytes;
}

int64_t DataPlane::UsedBy(ServerId server) const {
  auto found = servers_.find(server);
  return found == servers_.end() ? 0 : found->second.used;
}

DataPlane::Copy* DataPlane::Find(Bucket& bucket, ServerId server) {
  auto it = absl::c_find_if(bucket.copies, [&](const Copy& c) { return c.server == server; });
  return it == bucket.copies.end() ? nullptr : &*it;
}

const DataPlane::Copy* DataPlane::Find(const Bucket& bucket, ServerId server) {
  auto it = absl::c_find_if(bucket.copies, [&](const Copy& c) { return c.server == server; });
  return it == bucket.copies.end() ? nullptr : &*it;
}

DataPlane::Copy& DataPlane::CopyOf(Bucket& bucket, const BucketKey& key, ServerId server) {
  if (Copy* copy = Find(bucket, server)) return *copy;
  servers_[server].holds.insert(key);
  Copy& copy = bucket.copies.emplace_back();
  copy.server = server;
  return copy;
}

}  // namespace pegel::tools

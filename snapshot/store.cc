#include "snapshot/store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace pegel::snapshot {
namespace {

constexpr absl::string_view kSuffix = ".snapshot";
constexpr absl::string_view kAside = ".tmp";
constexpr size_t kLsnDigits = 20;

std::string NameOf(Lsn lsn) {
  std::string digits = absl::StrCat(lsn.value);
  return absl::StrCat(std::string(kLsnDigits - digits.size(), '0'), digits, kSuffix);
}

// Unset: not the name of a snapshot.
std::optional<Lsn> LsnIn(absl::string_view name) {
  Lsn lsn;
  if (!absl::ConsumeSuffix(&name, kSuffix) || name.size() != kLsnDigits) return std::nullopt;
  if (!absl::SimpleAtoi(name, &lsn.value) || NameOf(lsn) != absl::StrCat(name, kSuffix)) {
    return std::nullopt;
  }
  return lsn;
}

std::string ParentOf(const std::string& dir) {
  size_t slash = dir.find_last_of('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : dir.substr(0, slash);
}

absl::Status About(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("snapshot ", path, ": ", status.message()));
}

}  // namespace

std::string Store::PathOf(Lsn lsn) const { return absl::StrCat(dir_, "/", NameOf(lsn)); }

absl::StatusOr<std::vector<Lsn>> Store::List() const {
  absl::StatusOr<std::vector<std::string>> names = files_.List(dir_);
  if (!names.ok()) return names.status();
  std::vector<Lsn> lsns;
  for (const std::string& name : *names) {
    if (std::optional<Lsn> lsn = LsnIn(name)) lsns.push_back(*lsn);
  }
  std::sort(lsns.begin(), lsns.end());
  return lsns;
}

absl::StatusOr<Decoded> Store::Read(Lsn lsn) const {
  const std::string path = PathOf(lsn);
  absl::StatusOr<std::string> bytes = files_.Read(path);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<Decoded> decoded = Decode(*bytes);
  if (!decoded.ok()) return About(path, decoded.status());
  if (Lsn found = decoded->snapshot.world.lsn; found != lsn) {
    return About(path, absl::DataLossError(absl::StrCat("expected lsn ", lsn.value,
                                                        " as its name says, found ", found.value)));
  }
  return decoded;
}

absl::StatusOr<Decoded> Store::ReadNewest(
    Lsn lsn, const std::function<void(const absl::Status&)>& on_bad) const {
  absl::StatusOr<std::vector<Lsn>> lsns = List();
  if (!lsns.ok()) return lsns.status();
  for (auto it = lsns->rbegin(); it != lsns->rend(); ++it) {
    if (*it > lsn) continue;
    absl::StatusOr<Decoded> decoded = Read(*it);
    if (decoded.ok()) return decoded;
    on_bad(decoded.status());
  }
  return absl::NotFoundError(
      absl::StrCat("there is no good snapshot up to lsn ", lsn.value, " in ", dir_));
}

absl::StatusOr<Written> Store::Write(const World& world, const Hash256& chain,
                                     const absl::btree_map<Lsn, Hash256>& answered_chains) {
  Encoded encoded = Encode(world, chain, answered_chains);
  Written written{world.lsn, world.time, encoded.bytes.size(), chain, encoded.digest};
  const std::string path = PathOf(world.lsn);
  if (absl::Status status = Put(path, encoded.bytes); !status.ok()) {
    files_.Remove(absl::StrCat(path, kAside)).IgnoreError();  // A full disk needs its room back.
    return status;
  }
  encoded.bytes = std::string();  // Makes room for reading it back.
  absl::Status status = Verify(written);
  if (status.ok()) return written;
  files_.Remove(path).IgnoreError();  // Bad, and would be passed over anyway.
  return status;
}

// The directory is synced into its parent each time: whoever made it may have been killed before
// that.
absl::Status Store::Put(const std::string& path, const std::string& bytes) {
  const std::string aside = absl::StrCat(path, kAside);
  absl::Status status = files_.MakeDir(dir_);
  if (status.ok()) status = files_.SyncDir(ParentOf(dir_));
  if (status.ok()) status = files_.Write(aside, bytes);
  if (status.ok()) status = files_.Rename(aside, path);
  if (status.ok()) status = files_.SyncDir(dir_);
  return status;
}

absl::Status Store::Verify(const Written& written) const {
  absl::StatusOr<Decoded> decoded = Read(written.lsn);
  if (!decoded.ok()) return decoded.status();
  if (decoded->digest == written.digest) return absl::OkStatus();
  return About(
      PathOf(written.lsn),
      absl::DataLossError(absl::StrCat("it was read back as another: digest: expected ",
                                       ToHex(written.digest), ", found ", ToHex(decoded->digest))));
}

absl::Status Store::Prune(size_t keep, const std::set<Lsn>& pinned) {
  absl::StatusOr<std::vector<std::string>> names = files_.List(dir_);
  if (!names.ok()) return names.status();
  std::sort(names->rbegin(), names->rend());  // Newest first.
  size_t seen = 0;
  absl::Status first_failure;
  for (const std::string& name : *names) {
    std::optional<Lsn> lsn = LsnIn(name);
    bool is_left_over = absl::EndsWith(name, absl::StrCat(kSuffix, kAside));
    bool is_old = lsn.has_value() && seen++ >= std::max<size_t>(keep, 1) && !pinned.contains(*lsn);
    if (!is_left_over && !is_old) continue;
    first_failure.Update(files_.Remove(absl::StrCat(dir_, "/", name)));
  }
  return first_failure;
}

}  // namespace pegel::snapshot

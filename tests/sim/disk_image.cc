#include "tests/sim/disk_image.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/check.h"

namespace pegel::testing {
namespace {

using Kind = DiskOp::Kind;

// A well-mixed number per (seed, salt); the constants are those of splitmix64.
uint64_t Mix(uint64_t seed, uint64_t salt) {
  uint64_t x = seed + 0x9e3779b97f4a7c15 * (salt + 1);
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

uint64_t Mix(uint64_t seed, const std::string& text) {
  for (char c : text) seed = Mix(seed, static_cast<uint8_t>(c));
  return seed;
}

// Where `live` and `durable` differ, as far as `live` reaches.
struct Range {
  size_t begin, end;
};

Range Changed(const std::string& live, const std::string& durable) {
  size_t common = std::min(live.size(), durable.size());
  size_t begin =
      std::mismatch(live.begin(), live.begin() + common, durable.begin()).first - live.begin();
  size_t end = live.size();
  if (live.size() == durable.size()) {
    while (end > begin && live[end - 1] == durable[end - 1]) --end;
  }
  return {begin, end};
}

std::string Cut(const std::string& live, const std::string& durable) {
  Range changed = Changed(live, durable);
  size_t middle = changed.begin + (changed.end - changed.begin) / 2;
  return live.substr(0, middle) + (durable.size() > middle ? durable.substr(middle) : "");
}

std::string Garbled(const std::string& live, const std::string& durable, uint64_t seed) {
  Range changed = Changed(live, durable);
  std::string bytes = live;
  bool is_noise = Mix(seed, 1) % 2 == 0;
  for (size_t i = changed.begin; i < changed.end; ++i) {
    bytes[i] = is_noise ? static_cast<char>(Mix(seed, i + 2)) : '\0';
  }
  return bytes;
}

std::string BytesAfter(const std::string& live, const std::string& durable, Survival survival,
                       uint64_t seed) {
  switch (survival) {
    case Survival::kDropped:
      return durable;
    case Survival::kKept:
    case Survival::kKilled:
      return live;
    case Survival::kCut:
      return Cut(live, durable);
    case Survival::kGarbled:
      return Garbled(live, durable, seed);
    case Survival::kMixed:
      return BytesAfter(live, durable, kAllSurvivals[Mix(seed, 0) % 4], seed);
  }
  return live;
}

bool TakesNewNames(Survival survival, uint64_t seed) {
  if (survival == Survival::kMixed) return seed % 2 == 0;
  return survival == Survival::kKept || survival == Survival::kGarbled;
}

}  // namespace

std::string ToText(const DiskOp& op) {
  static const char* const kNames[] = {"mkdir",  "create", "write", "truncate", "sync",
                                       "delete", "rename", "link",  "syncdir"};
  std::string text = absl::StrCat(kNames[static_cast<int>(op.kind)], " ", op.path);
  if (op.kind == Kind::kWrite) absl::StrAppend(&text, " ", op.offset, "+", op.bytes.size());
  if (!op.target.empty()) absl::StrAppend(&text, " -> ", op.target);
  return text;
}

const char* ToText(Survival survival) {
  static const char* const kNames[] = {"dropped", "kept", "cut", "garbled", "mixed", "killed"};
  return kNames[static_cast<int>(survival)];
}

std::string ParentPath(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

void DiskImage::Apply(const DiskOp& op) {
  switch (op.kind) {
    case Kind::kMakeDir:
    case Kind::kCreate:
      files_[op.file].is_dir = op.kind == Kind::kMakeDir;
      names_[op.path] = op.file;
      return;
    case Kind::kWrite: {
      std::string& live = files_.at(op.file).live;
      live.resize(std::max<size_t>(live.size(), op.offset + op.bytes.size()));
      std::copy(op.bytes.begin(), op.bytes.end(), live.begin() + static_cast<long>(op.offset));
      return;
    }
    case Kind::kTruncate:
      files_.at(op.file).live.resize(op.offset);
      return;
    case Kind::kSync:
      files_.at(op.file).durable = files_.at(op.file).live;
      return;
    case Kind::kDelete:
      names_.erase(op.path);
      return;
    case Kind::kRename:
    case Kind::kLink:
      names_[op.target] = names_.at(op.path);
      if (op.kind == Kind::kRename) names_.erase(op.path);
      return;
    case Kind::kSyncDir:
      SyncDir(op.path);
      return;
  }
}

void DiskImage::SyncDir(const std::string& dir) {
  auto is_in_dir = [&](const auto& name) { return ParentPath(name.first) == dir; };
  std::erase_if(durable_names_, is_in_dir);
  for (const auto& name : names_) {
    if (is_in_dir(name)) durable_names_.insert(name);
  }
}

DiskImage::Names DiskImage::NamesAfter(Survival survival, uint64_t seed) const {
  Names either = names_;
  either.insert(durable_names_.begin(), durable_names_.end());
  Names after;
  for (const auto& [path, unused] : either) {  // A directory comes before what is in it.
    std::string dir = ParentPath(path);
    const Names& names = TakesNewNames(survival, Mix(seed, dir)) ? names_ : durable_names_;
    auto name = names.find(path);
    if (name != names.end() && (dir == "/" || after.count(dir) > 0)) after.insert(*name);
  }
  return after;
}

DiskImage DiskImage::Survive(Survival survival, uint64_t seed) const {
  if (survival == Survival::kKilled) return *this;
  DiskImage after;
  after.names_ = NamesAfter(survival, seed);
  after.durable_names_ = after.names_;
  for (const auto& [path, number] : after.names_) {
    const File& file = files_.at(number);
    std::string bytes = BytesAfter(file.live, file.durable, survival, Mix(seed, number));
    after.files_[number] = File{bytes, bytes, file.is_dir};
  }
  return after;
}

bool DiskImage::IsDir(const std::string& path) const {
  auto name = names_.find(path);
  return path == "/" || (name != names_.end() && files_.at(name->second).is_dir);
}

std::optional<uint64_t> DiskImage::Find(const std::string& path) const {
  auto name = names_.find(path);
  if (name == names_.end() || files_.at(name->second).is_dir) return std::nullopt;
  return name->second;
}

std::vector<std::string> DiskImage::Children(const std::string& dir) const {
  std::vector<std::string> children;
  for (const auto& [path, file] : names_) {
    if (ParentPath(path) == dir) children.push_back(path.substr(path.rfind('/') + 1));
  }
  return children;
}

std::map<std::string, size_t> DiskImage::Files() const {
  std::map<std::string, size_t> files;
  for (const auto& [path, number] : names_) {
    if (const File& file = files_.at(number); !file.is_dir) files[path] = file.live.size();
  }
  return files;
}

void DiskImage::Tamper(const std::string& path, std::string bytes) {
  File& file = files_.at(*Find(path));
  file.live = file.durable = std::move(bytes);
}

void DiskImage::Remove(const std::string& path) {
  names_.erase(path);
  durable_names_.erase(path);
}

}  // namespace pegel::testing

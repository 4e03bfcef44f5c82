// A disk as a value: what processes see of it, and what a power cut leaves of it.
//
// Data is durable once its file is synced, a name once its directory is synced; everything younger
// may or may not survive. Copies are cheap enough to make one for every point of a history.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pegel::testing {

// One change of a disk, as replayable data. Files are numbered, so that an open file that is
// renamed or deleted stays the same file.
struct DiskOp {
  enum class Kind {
    kMakeDir,
    kCreate,
    kWrite,
    kTruncate,
    kSync,
    kDelete,
    kRename,
    kLink,
    kSyncDir
  };
  Kind kind;
  std::string path;     // Name of the file or directory, at the time of the change.
  std::string target;   // kRename, kLink: the new name.
  uint64_t file = 0;    // kMakeDir, kCreate, kWrite, kTruncate, kSync.
  uint64_t offset = 0;  // kWrite: where; kTruncate: the new size.
  std::string bytes;    // kWrite.
};

std::string ToText(const DiskOp& op);  // `write /data/ANCHOR 512+512`

// What the end of a process, and of the machine's power, does to everything that is not durable.
enum class Survival {
  kDropped,  // It is gone.
  kKept,     // All of it is there.
  kCut,      // Half of it is there: files are shorter, overwritten ranges half old.
  kGarbled,  // Lengths and names are there, the bytes are zeros or noise.
  kMixed,    // One of these for each file, old or new names for each directory.
  kKilled    // No power cut: all of it is seen by the next process, and still not durable.
};
inline constexpr Survival kAllSurvivals[] = {Survival::kDropped, Survival::kKept,
                                             Survival::kCut,     Survival::kGarbled,
                                             Survival::kMixed,   Survival::kKilled};

const char* ToText(Survival survival);

class DiskImage {
 public:
  // The change must be possible: what is named must be there.
  void Apply(const DiskOp& op);

  // The disk as the next process finds it; after a power cut all that is there is durable. `seed`
  // chooses where `survival` leaves a choice.
  DiskImage Survive(Survival survival, uint64_t seed) const;

  bool IsDir(const std::string& path) const;
  std::optional<uint64_t> Find(const std::string& path) const;  // The number of a file.
  std::vector<std::string> Children(const std::string& dir) const;
  std::map<std::string, size_t> Files() const;  // Every file and its size.
  uint64_t FreeNumber() const { return files_.empty() ? 1 : files_.rbegin()->first + 1; }

  const std::string& Bytes(uint64_t file) const { return files_.at(file).live; }
  std::string ReadFile(const std::string& path) const { return Bytes(*Find(path)); }

  // Replaces a file's bytes behind everybody's back, durably.
  void Tamper(const std::string& path, std::string bytes);
  void Remove(const std::string& path);

 private:
  struct File {
    std::string live;
    std::string durable;
    bool is_dir = false;
  };
  using Names = std::map<std::string, uint64_t>;

  void SyncDir(const std::string& dir);
  Names NamesAfter(Survival survival, uint64_t seed) const;

  std::map<uint64_t, File> files_;
  Names names_;          // As seen now.
  Names durable_names_;  // As of the last sync of each directory.
};

// `/a/b` of `/a/b/c`; `/` of `/a`.
std::string ParentPath(const std::string& path);

}  // namespace pegel::testing

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "tests/fuzz/targets.h"
#include "tools/configure.h"
#include "tools/flat_yaml.h"
#include "tools/key_file.h"

namespace pegel::fuzz {
namespace {

// A file in memory that only this process can open, by name.
class MemoryFile {
 public:
  explicit MemoryFile(absl::string_view bytes) : fd_(memfd_create("fuzz", MFD_CLOEXEC)) {
    PEGEL_CHECK(fd_ >= 0 && fchmod(fd_, 0600) == 0, "no memory file");
    PEGEL_CHECK(write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
                "not written");
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string name() const { return absl::StrCat("/proc/self/fd/", fd_); }

 private:
  int fd_;
};

}  // namespace

// Flat keys: a refusal has its place, and no key stands twice.
void RunFlatYaml(absl::string_view bytes) {
  auto entries = tools::ParseFlatYaml("f.yaml", bytes);
  if (!entries.ok()) {
    PEGEL_CHECK(std::string(entries.status().message()).rfind("f.yaml", 0) == 0,
                "no place: ", entries.status().message());
    return;
  }
  for (const tools::YamlEntry& entry : *entries) {
    PEGEL_CHECK(!entry.key.empty() && entry.line >= 1, "an entry without key or line");
  }
}

// The whole way of server.yaml: flat keys, settings, static configs with their rules.
void RunServerYaml(absl::string_view bytes) {
  MemoryFile file(bytes);
  auto options = tools::Configure({.config_file = file.name()});
  if (!options.ok()) PEGEL_CHECK(!options.status().message().empty(), "a refusal without a reason");
}

// A key file; keys that were read have names.
void RunKeyFile(absl::string_view bytes) {
  MemoryFile file(bytes);
  auto keys = tools::ReadKeyFile(file.name());
  if (!keys.ok()) return;
  PEGEL_CHECK(!keys->empty(), "a key file without a key");
  for (const tools::SecretKey& key : *keys) PEGEL_CHECK(tools::KeyId(key).size() == 16, "an id");
}

}  // namespace pegel::fuzz

#include "tools/key_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/check.h"
#include "core/ids.h"
#include "core/sha256.h"

namespace pegel::tools {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;
constexpr size_t kHexDigits = 64;
constexpr mode_t kMode = S_IRUSR | S_IWUSR;

constexpr char kFirstLine[] =
    "# Pegel key file: the keys that seal secrets, newest first, 64 hex digits each. Keep it "
    "secret and keep a copy: without it sealed secrets cannot be opened.\n";

std::string Because() { return std::strerror(errno); }

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Text that holds keys: wiped when it goes.
class SecretText {
 public:
  ~SecretText() { OPENSSL_cleanse(text.data(), text.size()); }
  std::string text;
};

absl::Status CheckOpened(int fd, const std::string& file) {
  struct stat status {};
  if (fstat(fd, &status) != 0) {
    return absl::UnavailableError(absl::StrCat("key file ", file, ": ", Because()));
  }
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("key file ", file, ": not a regular file; make one with `pegel keygen FILE`"));
  }
  if (status.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrCat("key file ", file, ": belongs to user id ", status.st_uid, ", expected ",
                     geteuid(), ", who reads it; chown it to the user that runs pegeld"));
  }
  if ((status.st_mode & 0177) != 0) {
    std::string mode(4, '\0');
    std::snprintf(mode.data(), mode.size() + 1, "%04o", status.st_mode & 07777u);
    return absl::PermissionDeniedError(
        absl::StrCat("key file ", file, ": has mode ", mode,
                     ", expected 0600: others could read the keys; chmod 600 it, and rotate with "
                     "`pegel keygen --rotate` if somebody may have read them"));
  }
  if (status.st_size > static_cast<off_t>(kFileBytesMax)) {
    return absl::InvalidArgumentError(absl::StrCat("key file ", file, ": expected at most ",
                                                   kFileBytesMax, " bytes, found ", status.st_size,
                                                   "; is it the right file?"));
  }
  return absl::OkStatus();
}

// Reads at most one byte more than a key file may have.
absl::Status ReadAll(int fd, const std::string& file, SecretText* out) {
  out->text.assign(kFileBytesMax + 1, '\0');
  size_t size = 0;
  while (size < out->text.size()) {
    ssize_t n = read(fd, out->text.data() + size, out->text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::UnavailableError(absl::StrCat("key file ", file, ": ", Because()));
    if (n == 0) break;
    size += static_cast<size_t>(n);
  }
  out->text.resize(size);
  return absl::OkStatus();
}

absl::Status Open(const std::string& file, SecretText* out) {
  File opened(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened.fd() < 0) {
    bool is_missing = errno == ENOENT;
    return absl::NotFoundError(
        absl::StrCat("key file ", file, ": ", Because(),
                     is_missing ? absl::StrCat("; make one with `pegel keygen ", file, "`") : ""));
  }
  absl::Status status = CheckOpened(opened.fd(), file);
  return status.ok() ? ReadAll(opened.fd(), file, out) : status;
}

bool ParseKey(absl::string_view hex, SecretKey* key) {
  Hash256 bytes{};
  if (!FromHex(hex, &bytes)) return false;
  key->bytes = bytes;
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return true;
}

absl::StatusOr<std::vector<SecretKey>> ParseKeys(const std::string& file, absl::string_view text) {
  std::vector<SecretKey> keys;
  std::set<std::string> ids;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    if (!ParseKey(line, &keys.emplace_back())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "key file ", file, ":", number, ": expected ", kHexDigits, " hex digits, found ",
          line.size(), " characters that are none; restore the file from its copy"));
    }
    if (!ids.insert(KeyId(keys.back())).second) {
      return absl::InvalidArgumentError(absl::StrCat("key file ", file, ":", number,
                                                     ": the same key a second time (id ",
                                                     KeyId(keys.back()), "); take one line out"));
    }
  }
  if (!keys.empty()) return keys;
  return absl::InvalidArgumentError(absl::StrCat(
      "key file ", file, ": holds no key; remove it and make one with `pegel keygen ", file, "`"));
}

absl::StatusOr<SecretKey> NewKey() {
  SecretKey key;
  if (RAND_bytes(key.bytes.data(), static_cast<int>(key.bytes.size())) == 1) return key;
  return absl::UnavailableError("the system gave no random bytes for a key; try again");
}

void AppendLine(const SecretKey& key, std::string* text) {
  SecretText hex;
  hex.text = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()));
  absl::StrAppend(text, hex.text, "\n");
}

bool WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool SyncDirectoryOf(const std::string& file) {
  std::filesystem::path directory = std::filesystem::path(file).parent_path();
  File opened(open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC));
  return opened.fd() >= 0 && fsync(opened.fd()) == 0;
}

// Creates `file`, which must not be there.
absl::StatusOr<File> CreateNew(const std::string& file) {
  File made(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
  if (made.fd() >= 0) return made;
  if (errno != EEXIST) return absl::UnavailableError(absl::StrCat(file, ": ", Because()));
  return absl::AlreadyExistsError(
      absl::StrCat(file,
                   " is there already and was not touched; to add a key to a key file, run `pegel "
                   "keygen --rotate`"));
}

// Fills the file that CreateNew made, and syncs it. On failure nothing is left of it.
absl::Status Fill(const File& made, const std::string& file, const std::vector<SecretKey>& keys) {
  SecretText out;
  out.text.reserve(sizeof(kFirstLine) + keys.size() * (kHexDigits + 1));  // Never copied to grow.
  out.text = kFirstLine;
  for (const SecretKey& key : keys) AppendLine(key, &out.text);
  if (fchmod(made.fd(), kMode) == 0 && WriteAll(made.fd(), out.text) && fsync(made.fd()) == 0) {
    return absl::OkStatus();
  }
  std::string reason = Because();
  unlink(file.c_str());
  return absl::UnavailableError(absl::StrCat(file, ": cannot be written: ", reason));
}

// Behind links, so that the link stays one.
std::string Target(const std::string& file) {
  std::error_code error;
  std::filesystem::path target = std::filesystem::canonical(file, error);
  return error ? file : target.string();
}

}  // namespace

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

std::string KeyId(const SecretKey& key) {
  SecretText named;
  named.text = "pegel-key-id";
  named.text.reserve(named.text.size() + key.bytes.size());
  named.text.append(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size());
  return ToHex(Sha256(named.text)).substr(0, 16);
}

absl::StatusOr<std::vector<SecretKey>> ReadKeyFile(const std::string& file) {
  SecretText content;
  absl::Status status = Open(file, &content);
  if (!status.ok()) return status;
  return ParseKeys(file, content.text);
}

absl::StatusOr<std::string> MakeKeyFile(const std::string& file) {
  absl::StatusOr<SecretKey> key = NewKey();
  if (!key.ok()) return key.status();
  absl::StatusOr<File> made = CreateNew(file);
  if (!made.ok()) return made.status();
  absl::Status status = Fill(*made, file, {*key});
  if (!status.ok()) return status;
  if (SyncDirectoryOf(file)) return KeyId(*key);
  return absl::UnavailableError(absl::StrCat(file, ": made, but its directory cannot be synced: ",
                                             Because(), "; sync it before you rely on the file"));
}

// The new file is the lock: it is made before the old one is read, so that of two rotations at once
// one is refused and no key is lost.
absl::StatusOr<std::string> RotateKeyFile(const std::string& file) {
  const std::string target = Target(file);
  const std::string aside = absl::StrCat(target, ".new");
  absl::StatusOr<SecretKey> key = NewKey();
  if (!key.ok()) return key.status();
  absl::StatusOr<File> made = CreateNew(aside);
  if (absl::IsAlreadyExists(made.status())) {
    return absl::AlreadyExistsError(absl::StrCat(
        aside,
        " is left from another rotation that is running or broke off; if none is running, "
        "remove it and rotate again"));
  }
  if (!made.ok()) return made.status();
  absl::StatusOr<std::vector<SecretKey>> keys = ReadKeyFile(file);
  if (!keys.ok()) {
    unlink(aside.c_str());
    return keys.status();
  }
  keys->insert(keys->begin(), *key);
  absl::Status status = Fill(*made, aside, *keys);
  if (!status.ok()) return status;
  if (rename(aside.c_str(), target.c_str()) != 0) {
    std::string reason = Because();
    unlink(aside.c_str());
    return absl::UnavailableError(absl::StrCat(file, ": cannot be replaced: ", reason));
  }
  if (SyncDirectoryOf(target)) return KeyId(*key);
  return absl::UnavailableError(
      absl::StrCat(file, ": replaced, but its directory cannot be synced: ", Because(),
                   "; the new key is in place, sync the directory before you rely on it"));
}

}  // namespace pegel::tools

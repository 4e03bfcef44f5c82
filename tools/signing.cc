#include "tools/signing.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "tools/read_file.h"

namespace pegel::tools {
namespace {

constexpr size_t kFileBytesMax = 16 << 10;
constexpr size_t kSignatureBytes = 64;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What `write` puts into a BIO, in a file that is made anew with `mode`.
absl::Status WriteNew(const std::string& file, mode_t mode, int (*write)(BIO*, EVP_PKEY*),
                      EVP_PKEY* key) {
  int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0 && errno == EEXIST) {
    return absl::AlreadyExistsError(absl::StrCat(file, " is there already and was not touched"));
  }
  if (fd < 0) return absl::UnavailableError(absl::StrCat(file, ": ", std::strerror(errno)));
  Bio out(BIO_new_fd(fd, BIO_CLOSE), BIO_free);
  if (out != nullptr && fchmod(fd, mode) == 0 && write(out.get(), key) == 1 &&
      BIO_flush(out.get()) == 1 && fsync(fd) == 0) {
    return absl::OkStatus();
  }
  unlink(file.c_str());
  return absl::UnavailableError(absl::StrCat(file, ": cannot be written"));
}

int WritePrivate(BIO* out, EVP_PKEY* key) {
  return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
}
int WritePublic(BIO* out, EVP_PKEY* key) { return PEM_write_bio_PUBKEY(out, key); }

absl::StatusOr<Key> ReadKey(const std::string& file, const char* what,
                            EVP_PKEY* (*read)(BIO*, EVP_PKEY**, pem_password_cb*, void*)) {
  absl::StatusOr<std::string> text = ReadSmallFile(file, kFileBytesMax);
  if (!text.ok()) return text.status();
  Bio in(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())), BIO_free);
  // A password would be asked for on the terminal otherwise.
  char none[] = "";
  EVP_PKEY* key = read(in.get(), nullptr, nullptr, none);
  if (key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return Key(key);
  EVP_PKEY_free(key);
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": expected ", what,
                   " of Ed25519 in PEM, found something else; "
                   "`pegel-replay checkpoint-key FILE` makes FILE and FILE.pub"));
}

}  // namespace

Key::Key(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}

absl::StatusOr<std::string> Key::Sign(absl::string_view text) const {
  std::string signature(kSignatureBytes, '\0');
  size_t size = signature.size();
  Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     Bytes(text), text.size()) == 1 &&
      size == kSignatureBytes) {
    return signature;
  }
  return absl::InternalError("the key cannot sign");
}

bool Key::HasSigned(absl::string_view text, absl::string_view signature) const {
  Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                          text.size()) == 1;
}

absl::Status MakeSigningKey(const std::string& file) {
  EVP_PKEY* made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (made == nullptr) return absl::UnavailableError("the system gave no random bytes for a key");
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(made, EVP_PKEY_free);
  absl::Status status = WriteNew(file, 0600, WritePrivate, made);
  if (!status.ok()) return status;
  status = WriteNew(file + ".pub", 0644, WritePublic, made);
  if (!status.ok()) unlink(file.c_str());
  return status;
}

absl::StatusOr<Key> ReadPrivateKey(const std::string& file) {
  return ReadKey(file, "a private key", PEM_read_bio_PrivateKey);
}

absl::StatusOr<Key> ReadPublicKey(const std::string& file) {
  return ReadKey(file, "a public key", PEM_read_bio_PUBKEY);
}

}  // namespace pegel::tools

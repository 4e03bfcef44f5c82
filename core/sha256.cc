// The one-call EVP functions look the algorithm up by name every time, which costs twice the hash
// itself; the plain block interface is deprecated in name only and does no lookup.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/sha256.h"

#include <openssl/sha.h>

namespace pegel {

Hash256 Sha256(absl::string_view bytes) {
  Hash256 hash;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(hash.data(), &context);
  return hash;
}

}  // namespace pegel

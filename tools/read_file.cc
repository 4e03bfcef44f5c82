#include "tools/read_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace pegel::tools {

absl::StatusOr<std::string> ReadSmallFile(const std::string& file, size_t bytes_max) {
  std::error_code error;
  auto status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return absl::NotFoundError(absl::StrCat(file, ": no such file"));
  }
  if (error || !std::filesystem::is_regular_file(status)) {
    return absl::UnavailableError(
        absl::StrCat(file, ": cannot be read: ", error ? error.message() : "not a regular file"));
  }
  std::ifstream stream(file, std::ios::binary);
  const uintmax_t size = std::filesystem::file_size(file, error);  // A hint: it may grow meanwhile.
  std::string text(error ? bytes_max + 1 : std::min<uintmax_t>(size, bytes_max) + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) {
    return absl::UnavailableError(
        absl::StrCat(file, ": cannot be read; may this user read it, and its directory?"));
  }
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.size() > bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": expected at most ", bytes_max, " bytes, found more"));
  }
  return text;
}

}  // namespace pegel::tools

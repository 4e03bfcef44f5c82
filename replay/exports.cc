#include "replay/exports.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "replay/folder.h"

namespace pegel::replay {
namespace {

constexpr absl::string_view kSuffix = ".groups";

using Files = std::vector<std::unique_ptr<log::GroupFile>>;

absl::StatusOr<std::vector<std::string>> PathsIn(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (absl::EndsWith(entry.path().string(), kSuffix)) paths.push_back(entry.path().string());
  }
  if (error) return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  if (paths.empty()) {
    return absl::NotFoundError(absl::StrCat(path, ": no file in it ends in ", kSuffix));
  }
  return paths;
}

// By their first record, the longest first among those with the same.
bool IsBefore(const std::unique_ptr<log::GroupFile>& a, const std::unique_ptr<log::GroupFile>& b) {
  if (a->before().lsn != b->before().lsn) return a->before().lsn < b->before().lsn;
  return a->head().lsn > b->head().lsn;
}

// Those that continue each other; others must lie within them.
absl::StatusOr<Files> Join(Files all) {
  std::sort(all.begin(), all.end(), IsBefore);
  Files joined;
  for (auto& file : all) {
    if (!joined.empty()) {
      const log::Head& end = joined.back()->head();
      if (file->head().lsn <= end.lsn) continue;
      if (file->before() != end) {
        return DataLossAt(
            Next(end.lsn),
            absl::StrCat("an export ends at lsn ", end.lsn.value, " (chain ", ToHex(end.chain),
                         "), and the next one begins behind lsn ", file->before().lsn.value,
                         " (chain ", ToHex(file->before().chain), ")"));
      }
    }
    joined.push_back(std::move(file));
  }
  return joined;
}

class JoinedReader final : public log::Reader {
 public:
  JoinedReader(const Files& files, size_t at, std::unique_ptr<log::Reader> reader)
      : files_(files), at_(at), reader_(std::move(reader)) {}

  absl::StatusOr<bool> Next(Lsn* first, absl::string_view* bytes) override {
    for (;;) {
      absl::StatusOr<bool> more = reader_->Next(first, bytes);
      if (!more.ok() || *more || at_ + 1 == files_.size()) return more;
      ++at_;
      absl::StatusOr<std::unique_ptr<log::Reader>> reader =
          files_[at_]->Read(pegel::Next(files_[at_]->before().lsn));
      if (!reader.ok()) return reader.status();
      reader_ = *std::move(reader);
    }
  }

 private:
  const Files& files_;
  size_t at_;
  std::unique_ptr<log::Reader> reader_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Exports>> Exports::Open(const std::string& path) {
  absl::StatusOr<std::vector<std::string>> paths = PathsIn(path);
  if (!paths.ok()) return paths.status();
  Files files;
  for (const std::string& each : *paths) {
    absl::StatusOr<std::unique_ptr<log::GroupFile>> file = log::GroupFile::Open(each, nullptr);
    if (!file.ok()) return file.status();
    files.push_back(*std::move(file));
  }
  absl::StatusOr<Files> joined = Join(std::move(files));
  if (!joined.ok()) return joined.status();
  return std::unique_ptr<Exports>(new Exports(*std::move(joined)));
}

void Exports::Append(const log::Group&, std::function<void(absl::Status)> done) {
  done(absl::FailedPreconditionError("exports are not appended to"));
}

absl::StatusOr<std::unique_ptr<log::Reader>> Exports::Read(Lsn from) const {
  size_t at = 0;
  while (at + 1 < files_.size() && files_[at]->head().lsn < from) ++at;
  absl::StatusOr<std::unique_ptr<log::Reader>> reader = files_[at]->Read(from);
  if (!reader.ok()) return reader.status();
  return std::unique_ptr<log::Reader>(
      std::make_unique<JoinedReader>(files_, at, *std::move(reader)));
}

}  // namespace pegel::replay

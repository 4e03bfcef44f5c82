// Exports as one log: the files that retention wrote before it trimmed, joined by their chain.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "log/group_file.h"

namespace pegel::replay {

// Read-only. Any thread.
class Exports final : public log::Log {
 public:
  // `path`: one file, or a directory whose files `….groups` are taken. Where two begin at the same
  // record, the longer one holds what is in the other. Errors: kNotFound; kDataLoss: a file is
  // damaged, or one does not continue the one before.
  static absl::StatusOr<std::unique_ptr<Exports>> Open(const std::string& path);

  const log::Head& before() const { return files_.front()->before(); }
  const log::Head& head() const { return files_.back()->head(); }

  void Append(const log::Group& group, std::function<void(absl::Status)> done) override;  // Fails.
  absl::StatusOr<std::unique_ptr<log::Reader>> Read(Lsn from) const override;

 private:
  using Files = std::vector<std::unique_ptr<log::GroupFile>>;
  explicit Exports(Files files) : files_(std::move(files)) {}

  Files files_;  // By lsn, not empty.
};

}  // namespace pegel::replay

// A run of groups in one file: what exports and backups are made of. log/FORMAT.md has the bytes.
//
// Read it as a Log: the fold that boots a server also checks an export.
//
//   auto writer = GroupFileWriter::Create(path, before, fs);     // Head{}: from record 1 on
//   (*writer)->Add(first, bytes); …
//   (*writer)->Finish();                                         // Now it is whole and synced.
//   auto log = GroupFile::Open(path, fs);                        // before(), head(), Read(from)
//
// Header and end carry checksums; what is between is records, whose chain must lead from the
// header's hash to the end's. A file without its end is one that was being written, and is refused.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "log/log.h"

namespace rocksdb {
class FileSystem;
class FSWritableFile;
}  // namespace rocksdb

namespace pegel::log {

// Not thread-safe.
class GroupFileWriter {
 public:
  // Makes the file anew; `fs` null: the real disk. Its name is durable only when the caller has
  // synced the directory.
  static absl::StatusOr<std::unique_ptr<GroupFileWriter>> Create(const std::string& path,
                                                                 const Head& before,
                                                                 rocksdb::FileSystem* fs);
  ~GroupFileWriter();

  // Checks that the records continue the chain. Error kDataLoss: they do not. Synced now and then,
  // so that no sync is so large that others wait for it.
  absl::Status Add(Lsn first, absl::string_view bytes);

  // Writes the end, syncs and closes. Nothing may be added any more.
  absl::Status Finish();

  const Head& head() const { return head_; }  // Of the last record added.
  uint64_t bytes() const { return bytes_; }   // Written so far.

 private:
  GroupFileWriter(std::string path, const Head& before,
                  std::unique_ptr<rocksdb::FSWritableFile> file);
  absl::Status Write(absl::string_view bytes);
  absl::Status Sync();

  const std::string path_;
  const std::string header_;
  std::unique_ptr<rocksdb::FSWritableFile> file_;
  Head head_;
  uint64_t bytes_ = 0;
  uint64_t unsynced_ = 0;
};

// Any thread.
class GroupFile final : public Log {
 public:
  // Reads header and end. Errors: kNotFound, kDataLoss (not whole, or damaged there).
  static absl::StatusOr<std::unique_ptr<GroupFile>> Open(const std::string& path,
                                                         rocksdb::FileSystem* fs);

  const Head& before() const { return before_; }  // The record in front of the first.
  const Head& head() const { return head_; }      // The last record.
  uint64_t bytes() const { return bytes_; }

  void Append(const Group& group, std::function<void(absl::Status)> done) override;  // Fails.
  absl::StatusOr<std::unique_ptr<Reader>> Read(Lsn from) const override;

 private:
  GroupFile(std::string path, rocksdb::FileSystem* fs) : path_(std::move(path)), fs_(fs) {}

  const std::string path_;
  rocksdb::FileSystem* const fs_;
  Head before_;
  Head head_;
  uint64_t bytes_ = 0;
};

}  // namespace pegel::log

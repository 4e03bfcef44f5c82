#include "log/rocks_log.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>

#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "log/anchor.h"
#include "log/data_dir.h"
#include "log/rocks_env.h"
#include "log/rocks_options.h"
#include "log/rocks_reader.h"
#include "log/rocks_status.h"
#include "log/trim_point.h"

namespace pegel::log {
namespace {

constexpr Lsn kNoEnd{std::numeric_limits<uint64_t>::max()};

std::string ToText(const Head& head) {
  return absl::StrCat("lsn ", head.lsn.value, " (chain ", ToHex(head.chain).substr(0, 8), "…)");
}

absl::Status DataLoss(const DataDir& dir, absl::string_view problem, absl::string_view advice) {
  return absl::DataLossError(
      absl::StrCat("data loss: ", problem, ". ", advice, " Directory: ", dir.path));
}

// What the anchor says must be in a log that ends at `head`.
absl::Status CheckAnchor(const DataDir& dir, const Head& anchor, const Head& head) {
  if (anchor.lsn < head.lsn || anchor == head) return absl::OkStatus();
  return DataLoss(dir,
                  absl::StrCat("the anchor says ", ToText(anchor),
                               " was acknowledged, but the log ends at ", ToText(head)),
                  absl::StrCat("Nothing was changed. Restore a backup that reaches lsn ",
                               anchor.lsn.value, "."));
}

absl::Status CheckEnd(const DataDir& dir, rocksdb::DB& db, const Head& trimmed, const Head& head) {
  absl::StatusOr<Head> end = EndOf(db, trimmed);
  if (!end.ok()) return end.status();
  if (*end == head) return absl::OkStatus();
  return DataLoss(
      dir,
      absl::StrCat("the log was found to end at ", ToText(head), " when it was read, but ends at ",
                   ToText(*end), " now that it is open for writing"),
      "Look for another process that writes there, or for a failing disk.");
}

// Of a property of RocksDB; 0 when it is not there.
uint64_t NumberOf(const std::map<std::string, std::string>& property, const char* name) {
  auto it = property.find(name);
  uint64_t number = 0;
  return it != property.end() && absl::SimpleAtoi(it->second, &number) ? number : 0;
}

absl::Status NoLogFor(const DataDir& dir, const Head& head) {
  return DataLoss(dir, absl::StrCat("expected a log that ends at ", ToText(head), ", found none"),
                  "Nothing was changed.");
}

}  // namespace

// Order of members: RocksDB goes first, then what it stands on.
struct RocksLog::Impl {
  explicit Impl(const RocksLogOptions& log_options)
      : options(log_options),
        dir{log_options.data_dir},
        fs(options.file_system != nullptr ? options.file_system
                                          : rocksdb::FileSystem::Default().get()),
        env(MakeEnv(fs, options.clock, options.workers)) {}

  rocksdb::Options RocksOptions() const;
  absl::Status OpenReadOnly();
  absl::StatusOr<bool> PrepareFiles(const Head& expected);
  absl::Status OpenForWriting(const Head& expected);
  absl::Status OpenAnchor(const Head& expected);

  absl::Status Store(const Group& group);
  absl::Status Append(const Group& group);
  absl::Status Trim(const Head& through);
  Head GetHead() const;
  Head GetTrimmed() const;
  void SetTrimmed(const Head& new_trimmed);
  void SetHead(const Head& new_head);

  const RocksLogOptions options;
  const DataDir dir;
  rocksdb::FileSystem* const fs;
  const std::unique_ptr<rocksdb::Env> env;
  const std::shared_ptr<FailureLatch> failure = std::make_shared<FailureLatch>();
  std::unique_ptr<DataDirLock> lock;
  std::unique_ptr<rocksdb::DB> db;
  std::unique_ptr<Anchor> anchor;  // Null: read-only.

  mutable std::mutex mutex;
  // Guarded by mutex.
  Head head{kNoEnd, {}};  // Read-only: no end but the last group.
  Head trimmed;
};

rocksdb::Options RocksLog::Impl::RocksOptions() const {
  rocksdb::Options rocks = MakeOptions(options.write_buffer_bytes);
  if (options.workers != nullptr) MakeRepeatable(rocks);
  rocks.env = env.get();
  rocks.info_log = MakeLogger(options.on_warning);
  rocks.listeners = {MakeListener(failure, options.on_warning)};
  return rocks;
}

absl::Status RocksLog::Impl::OpenReadOnly() {
  rocksdb::DB* opened = nullptr;
  rocksdb::Status status = rocksdb::DB::OpenForReadOnly(RocksOptions(), dir.Log(), &opened);
  db.reset(opened);
  return ToReadStatus(status, absl::StrCat("the log ", dir.Log(), " cannot be read"));
}

// Takes the lock and makes what a new log needs. True: RocksDB has to make its files, too.
absl::StatusOr<bool> RocksLog::Impl::PrepareFiles(const Head& expected) {
  absl::Status made = MakeDataDir(dir, options.file_system == nullptr, fs);
  if (!made.ok()) return made;
  auto taken = DataDirLock::Take(dir, fs);
  if (!taken.ok()) return taken.status();
  lock = *std::move(taken);
  absl::StatusOr<Survey> survey = Look(dir, fs);
  if (!survey.ok()) return survey.status();
  absl::Status status = CheckAnchor(dir, survey->anchor, expected);
  if (!status.ok()) return status;
  SetTrimmed(survey->trimmed);
  if (survey->has_log) return false;
  if (expected != survey->trimmed) return NoLogFor(dir, expected);
  status = MakeContents(dir, *survey, fs);
  if (!status.ok()) return status;
  return true;
}

absl::Status RocksLog::Impl::OpenForWriting(const Head& expected) {
  absl::StatusOr<bool> is_new = PrepareFiles(expected);
  if (!is_new.ok()) return is_new.status();
  rocksdb::Options rocks = RocksOptions();
  rocks.create_if_missing = *is_new;  // A log that went missing is never replaced by an empty one.
  rocksdb::DB* opened = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(rocks, dir.Log(), &opened);
  db.reset(opened);
  if (!status.ok()) return ToStatus(status, absl::StrCat("opening the log ", dir.Log()));
  if (absl::Status end = CheckEnd(dir, *db, GetTrimmed(), expected); !end.ok()) return end;
  return OpenAnchor(expected);
}

// Records beyond the anchor are durable by now (rocks_options.cc), so it may move to them. Written
// in any case, because that also replaces a slot that was torn or rotten.
absl::Status RocksLog::Impl::OpenAnchor(const Head& expected) {
  auto opened = Anchor::Open(dir.Anchor(), fs);
  if (!opened.ok()) return opened.status();
  anchor = *std::move(opened);
  absl::Status status = anchor->Write(expected);
  if (status.ok()) SetHead(expected);
  return status;
}

// The group first, then the anchor: power lost between the two leaves a log that is longer than the
// anchor says, with a group that nobody was told about. The other order would leave an anchor that
// speaks of a group that is not there.
absl::Status RocksLog::Impl::Store(const Group& group) {
  rocksdb::Status status = db->Put(AppendOptions(), KeyOf(group.first), group.bytes);
  if (status.ok()) return anchor->Write(group.head);
  return ToStatus(status, absl::StrCat("writing the log ", dir.Log()));
}

absl::Status RocksLog::Impl::Append(const Group& group) {
  if (anchor == nullptr) return absl::FailedPreconditionError("the log is open for reading only");
  if (absl::Status earlier = failure->Get(); !earlier.ok()) return earlier;
  Head before = GetHead();
  PEGEL_CHECK(group.first == Next(before.lsn) && group.head.lsn >= group.first, "group of lsn ",
              group.first.value, " to ", group.head.lsn.value, " behind ", ToText(before));
  if (absl::Status status = Store(group); !status.ok()) {
    failure->Set(status);
    return failure->Get();  // RocksDB's listener may have been first.
  }
  SetHead(group.head);
  return absl::OkStatus();
}

// The trim point first: from then on nobody reads what is below it, so it does not matter how much
// of that a crash leaves. Whole tables are dropped at once; the range deletion covers the rest.
absl::Status RocksLog::Impl::Trim(const Head& through) {
  if (anchor == nullptr) return absl::FailedPreconditionError("the log is open for reading only");
  if (absl::Status earlier = failure->Get(); !earlier.ok()) return earlier;
  PEGEL_CHECK(GetTrimmed().lsn <= through.lsn && through.lsn <= GetHead().lsn, "trim to lsn ",
              through.lsn.value);
  absl::StatusOr<std::optional<std::string>> end = FirstKeyBehind(*db, through.lsn);
  if (!end.ok()) return end.status();
  if (absl::Status status = WriteTrimPoint(dir, through, fs); !status.ok()) return status;
  SetTrimmed(through);
  if (!end->has_value()) return absl::OkStatus();
  const std::string first = KeyOf(Lsn{0});
  rocksdb::Slice begin(first), limit(**end);
  rocksdb::Status status = rocksdb::DeleteFilesInRange(db.get(), db->DefaultColumnFamily(), &begin,
                                                       &limit, /*include_end=*/false);
  if (status.ok())
    status = db->DeleteRange(AppendOptions(), db->DefaultColumnFamily(), begin, limit);
  return ToStatus(status, absl::StrCat("trimming the log ", dir.Log()));
}

Head RocksLog::Impl::GetTrimmed() const {
  std::lock_guard<std::mutex> guard(mutex);
  return trimmed;
}

void RocksLog::Impl::SetTrimmed(const Head& new_trimmed) {
  std::lock_guard<std::mutex> guard(mutex);
  trimmed = new_trimmed;
}

Head RocksLog::Impl::GetHead() const {
  std::lock_guard<std::mutex> guard(mutex);
  return head;
}

void RocksLog::Impl::SetHead(const Head& new_head) {
  std::lock_guard<std::mutex> guard(mutex);
  head = new_head;
}

absl::StatusOr<Inspection> RocksLog::Inspect(const RocksLogOptions& options, bool must_exist) {
  auto impl = std::make_unique<Impl>(options);
  absl::StatusOr<Survey> survey = Look(impl->dir, impl->fs);
  if (!survey.ok()) return survey.status();
  if (!survey->has_log && must_exist) {
    return absl::NotFoundError(absl::StrCat("there is no log in the directory ", options.data_dir));
  }
  if (!survey->has_log) return Inspection{true, survey->anchor, survey->trimmed, nullptr};
  if (absl::Status opened = impl->OpenReadOnly(); !opened.ok()) return opened;
  impl->SetTrimmed(survey->trimmed);
  return Inspection{false, survey->anchor, survey->trimmed,
                    std::unique_ptr<Log>(new RocksLog(std::move(impl)))};
}

absl::StatusOr<std::unique_ptr<RocksLog>> RocksLog::Open(const RocksLogOptions& options,
                                                         const Head& head) {
  auto impl = std::make_unique<Impl>(options);
  if (absl::Status opened = impl->OpenForWriting(head); !opened.ok()) return opened;
  return std::unique_ptr<RocksLog>(new RocksLog(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<RocksLog>> RocksLog::Create(const RocksLogOptions& options,
                                                           const Head& before) {
  auto impl = std::make_unique<Impl>(options);
  absl::Status made = MakeDataDir(impl->dir, options.file_system == nullptr, impl->fs);
  if (made.ok() && before != Head{}) made = WriteTrimPoint(impl->dir, before, impl->fs);
  if (made.ok()) made = impl->OpenForWriting(before);
  if (!made.ok()) return made;
  return std::unique_ptr<RocksLog>(new RocksLog(std::move(impl)));
}

RocksLog::RocksLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RocksLog::~RocksLog() = default;

Head RocksLog::trimmed() const { return impl_->GetTrimmed(); }

absl::Status RocksLog::Trim(const Head& through) { return impl_->Trim(through); }

uint64_t RocksLog::BytesOwed() const {
  using Properties = rocksdb::DB::Properties;
  uint64_t in_no_table = 0;
  impl_->db->GetIntProperty(Properties::kCurSizeAllMemTables, &in_no_table);
  // Of level 0 alone, which has a handful: a log that is kept for ever has thousands of tables.
  std::map<std::string, std::string> tables;
  impl_->db->GetMapProperty(Properties::kAggregatedTablePropertiesAtLevel + "0", &tables);
  return in_no_table + NumberOf(tables, "data_size") + NumberOf(tables, "index_size");
}

void RocksLog::Append(const Group& group, std::function<void(absl::Status)> done) {
  done(impl_->Append(group));
}

absl::StatusOr<std::unique_ptr<Reader>> RocksLog::Read(Lsn from) const {
  return ReadGroups(*impl_->db, from, impl_->GetHead().lsn);
}

}  // namespace pegel::log

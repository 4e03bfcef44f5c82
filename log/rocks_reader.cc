#include "log/rocks_reader.h"

#include <rocksdb/db.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "log/group.h"
#include "log/record_codec.h"
#include "log/rocks_options.h"
#include "log/rocks_status.h"

namespace pegel::log {
namespace {

absl::StatusOr<Lsn> LsnOf(const rocksdb::Slice& key) {
  Lsn lsn;
  if (key.size() != sizeof lsn.value) {
    return absl::DataLossError(
        absl::StrCat("log: found a key of ", key.size(), " bytes, expected ", sizeof lsn.value));
  }
  for (size_t i = 0; i < key.size(); ++i) {
    lsn.value = lsn.value << 8 | static_cast<uint8_t>(key[i]);
  }
  return lsn;
}

absl::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

class RocksReader final : public Reader {
 public:
  RocksReader(std::unique_ptr<rocksdb::Iterator> iterator, Lsn through)
      : iterator_(std::move(iterator)), through_(through) {}

  void Seek(Lsn from) {
    iterator_->SeekForPrev(KeyOf(from));
    if (!iterator_->Valid() && iterator_->status().ok()) iterator_->SeekToFirst();
    if (iterator_->Valid() && EndsBefore(from)) iterator_->Next();
  }

  absl::StatusOr<bool> Next(Lsn* first, absl::string_view* bytes) override {
    if (is_started_ && iterator_->Valid()) iterator_->Next();
    is_started_ = true;
    if (!iterator_->Valid()) return AtEnd();
    absl::StatusOr<Lsn> lsn = LsnOf(iterator_->key());
    if (!lsn.ok()) return lsn.status();
    if (*lsn > through_) return false;
    *first = last_ = *lsn;
    *bytes = ToView(iterator_->value());
    return true;
  }

 private:
  // False for a group that cannot be split: it stays, and whoever reads it will see why.
  bool EndsBefore(Lsn from) const {
    absl::StatusOr<Lsn> first = LsnOf(iterator_->key());
    auto records = SplitGroup(ToView(iterator_->value()));
    return first.ok() && records.ok() && first->value + records->size() - 1 < from.value;
  }

  absl::StatusOr<bool> AtEnd() const {
    if (iterator_->status().ok()) return false;
    return ToReadStatus(
        iterator_->status(),
        absl::StrCat("the log cannot be read behind the group of lsn ", last_.value));
  }

  const std::unique_ptr<rocksdb::Iterator> iterator_;
  const Lsn through_;
  Lsn last_;
  bool is_started_ = false;
};

std::unique_ptr<rocksdb::Iterator> NewIterator(rocksdb::DB& db) {
  return std::unique_ptr<rocksdb::Iterator>(db.NewIterator(ScanOptions()));
}

}  // namespace

std::string KeyOf(Lsn first) {
  std::string key;
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(first.value >> shift);
  return key;
}

std::unique_ptr<Reader> ReadGroups(rocksdb::DB& db, Lsn from, Lsn through) {
  auto reader = std::make_unique<RocksReader>(NewIterator(db), through);
  reader->Seek(from);
  return reader;
}

absl::StatusOr<Head> EndOf(rocksdb::DB& db, const Head& trimmed) {
  std::unique_ptr<rocksdb::Iterator> iterator = NewIterator(db);
  iterator->SeekToLast();
  if (!iterator->status().ok()) {
    return ToReadStatus(iterator->status(), "the last group of the log cannot be read");
  }
  if (!iterator->Valid()) return trimmed;
  absl::StatusOr<Lsn> first = LsnOf(iterator->key());
  if (!first.ok()) return first.status();
  auto records = SplitGroup(ToView(iterator->value()));
  if (!records.ok()) return records.status();
  return Head{Lsn{first->value + records->size() - 1}, ChainHash(records->back())};
}

absl::StatusOr<std::optional<std::string>> FirstKeyBehind(rocksdb::DB& db, Lsn trimmed) {
  std::unique_ptr<rocksdb::Iterator> iterator = NewIterator(db);
  iterator->SeekForPrev(KeyOf(Next(trimmed)));
  if (!iterator->status().ok()) {
    return ToReadStatus(iterator->status(),
                        absl::StrCat("the group of lsn ", Next(trimmed).value, " cannot be read"));
  }
  if (!iterator->Valid()) return std::nullopt;
  return iterator->key().ToString();
}

}  // namespace pegel::log

// A log that somebody laid hands on: whatever was done to it is reported, with the first record
// that is not the one it was.
//
// Two hands. The clumsy one edits, deletes, inserts and swaps records and lets the chain be; the
// anchor tells. The careful one makes every record behind the change anew, with hashes and all, and
// the anchor too: only a receipt of a later record, kept elsewhere, can tell, and at its lsn.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <utility>

#include "log/group.h"
#include "log/record_codec.h"
#include "replay/recover.h"
#include "replay/salvage.h"
#include "replay/verify.h"
#include "tests/support/folded_history.h"
#include "tests/system/process.h"

namespace pegel::replay {
namespace {

using testing::FoldedHistory;
using testing::Random;
using testing::Reproduce;
using testing::SeedFromEnvironment;

constexpr uint64_t kRecords = 40;

// Records in order, whatever they say of themselves, in groups of any size.
class RawLog final : public log::Log {
 public:
  RawLog(const std::vector<std::string>& records, Random& random) {
    for (size_t i = 0; i < records.size();) {
      size_t count = 1 + random.Below(5);
      groups_.push_back({Lsn{i + 1}, ""});
      for (; count > 0 && i < records.size(); --count, ++i) groups_.back().second += records[i];
    }
  }
  void Append(const log::Group&, std::function<void(absl::Status)>) override { std::abort(); }
  absl::StatusOr<std::unique_ptr<log::Reader>> Read(Lsn from) const override {
    size_t at = 0;
    while (at + 1 < groups_.size() && groups_[at + 1].first <= from) ++at;
    return std::make_unique<RawReader>(groups_, at);
  }

 private:
  using Groups = std::vector<std::pair<Lsn, std::string>>;
  class RawReader final : public log::Reader {
   public:
    RawReader(const Groups& groups, size_t at) : groups_(groups), at_(at) {}
    absl::StatusOr<bool> Next(Lsn* first, absl::string_view* bytes) override {
      if (at_ >= groups_.size()) return false;
      *first = groups_[at_].first;
      *bytes = groups_[at_++].second;
      return true;
    }

   private:
    const Groups& groups_;
    size_t at_;
  };

  Groups groups_;
};

struct History {
  explicit History(uint64_t seed) : made(seed) {
    while (records.size() < kRecords) {
      log::Group group = made.NextGroup(1, /*keep_digests=*/false);
      records.push_back(group.bytes);
      chains.push_back(group.head.chain);
    }
  }
  // Of record `index`, from 0.
  log::Head HeadAt(size_t index) const { return {Lsn{index + 1}, chains[index]}; }

  FoldedHistory made;
  std::vector<std::string> records;
  std::vector<Hash256> chains;
};

log::StoredRecord Decoded(const std::string& bytes) {
  absl::StatusOr<log::StoredRecord> stored = log::DecodeRecord(bytes);
  EXPECT_TRUE(stored.ok()) << stored.status();
  return *std::move(stored);
}

std::string Encoded(const Record& record, const Hash256& previous) {
  std::string bytes;
  log::EncodeRecord(record, previous, &bytes);
  return bytes;
}

// In front of record `index`, from 0.
World WorldBefore(const History& history, size_t index) {
  World world;
  for (size_t i = 0; i < index; ++i) {
    Record record = Decoded(history.records[i]).record;
    Apply(world, record.moment, record.request_id, record.command);
  }
  return world;
}

// What was done, what is left, and what is to be reported.
struct Tampering {
  std::string what;
  std::vector<std::string> records;
  std::vector<Witness> witnesses;
  Lsn first_bad;
};

// One byte of one record, or one of its fields with a good encoding.
void Edit(const History& history, Random& random, Tampering* done) {
  size_t at = random.Below(kRecords);
  std::string& bytes = done->records[at];
  done->first_bad = Lsn{at + 1};
  if (random.OneIn(2)) {
    done->what = "edit a byte";
    bytes[random.Below(bytes.size())] ^= static_cast<char>(1 + random.Below(255));
    return;
  }
  done->what = "edit a field";
  log::StoredRecord stored = Decoded(bytes);
  switch (random.Below(4)) {
    case 0:
      stored.record.moment.author.principal.name += "x";
      break;
    case 1:
      stored.record.moment.time.value += 1;
      break;
    case 2:
      stored.record.command = AddAcl{testing::RandomEntry(random)};
      stored.record.effect[random.Below(32)] ^= 1;
      break;
    default:
      stored.record.moment.author.host = "10.9.9.9";
      break;
  }
  bytes = Encoded(stored.record, stored.previous);
  ASSERT_NE(bytes, history.records[at]);
}

void Delete(Random& random, Tampering* done) {
  size_t at = random.Below(kRecords);
  done->what = "delete";
  done->records.erase(done->records.begin() + static_cast<std::ptrdiff_t>(at));
  done->first_bad = Lsn{at + 1};
}

// A copy of another record, or a forged one that continues the chain with the right effects. Behind
// the last record that is no tampering: who may write to a log may go on with it.
void Insert(const History& history, Random& random, Tampering* done) {
  size_t at = random.Below(kRecords);
  std::string inserted = history.records[random.Below(kRecords)];
  done->what = "insert a copy";
  done->first_bad = Lsn{at + 1};
  if (random.OneIn(2)) {
    done->what = "insert a forgery";
    World world = WorldBefore(history, at);
    Command command = at == 0 ? Command(testing::BootOf(true)) : ListAcl{};
    Moment moment{Lsn{at + 1}, world.time, testing::AuthorOf("User:eve")};
    Applied applied = Apply(world, moment, RequestId{}, command);
    inserted = Encoded({moment, RequestId{}, command, applied.effect},
                       at == 0 ? Hash256{} : history.chains[at - 1]);
  }
  if (inserted == history.records[at]) done->first_bad = Lsn{at + 2};  // The same one twice.
  done->records.insert(done->records.begin() + static_cast<std::ptrdiff_t>(at), inserted);
}

void Swap(Random& random, Tampering* done) {
  size_t a = random.Below(kRecords), b = random.Below(kRecords - 1);
  if (b >= a) ++b;
  done->what = "swap";
  std::swap(done->records[a], done->records[b]);
  done->first_bad = Lsn{std::min(a, b) + 1};
}

void Truncate(Random& random, Tampering* done) {
  size_t left = random.Below(kRecords);
  done->what = "truncate";
  done->records.resize(left);
  done->first_bad = Lsn{left + 1};
}

// An older copy of log and anchor; somebody has a receipt of a record that it lacks.
void RollBack(const History& history, Random& random, Tampering* done) {
  size_t left = random.Below(kRecords);
  size_t told = left + random.Below(kRecords - left);
  done->what = "roll back";
  done->records.resize(left);
  done->witnesses = {{history.HeadAt(told), "a receipt"}};
  if (left > 0) done->witnesses.push_back({history.HeadAt(left - 1), "the anchor"});
  done->first_bad = Lsn{left + 1};
}

// Another author for one record, and everything behind it made anew, the anchor too; somebody has
// a receipt of that record or a later one.
void Rewrite(const History& history, Random& random, Tampering* done) {
  size_t at = 1 + random.Below(kRecords - 1);
  size_t told = at + random.Below(kRecords - at);
  done->what = "rewrite";
  Hash256 chain = history.chains[at - 1];
  World world = WorldBefore(history, at);
  for (size_t i = at; i < kRecords; ++i) {
    Record record = Decoded(history.records[i]).record;
    if (i == at) record.moment.author.host = "10.9.9.9";
    record.effect = Apply(world, record.moment, record.request_id, record.command).effect;
    done->records[i] = Encoded(record, chain);
    chain = log::ChainHash(done->records[i]);
  }
  done->witnesses = {{{Lsn{kRecords}, chain}, "the anchor"}, {history.HeadAt(told), "a receipt"}};
  done->first_bad = Lsn{told + 1};
}

Tampering Tamper(const History& history, Random& random) {
  Tampering done{"", history.records, {{history.HeadAt(kRecords - 1), "the anchor"}}, Lsn{}};
  switch (random.Below(7)) {
    case 0:
      Edit(history, random, &done);
      break;
    case 1:
      Delete(random, &done);
      break;
    case 2:
      Insert(history, random, &done);
      break;
    case 3:
      Swap(random, &done);
      break;
    case 4:
      Truncate(random, &done);
      break;
    case 5:
      RollBack(history, random, &done);
      break;
    default:
      Rewrite(history, random, &done);
      break;
  }
  return done;
}

absl::StatusOr<Verified> Check(const log::Log& log, std::vector<Witness> witnesses) {
  return Verify(log, Folded{}, {.trimmed = {}, .witnesses = std::move(witnesses), .snapshots = {}},
                [](const log::Head&) {});
}

TEST(Tampering, OfEveryKindIsReportedWithTheFirstBadLsn) {
  const uint64_t seed = SeedFromEnvironment();
  SCOPED_TRACE(Reproduce(seed, "tampering_test"));
  const int rounds = testing::IsFullVolume() ? 100'000 : 1'000;
  Random random(seed);
  std::map<std::string, int> counts;
  std::unique_ptr<History> history;
  for (int round = 0; round < rounds; ++round) {
    if (round % 1000 == 0) history = std::make_unique<History>(seed + static_cast<uint64_t>(round));
    Tampering done = Tamper(*history, random);
    ++counts[done.what];
    RawLog log(done.records, random);
    absl::StatusOr<Verified> verified = Check(log, done.witnesses);
    ASSERT_FALSE(verified.ok()) << "round " << round << ", " << done.what << " at lsn "
                                << done.first_bad.value << ": nothing was reported";
    ASSERT_EQ(LsnOf(verified.status()), done.first_bad)
        << "round " << round << ", " << done.what << ": " << verified.status();
  }
  std::cout << "tampering: rounds=" << rounds;
  for (const auto& [what, count] : counts) std::cout << " " << what << "=" << count;
  std::cout << ", all reported\n";
}

// Exactly what is in front of the first bad record, and a server starts from it.
TEST(Tampering, SalvageKeepsEverythingInFrontOfTheFirstBadRecord) {
  const uint64_t seed = SeedFromEnvironment();
  SCOPED_TRACE(Reproduce(seed, "tampering_test"));
  History history(seed);
  Random random(seed);
  testing::TemporaryDirectory directory;
  const int rounds = testing::IsFullVolume() ? 200 : 10;
  for (int round = 0; round < rounds; ++round) {
    Tampering done = Tamper(history, random);
    RawLog log(done.records, random);
    const std::string place = directory.path() + "/salvaged-" + std::to_string(round);
    absl::StatusOr<Salvaged> salvaged =
        Salvage(log, Folded{}, {}, done.witnesses, place, [](Lsn) {});
    if (done.first_bad == Lsn{1}) {
      EXPECT_EQ(LsnOf(salvaged.status()), Lsn{1}) << "there is nothing to keep";
      continue;
    }
    ASSERT_TRUE(salvaged.ok()) << done.what << ": " << salvaged.status();
    ASSERT_EQ(salvaged->head.lsn.value + 1, done.first_bad.value) << done.what;
    EXPECT_EQ(LsnOf(salvaged->fault), done.first_bad);
    absl::StatusOr<Folded> audited =
        Audit({.data_dir = place}, [](const Record&, const Applied&, const Hash256&) {});
    ASSERT_TRUE(audited.ok()) << audited.status();
    EXPECT_EQ(audited->head, salvaged->head);
    EXPECT_EQ(Digest(audited->world), salvaged->digest);
    EXPECT_TRUE(absl::IsAlreadyExists(
        Salvage(log, Folded{}, {}, done.witnesses, place, [](Lsn) {}).status()));
  }
}

TEST(Tampering, ALogThatNobodyTouchedIsGood) {
  const uint64_t seed = SeedFromEnvironment();
  History history(seed);
  Random random(seed);
  for (int round = 0; round < 20; ++round) {
    RawLog log(history.records, random);
    std::vector<Witness> witnesses = {{history.HeadAt(kRecords - 1), "the anchor"}};
    for (size_t i = 0; i < 5; ++i) {
      witnesses.push_back({history.HeadAt(random.Below(kRecords)), "a receipt"});
    }
    absl::StatusOr<Verified> verified = Check(log, witnesses);
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->records, kRecords);
    EXPECT_EQ(verified->witnesses, witnesses.size());
    EXPECT_EQ(Digest(verified->folded.world), Digest(history.made.world()));
  }
}

}  // namespace
}  // namespace pegel::replay

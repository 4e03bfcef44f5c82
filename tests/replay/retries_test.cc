// Exactly once, at volume: each call is sent once and again up to five times, at once and much
// later, while the engine dies and comes back from its log, or from a snapshot and the log behind
// it. A retry makes no record and gets the first answer, byte for byte, for as long as the window
// of request ids says; behind it, it is a new call.
//
// What the window holds is worked out here, from times and counts alone (core/limits.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <map>
#include <queue>
#include <unordered_map>

#include "core/canonical.h"
#include "core/engine.h"
#include "core/limits.h"
#include "log/group.h"
#include "log/memory_log.h"
#include "replay/fold_log.h"
#include "snapshot/codec.h"
#include "tests/support/history.h"

namespace pegel::replay {
namespace {

using testing::Random;

constexpr int64_t kMilliNanos = 1'000'000;
constexpr size_t kLineMax = 64;                 // Calls that wait for the disk at a time.
constexpr CallToken kOfTheServer = UINT64_MAX;  // Its own call; others have their number.

struct Volume {
  uint64_t calls = 0;
  uint64_t latest_retry = 0;  // So many calls later.
  uint64_t restart_every = 0, snapshot_every = 0;
};

Volume ChosenVolume() {
  // The latest retries of the large volume come when newer calls have pushed their answers out.
  return testing::IsFullVolume()
             ? Volume{1'000'000, kAnsweredRequestsMax + kAnsweredRequestsMax / 10, 25'000, 25'000}
             : Volume{20'000, 10'000, 500, 500};
}

struct Counts {
  uint64_t sent = 0, retries = 0;
  uint64_t under_way = 0;         // Retries of a call that waits for the disk.
  uint64_t over_restarts = 0;     // Of one that an engine before this one answered.
  uint64_t out_of_snapshots = 0;  // Whose answer came out of a snapshot.
  uint64_t late = 0;              // Retries behind the window: new calls.
  uint64_t restarts = 0, snapshots = 0;
  uint64_t lost = 0;    // Records that a crash took.
  uint64_t untold = 0;  // Records that were kept and answered to nobody.
  uint64_t double_effects = 0, other_answers = 0;
};

// Changes whose second execution shows: in what they answer, or in ids made of lsns.
Command RandomChangeOf(Random& random, uint64_t n) {
  const cluster::TablePath path{"d", "t" + std::to_string(random.Below(3))};
  const auto server = static_cast<int32_t>(random.Below(5));
  switch (random.Below(12)) {
    case 0:
      return RegisterServer{cluster::ServerId{server}, "r1", "host:" + std::to_string(n % 7)};
    case 1:
      if (random.OneIn(10)) return CreateTable{path, 1, 1, false};
      return UnregisterServer{cluster::ServerId{server}};
    case 2:
      if (random.OneIn(10)) return DropTable{path};
      return StartRebalance{{rebalance::Goal::kReplicaDistribution}};
    case 3:
      return CancelRebalance{};
    default:
      break;
  }
  for (;;) {
    Command command = testing::RandomCommand(random);
    if (IsRemembered(command) && !std::holds_alternative<Boot>(command)) return command;
  }
}

std::string BytesOfAnswer(const Outcome& outcome) { return Encode(Decision{outcome, {}}); }

class Retries {
 public:
  Retries(uint64_t seed, const Volume& volume)
      : random_(seed), volume_(volume), engine_(World{}, Hash256{}, {}, {}) {
    Boot();
  }

  void Run() {
    for (uint64_t n = 0; n < volume_.calls && !::testing::Test::HasFatalFailure(); ++n) {
      Pass(n);
      NewCall(n);
      for (; !due_.empty() && due_.top().first <= n; due_.pop()) Send(due_.top().second);
      if (random_.OneIn(16)) MakeDurable(random_.Below(waiting_.size() + 1));
      if (random_.OneIn(volume_.snapshot_every)) WriteSnapshot();
      if (random_.OneIn(volume_.restart_every)) Crash();
    }
    for (; !due_.empty(); due_.pop()) Send(due_.top().second);
    MakeDurable(waiting_.size());
    EXPECT_EQ(replies_owed_, 0u) << "each send has one reply";
  }

  // Folds the whole log from record 1, and counts what of it was done twice.
  void Audit() {
    std::map<RequestKey, uint64_t> places;  // Of the newest record of each id, among all of them.
    uint64_t place = 0;
    auto observe = [&](const Record& record, const Applied&, const Hash256&) {
      if (!record.request_id.is_set()) return;
      auto [it, is_new] =
          places.try_emplace({record.moment.author.principal, record.request_id}, place);
      if (!is_new) counts_.double_effects += it->second >= OldestAt(place);
      it->second = place++;
    };
    absl::StatusOr<Folded> folded = FoldLog(log_, observe);
    ASSERT_TRUE(folded.ok()) << folded.status();
    EXPECT_EQ(place, times_.size());
    EXPECT_EQ(folded->head, head_);
    EXPECT_TRUE(folded->world == engine_.world());
  }

  const Counts& counts() const { return counts_; }

 private:
  struct Told {
    std::string outcome;
    Receipt receipt;
    bool operator==(const Told&) const = default;
  };
  // A record of a call. One that came too late for its answer has another one.
  struct Doing {
    uint64_t place = 0;  // Among all records that are remembered.
    Lsn lsn;
    uint64_t start = 0;  // Which engine made it.
    std::optional<Told> told;
  };
  struct Call {
    Author author;
    RequestId id;
    Command command;
    std::vector<Doing> doings;
    std::deque<Lsn> owed;  // Of which record each answer must be that is still to come.
    uint64_t sends_left = 0;
  };

  void Boot() {
    const Author server = testing::AuthorOf("System:pegeld", "");
    Take(engine_.Step(CallArrived{kOfTheServer, server, {}, testing::BootOf(true), now_}));
    MakeDurable(1);
  }

  // A millisecond; and twice more than the hour for which answers are kept.
  void Pass(uint64_t n) {
    const bool is_long = n == volume_.calls / 3 || n == 2 * volume_.calls / 3;
    now_.value += is_long ? kAnsweredRequestNanosMax + kMilliNanos : kMilliNanos;
  }

  // Two principals use each id.
  void NewCall(uint64_t n) {
    Call& call = calls_[n];
    call.author = testing::AuthorOf(n % 2 == 0 ? "User:root" : "User:a", "10.0.0.1");
    call.id = RequestId{1, n / 2 + 1};
    call.command = RandomChangeOf(random_, n);
    const uint64_t retries = random_.Below(6);
    call.sends_left = 1 + retries;
    for (uint64_t i = 0; i < retries; ++i) due_.push({n + RandomDelay(), n});
    Send(n);
  }
  uint64_t RandomDelay() {
    const uint64_t kind = random_.Below(3);
    return random_.Below(kind == 0 ? 3 : kind == 1 ? 500 : volume_.latest_retry);
  }

  void Send(uint64_t n) {
    Call& call = calls_.at(n);
    const bool was_done = !call.doings.empty();
    const bool is_retry = was_done && call.doings.back().place >= OldestAt(times_.size());
    if (is_retry) CountRetry(call.doings.back());
    counts_.late += was_done && !is_retry;
    if (is_retry) call.owed.push_back(call.doings.back().lsn);
    ++counts_.sent, --call.sends_left, ++replies_owed_;
    const size_t records = waiting_.size();
    Take(engine_.Step(CallArrived{n, call.author, call.id, call.command, now_}));
    if (waiting_.size() > records) Appended(n, is_retry);
    if (waiting_.size() == kLineMax) MakeDurable(kLineMax);
  }
  void CountRetry(const Doing& first) {
    ++counts_.retries;
    counts_.under_way += first.lsn > head_.lsn;
    counts_.over_restarts += first.start < counts_.restarts;
    counts_.out_of_snapshots += first.lsn <= started_from_;
  }
  void Appended(uint64_t n, bool is_retry) {
    counts_.double_effects += is_retry;
    const Moment& moment = waiting_.back().moment;
    Call& call = calls_.at(n);
    call.doings.push_back({times_.size(), moment.lsn, counts_.restarts, std::nullopt});
    call.owed.push_back(moment.lsn);
    times_.push_back(moment.time);
    makers_.push_back(n);
  }

  void Take(std::vector<Effect> effects) {
    for (Effect& effect : effects) {
      if (auto* append = std::get_if<Append>(&effect)) waiting_.push_back(append->record);
      if (auto* reply = std::get_if<Reply>(&effect)) Hear(*reply);
    }
  }
  // The first answer is what every other one has to be.
  void Hear(const Reply& reply) {
    if (reply.token == kOfTheServer) return;
    Call& call = calls_.at(reply.token);
    ASSERT_TRUE(reply.receipt.has_value()) << "refused: " << BytesOfAnswer(reply.outcome);
    ASSERT_LE(reply.receipt->lsn, engine_.lsn_durable());
    ASSERT_FALSE(call.owed.empty()) << "answered without a record";
    counts_.other_answers += reply.receipt->lsn != call.owed.front();
    call.owed.pop_front(), --replies_owed_;
    Compare(call, {BytesOfAnswer(reply.outcome), *reply.receipt});
    ForgetIfOver(reply.token);
  }
  void Compare(Call& call, Told told) {
    for (Doing& doing : call.doings) {
      if (doing.lsn != told.receipt.lsn) continue;
      if (!doing.told.has_value()) doing.told = told;
      counts_.other_answers += *doing.told != told;
    }
  }
  void ForgetIfOver(uint64_t n) {
    auto it = calls_.find(n);
    if (it->second.sends_left == 0 && it->second.owed.empty()) calls_.erase(it);
  }

  // The first place among the remembered records that a retry may still find when there are `end`
  // of them.
  uint64_t OldestAt(uint64_t end) const {
    if (end == 0) return 0;
    const UnixNanos oldest{times_[end - 1].value - kAnsweredRequestNanosMax};
    auto first =
        std::lower_bound(times_.begin(), times_.begin() + static_cast<int64_t>(end), oldest);
    const auto by_time = static_cast<uint64_t>(first - times_.begin());
    return std::max(by_time, end - std::min<uint64_t>(end, kAnsweredRequestsMax));
  }

  // ---- the disk ----
  log::Group Store(size_t count) {
    std::vector<Record> records(waiting_.begin(), waiting_.begin() + static_cast<int64_t>(count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<int64_t>(count));
    chains_.clear();
    log::Group group = log::PackGroup(records, head_, &chains_);
    log_.Append(group, [](const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; });
    head_ = group.head;
    return group;
  }
  void MakeDurable(size_t count) {
    if (count == 0) return;
    const Lsn through = Store(count).head.lsn;
    Take(engine_.Step(GroupDurable{through, chains_}));
  }

  // As the snapshot thread does: by a fold of its own.
  void WriteSnapshot() {
    absl::StatusOr<Folded> folded = FoldTo(log_, std::move(follower_), head_.lsn, Ignore);
    ASSERT_TRUE(folded.ok()) << folded.status();
    follower_ = *std::move(folded);
    snapshot_ =
        snapshot::Encode(follower_.world, follower_.head.chain, follower_.answered_chains).bytes;
    ++counts_.snapshots;
  }

  // What waits for the disk is lost, but for some of it that nobody is told of.
  void Crash() {
    if (const size_t kept = random_.Below(waiting_.size() + 1); kept > 0) {
      Store(kept);
      counts_.untold += kept;
    }
    counts_.lost += waiting_.size();
    for (; !waiting_.empty(); waiting_.pop_back()) ForgetRecord();
    for (auto it = calls_.begin(); it != calls_.end();) {
      replies_owed_ -= it->second.owed.size();
      it->second.owed.clear();
      it = it->second.sends_left == 0 ? calls_.erase(it) : std::next(it);
    }
    ++counts_.restarts;
    Start();
  }
  void ForgetRecord() {
    if (auto it = calls_.find(makers_.back()); it != calls_.end()) it->second.doings.pop_back();
    makers_.pop_back();
    times_.pop_back();
  }

  // From the newest snapshot, or, while the log is short, now and then from record 1.
  void Start() {
    Folded start;
    if (!snapshot_.empty() && !(head_.lsn.value < 20'000 && random_.OneIn(4))) {
      absl::StatusOr<snapshot::Decoded> decoded = snapshot::Decode(snapshot_);
      ASSERT_TRUE(decoded.ok()) << decoded.status();
      start = ToFolded(std::move(decoded->snapshot));
    }
    started_from_ = start.head.lsn;
    auto learn = [&](const Record& record, const Applied& applied, const Hash256& chain) {
      if (record.request_id.is_set()) LearnUntold(record, applied.decision.outcome, chain);
    };
    absl::StatusOr<Folded> folded = FoldLog(log_, std::move(start), log::Head{}, head_, learn);
    ASSERT_TRUE(folded.ok()) << folded.status();
    follower_ = *folded;
    engine_ = Engine(std::move(folded->world), folded->head.chain,
                     std::move(folded->answered_chains), {});
  }
  // Nobody heard the answer; the first to ask again must hear this one.
  void LearnUntold(const Record& record, const Outcome& outcome, const Hash256& chain) {
    const uint64_t n =
        2 * (record.request_id.low - 1) + (record.moment.author.principal.name == "a");
    auto it = calls_.find(n);
    if (it == calls_.end()) return;
    Compare(it->second, {BytesOfAnswer(outcome), {record.moment.lsn, chain}});
  }

  static void Ignore(const Record&, const Applied&, const Hash256&) {}

  using Due = std::pair<uint64_t, uint64_t>;  // When, and which call.

  Random random_;
  const Volume volume_;
  Counts counts_;
  UnixNanos now_{1};

  std::unordered_map<uint64_t, Call> calls_;  // Those that somebody will ask again.
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  uint64_t replies_owed_ = 0;
  std::vector<UnixNanos> times_;  // Of the records that are remembered, in order,
  std::vector<uint64_t> makers_;  // and whose calls they are.

  Engine engine_;
  std::vector<Record> waiting_;  // For the disk.
  log::MemoryLog log_;
  log::Head head_;
  std::vector<Hash256> chains_;  // Of the group stored last.
  Folded follower_;
  std::string snapshot_;
  Lsn started_from_;  // The snapshot that the engine came from.
};

void Print(const Volume& volume, const Counts& counts) {
  std::cout << "retries: calls=" << volume.calls << " sent=" << counts.sent
            << " retries=" << counts.retries << " under_way=" << counts.under_way
            << " over_restarts=" << counts.over_restarts
            << " out_of_snapshots=" << counts.out_of_snapshots << " late=" << counts.late
            << " restarts=" << counts.restarts << " snapshots=" << counts.snapshots
            << " lost=" << counts.lost << " untold=" << counts.untold
            << " double_effects=" << counts.double_effects
            << " other_answers=" << counts.other_answers << "\n";
}

TEST(Retries, EachCallIsDoneOnceAndEachRetryGetsTheFirstAnswer) {
  const uint64_t seed = testing::SeedFromEnvironment();
  const Volume volume = ChosenVolume();
  Retries retries(seed, volume);
  retries.Run();
  if (!HasFatalFailure()) retries.Audit();
  const Counts& counts = retries.counts();
  Print(volume, counts);
  EXPECT_EQ(counts.double_effects, 0u);
  EXPECT_EQ(counts.other_answers, 0u);
  // What makes the claim worth something.
  EXPECT_GE(counts.retries, volume.calls * 3 / 2);
  EXPECT_GE(counts.under_way, volume.calls / 10);
  EXPECT_GE(counts.over_restarts, volume.calls / 10);
  EXPECT_GE(counts.out_of_snapshots, volume.calls / 10);
  EXPECT_GE(counts.late, volume.calls / 100);
  EXPECT_GE(counts.restarts, 20u);
  EXPECT_GE(counts.snapshots, 20u);
  EXPECT_GE(counts.lost, 50u);
  EXPECT_GE(counts.untold, 50u);
  EXPECT_FALSE(HasFailure()) << testing::Reproduce(seed, "retries_test");
}

}  // namespace
}  // namespace pegel::replay

#include "tools/rebalancer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pegel::tools {
namespace {

constexpr size_t kBucketsInSlice = 5'000;  // About a millisecond.
constexpr size_t kJobsMax = 16;
constexpr int64_t kRetryNanos = 100'000'000;        // After the line refused to log a command.
constexpr int64_t kAlarmNanosMax = 60'000'000'000;  // A clock may be set; look again now and then.

}  // namespace

Rebalancer::~Rebalancer() {
  if (thread_.joinable()) thread_.join();
}

void Rebalancer::OnPublished(const std::vector<SharedChange>& changes) {
  for (const SharedChange& change : changes) driver_.OnChange(*change);
  Look();
}

// As the next record is stamped: a clock that was set back does not take time from the log.
UnixNanos Rebalancer::Now() const { return std::max(ports_.now(), ports_.world().time); }

void Rebalancer::Look() {
  PlanIfWanted();
  if (is_advancing_) return;
  if (driver_.IsDue(ports_.world(), Now())) return Advance();
  if (auto time = driver_.WakeAt()) WakeAt(*time);
}

// ---- moves ----

void Rebalancer::Advance() {
  is_advancing_ = true;
  ports_.submit(AdvanceMoves{}, [this](const Reply& reply) {
    is_advancing_ = false;
    if (!reply.receipt.has_value()) return WakeAt(UnixNanos{Now().value + kRetryNanos});
    Look();
  });
}

// `after` cannot be taken back, so a later alarm than one that is set is not set: at that one, all
// is looked at again.
void Rebalancer::WakeAt(UnixNanos time) {
  if (alarm_.has_value() && *alarm_ <= time) return;
  alarm_ = time;
  const int64_t wait = std::clamp<int64_t>(time.value - Now().value, 0, kAlarmNanosMax);
  ports_.after(wait / 1'000'000 + 1, [this, time] {
    if (alarm_ == time) alarm_.reset();
    Look();
  });
}

// ---- plans ----

void Rebalancer::PlanIfWanted() {
  if (is_planning_) return;
  auto wish = moves::Driver::WantsPlan(ports_.world());
  if (!wish.has_value()) return;
  is_planning_ = true;
  Begin({moves::QuestionBuilder(wish->rebalance, wish->revision, std::move(wish->options),
                                std::move(wish->avoid)),
         [this](const SharedProposal& proposal) { Bring(proposal, 0); }});
}

void Rebalancer::Plan(rebalance::Options options, PlanDone done) {
  if (jobs_.size() >= kJobsMax) {
    moves::Proposal busy;
    busy.refusal = absl::StrCat(kJobsMax,
                                " plans wait to be made, which is the limit. Ask again "
                                "later; nothing was changed.");
    return done(std::make_shared<moves::Proposal>(std::move(busy)));
  }
  Begin({moves::QuestionBuilder(Lsn{}, 1, std::move(options), {}), std::move(done)});
}

void Rebalancer::Begin(Job job) {
  jobs_.push_back(std::move(job));
  if (jobs_.size() == 1) Copy();
}

void Rebalancer::Copy() {
  if (jobs_.front().builder.Step(ports_.world(), Now(), kBucketsInSlice)) return Think();
  ports_.post([this] { Copy(); });
}

void Rebalancer::Think() {
  auto task = [this, question = jobs_.front().builder.Take()] {
    auto proposal = std::make_shared<moves::Proposal>(moves::Propose(question));
    ports_.post([this, proposal] {
      auto done = std::move(jobs_.front().done);
      jobs_.pop_front();
      done(proposal);
      if (!jobs_.empty()) Copy();
    });
  };
  if (ports_.think) return ports_.think(std::move(task));
  if (thread_.joinable()) thread_.join();  // It has posted its answer, so this does not wait.
  thread_ = std::thread(std::move(task));
}

// One command after the other.
void Rebalancer::Bring(const SharedProposal& proposal, size_t index) {
  ports_.submit(moves::CommandAt(*proposal, index), [this, proposal, index](const Reply& reply) {
    if (!reply.receipt.has_value()) {
      ports_.after(kRetryNanos / 1'000'000, [this, proposal, index] { Bring(proposal, index); });
      return;
    }
    bool is_accepted = std::holds_alternative<Result>(reply.outcome);
    if (is_accepted && index + 1 < moves::CommandCount(*proposal)) {
      return Bring(proposal, index + 1);
    }
    EndBringing(*proposal, reply.outcome);
  });
}

// A refusal is as it should be when the rebalance was cancelled meanwhile. One that still waits for
// this very plan would get the same again, for ever: it fails, and says why.
void Rebalancer::EndBringing(const moves::Proposal& proposal, const Outcome& outcome) {
  const auto* error = std::get_if<Error>(&outcome);
  auto wish = moves::Driver::WantsPlan(ports_.world());
  bool still_waits = wish.has_value() && wish->rebalance == proposal.rebalance &&
                     wish->revision == proposal.revision;
  if (error != nullptr && still_waits && !proposal.refusal.has_value()) {
    moves::Proposal refused;
    refused.rebalance = proposal.rebalance;
    refused.revision = proposal.revision;
    refused.refusal = absl::StrCat("The plan does not fit the log: ", error->message);
    return Bring(std::make_shared<moves::Proposal>(std::move(refused)), 0);
  }
  is_planning_ = false;
  Look();
}

}  // namespace pegel::tools

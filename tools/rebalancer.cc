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

void Rebalancer::Look() {
  PlanIfWanted();
  if (is_advancing_) return;
  if (driver_.IsDue(ports_.world(), ports_.now())) return Advance();
  if (auto time = driver_.WakeAt()) WakeAt(*time);
}

// ---- moves ----

void Rebalancer::Advance() {
  is_advancing_ = true;
  ports_.submit(AdvanceMoves{}, [this](Ports::Fate fate) {
    is_advancing_ = false;
    if (!fate.is_logged) return WakeAt(UnixNanos{ports_.now().value + kRetryNanos});
    Look();
  });
}

// `after` cannot be taken back, so a later alarm than one that is set is not set: at that one, all
// is looked at again.
void Rebalancer::WakeAt(UnixNanos time) {
  if (alarm_.has_value() && *alarm_ <= time) return;
  alarm_ = time;
  const int64_t wait = std::clamp<int64_t>(time.value - ports_.now().value, 0, kAlarmNanosMax);
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
         [this](const moves::Proposal& proposal) {
           Bring(std::make_shared<moves::Proposal>(proposal), 0);
         }});
}

void Rebalancer::Plan(rebalance::Options options,
                      std::function<void(const moves::Proposal&)> done) {
  if (jobs_.size() >= kJobsMax) {
    moves::Proposal busy;
    busy.refusal = absl::StrCat(kJobsMax,
                                " plans wait to be made, which is the limit. Ask again "
                                "later; nothing was changed.");
    return done(busy);
  }
  Begin({moves::QuestionBuilder(Lsn{}, 1, std::move(options), {}), std::move(done)});
}

void Rebalancer::Begin(Job job) {
  jobs_.push_back(std::move(job));
  if (jobs_.size() == 1) Copy();
}

void Rebalancer::Copy() {
  if (jobs_.front().builder.Step(ports_.world(), ports_.now(), kBucketsInSlice)) return Think();
  ports_.post([this] { Copy(); });
}

void Rebalancer::Think() {
  if (thread_.joinable()) thread_.join();  // It has posted its answer, so this does not wait.
  thread_ = std::thread([this, question = jobs_.front().builder.Take()] {
    auto proposal = std::make_shared<moves::Proposal>(moves::Propose(question));
    ports_.post([this, proposal] {
      auto done = std::move(jobs_.front().done);
      jobs_.pop_front();
      done(*proposal);
      if (!jobs_.empty()) Copy();
    });
  });
}

// One command after the other. A refusal ends the matter: the rebalance was cancelled meanwhile, or
// waits for another plan, and then Look asks for it.
void Rebalancer::Bring(std::shared_ptr<const moves::Proposal> proposal, size_t index) {
  ports_.submit(moves::CommandAt(*proposal, index), [this, proposal, index](Ports::Fate fate) {
    if (!fate.is_logged) {
      ports_.after(kRetryNanos / 1'000'000, [this, proposal, index] { Bring(proposal, index); });
      return;
    }
    if (fate.is_accepted && index + 1 < moves::CommandCount(*proposal)) {
      return Bring(proposal, index + 1);
    }
    is_planning_ = false;
    Look();
  });
}

}  // namespace pegel::tools

#include "core/rebalance/planner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/rebalance/bound.h"
#include "core/rebalance/cycles.h"
#include "core/rebalance/deficits.h"
#include "core/rebalance/detour.h"
#include "core/rebalance/emit.h"
#include "core/rebalance/feasibility.h"
#include "core/rebalance/fill.h"
#include "core/rebalance/keepers.h"
#include "core/rebalance/leader_cycles.h"
#include "core/rebalance/leader_flow.h"
#include "core/rebalance/leader_moves.h"
#include "core/rebalance/leaders.h"
#include "core/rebalance/placement.h"
#include "core/rebalance/problem.h"
#include "core/rebalance/targets.h"

namespace pegel::rebalance {
namespace {

constexpr LoadCost kEvenest{0, 0};

class Planner {
 public:
  Planner(Problem& problem, const Options& options)
      : problem_(problem),
        options_(options),
        balances_replicas_(options.Has(Goal::kReplicaDistribution) && !options.is_drain_only),
        balances_leaders_(options.Has(Goal::kLeaderDistribution) && !options.is_drain_only) {}

  Answer Run() {
    problem_.SetDomains(options_.Has(Goal::kRackAware));
    if (std::optional<Error> error = Refuse(problem_, options_)) return *std::move(error);
    summary_.before = BalanceBefore(problem_);
    if (options_.is_trigger_only && IsInsideBand()) return Nothing();
    return balances_replicas_ ? ReplicasFirst() : LeadersFirst();
  }

 private:
  int32_t tolerance() const { return options_.is_trigger_only ? 0 : options_.tolerance_permille; }

  LeaderRange ReplicaRange(int32_t permille) const {
    int64_t total = problem_.wanted();
    for (int s = 0; s < problem_.servers(); ++s) {
      if (problem_.takes(s)) total += problem_.fixed_replicas(s);
    }
    return RangeOf(problem_, total, permille);
  }

  // Nothing must move, and what is to be balanced is inside the tolerance.
  bool IsInsideBand() const {
    if (ForcedMoves(problem_) > 0) return false;
    auto is_inside = [](const Range& loads, const LeaderRange& range) {
      return loads.min >= range.min && loads.max <= range.max;
    };
    Leaders leaders = Leaders::OfHomes(problem_);
    for (int b = 0; b < problem_.buckets(); ++b) {
      if (leaders.leader(b) != problem_.leader(b)) return false;
      if (problem_.homes(b).size() > size_t(problem_.want(b)) && !problem_.is_pinned(b)) {
        size_t fixed = 0;
        for (const Home& home : problem_.homes(b)) fixed += home.is_fixed;
        if (problem_.homes(b).size() > problem_.want(b) + fixed) return false;
      }
    }
    const int32_t permille = options_.tolerance_permille;
    return (!balances_replicas_ || is_inside(summary_.before.replicas, ReplicaRange(permille))) &&
           (!balances_leaders_ ||
            is_inside(summary_.before.leaders, RangeOf(problem_, leaders.led(), permille)));
  }

  Answer Nothing() {
    summary_.is_optimal = true;
    summary_.after = summary_.before;
    return Planned{{}, std::move(summary_)};
  }

  // ---- replicas, then leaders among them ----

  Answer ReplicasFirst() {
    Keepable keepable = CountKeepable(problem_);
    Targets targets = ChooseTargets(keepable);
    Placement placement(problem_);
    KeepAtHome(problem_, placement);
    PlaceReplicas(targets.load, placement);
    ProveMoves(placement);
    if (!targets.tight.empty()) {
      summary_.unresolved.push_back(absl::StrCat("replicas cannot be even: ", targets.tight));
    }
    Leaders leaders = Leaders::Of(problem_, placement);
    if (balances_leaders_) PlaceLeaders(placement, leaders);
    return Finish(placement, leaders);
  }

  // Racks give way only to a goal before them, and only if they make it impossible.
  Targets ChooseTargets(Keepable& keepable) {
    Targets even = EvenTargets(problem_, keepable);
    if (problem_.is_by_rack() && !even.is_even && !IsRackFirst()) {
      problem_.SetDomains(false);
      Keepable free_keepable = CountKeepable(problem_);
      Targets free = EvenTargets(problem_, free_keepable);
      if (IsSmoother(free.load, even.load)) {
        prefers_racks_ = true;
        keepable = std::move(free_keepable);
        even = std::move(free);
      } else {
        problem_.SetDomains(true);
      }
    }
    summary_.lower_bound = MovesForLoads(problem_, keepable, even.load);
    if (tolerance() == 0) return even;
    LeaderRange range = ReplicaRange(tolerance());
    Targets near = NearTargets(problem_, keepable, range.min, range.max);
    if (near.load.empty()) return even;
    load_cost_ = {range.min, range.max};
    summary_.lower_bound = MovesForRange(problem_, keepable, range.min, range.max);
    return near;
  }

  bool IsRackFirst() const {
    for (Goal goal : options_.goals) {
      if (goal == Goal::kRackAware) return true;
      if (goal == Goal::kReplicaDistribution) return false;
    }
    return true;
  }

  static bool IsSmoother(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
    auto squares = [](const std::vector<int64_t>& loads) {
      int64_t sum = 0;
      for (int64_t load : loads) sum += load * load;
      return sum;
    };
    return squares(a) < squares(b);
  }

  void PlaceReplicas(const std::vector<int64_t>& targets, Placement& placement) {
    Deficits deficits(problem_);
    std::vector<Stuck> stuck = FillTo(problem_, targets, placement, deficits);
    TakeDetours(problem_, stuck, placement, deficits);
    PlaceHomeless(problem_, placement);
  }

  void ProveMoves(Placement& placement) {
    const int64_t moves = placement.Moves();
    summary_.is_optimal = moves == summary_.lower_bound && !prefers_racks_;
    if (summary_.is_optimal) return;
    placement.ListBuckets();
    summary_.is_optimal = CancelCycles(problem_, load_cost_, prefers_racks_, placement);
    if (summary_.is_optimal) summary_.lower_bound = placement.Moves();
  }

  void PlaceLeaders(Placement& placement, Leaders& leaders) {
    const LeaderRange range = RangeOf(problem_, leaders.led(), tolerance());
    BalanceLeaders(problem_, range, leaders);
    if (Unrepaired(problem_, leaders, range) == 0) return;
    const LoadCost cost{range.min, range.max};
    const LoadCost& leader_cost = tolerance() == 0 ? kEvenest : cost;
    const int64_t moves = placement.Moves();
    placement.ListBuckets();
    do {
      CancelLeaderCycles(problem_, leader_cost, nullptr, leaders);
    } while (ExchangeForLeaders(problem_, load_cost_, range, placement, leaders));
    summary_.is_optimal &= placement.Moves() == moves;
    ReportLeaders(leaders, range);
  }

  // ---- leaders, then what must move ----

  Answer LeadersFirst() {
    Leaders leaders = Leaders::OfHomes(problem_);
    NewLeaderPrice prices(problem_);
    summary_.lower_bound = ForcedMoves(problem_);
    bool is_exact = !balances_leaders_;
    if (balances_leaders_) {
      int64_t led = 0;
      for (int b = 0; b < problem_.buckets(); ++b) led += problem_.want(b) > 0;
      for (int s = 0; s < problem_.servers(); ++s) {
        if (problem_.takes(s)) led += problem_.fixed_leaders(s);
      }
      is_exact = ChooseLeaders(RangeOf(problem_, led, tolerance()), prices, leaders);
    }
    Placement placement(problem_);
    for (int b = 0; b < problem_.buckets(); ++b) {
      if (problem_.want(b) > 0 && leaders.leader(b) != kNone) placement.Put(b, leaders.leader(b));
    }
    KeepAtHome(problem_, placement);
    PlaceHomeless(problem_, placement);
    const int64_t moves = placement.Moves();
    if (is_exact) summary_.lower_bound = moves;
    summary_.is_optimal = moves == summary_.lower_bound;
    Leaders chosen = Leaders::Of(problem_, placement);
    for (int b = 0; b < problem_.buckets(); ++b) {
      int leader = leaders.leader(b);
      if (!problem_.is_pinned(b) && leader != kNone && leader != chosen.leader(b)) {
        chosen.Lead(b, leader);
      }
    }
    return Finish(placement, chosen);
  }

  // True: no choice of leaders is better, or as good with fewer moves.
  bool ChooseLeaders(const LeaderRange& range, const NewLeaderPrice& prices, Leaders& leaders) {
    LeadOrphans(prices, leaders);
    BalanceLeaders(problem_, range, leaders);
    const int64_t left = Unrepaired(problem_, leaders, range);
    if (left == 0) return true;
    summary_.lower_bound = std::max(summary_.lower_bound, left);
    LeadElsewhere(problem_, range, prices, leaders);
    const LoadCost cost{range.min, range.max};
    bool is_exact =
        CancelLeaderCycles(problem_, tolerance() == 0 ? kEvenest : cost, &prices, leaders);
    ReportLeaders(leaders, range);
    return is_exact;
  }

  // Buckets that no server may lead as they are get their first new replica where few are led.
  void LeadOrphans(const NewLeaderPrice& prices, Leaders& leaders) {
    Deficits few(problem_);
    constexpr int64_t kFar = int64_t{1} << 40;
    for (int s = 0; s < problem_.servers(); ++s) {
      if (problem_.takes(s)) few.Set(s, kFar - leaders.load(s));
    }
    for (int b = 0; b < problem_.buckets(); ++b) {
      if (problem_.want(b) == 0 || leaders.leader(b) != kNone) continue;
      int s = few.Neediest([](int) { return true; },
                           [&](int server) { return prices.Of(b, server) == 0; });
      if (s == kNone) continue;
      leaders.Lead(b, s);
      few.Set(s, few.of(s) - 1);
    }
  }

  // ---- the end ----

  void ReportLeaders(const Leaders& leaders, const LeaderRange& range) {
    const int64_t left = Unrepaired(problem_, leaders, range);
    if (left == 0) return;
    summary_.unresolved.push_back(
        absl::StrCat("leaders are not even: ", left, " of them are beyond ", range.min, " to ",
                     range.max, " on a server, and no move within the replica goals helps"));
  }

  Answer Finish(const Placement& placement, const Leaders& leaders) {
    Plan plan = EmitPlan(problem_, placement, leaders, summary_);
    summary_.after = BalanceAfter(problem_, placement, leaders);
    return Planned{std::move(plan), std::move(summary_)};
  }

  Problem& problem_;
  const Options& options_;
  const bool balances_replicas_, balances_leaders_;
  bool prefers_racks_ = false;
  LoadCost load_cost_ = kEvenest;
  Summary summary_;
};

}  // namespace

Answer MakePlan(const Cluster& cluster, const Options& options) {
  std::variant<Problem, Error> read = Problem::Of(cluster, options);
  if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
  return Planner(std::get<Problem>(read), options).Run();
}

}  // namespace pegel::rebalance

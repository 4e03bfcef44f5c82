// Random batches against a model that knows the rules in another way: texts in tables, doubles,
// plain splitting. Rejected: nothing happened. Accepted: what the model says.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/canonical.h"
#include "tests/core/config_fixture.h"
#include "tests/support/random.h"

namespace pegel {
namespace {

using config::Change;
using config::Op;
using testing::ConfigWorld;
using testing::Random;
using testing::Statics;

constexpr char kUsers[] = "security.sasl.plain.credentials";
const std::string kDirs = "remote.data.dirs", kWeights = "remote.data.dirs.weights";

using Maybe = std::optional<std::string>;
using Texts = std::map<std::string, Maybe>;

// Values by key; a leading `!` marks one that no rule lets in. Users stand as `a,b`.
const std::map<std::string, std::vector<std::string>>& Values() {
  static const std::map<std::string, std::vector<std::string>> kValues = {
      {"kv.snapshot.interval", {"10 min", "1 ms", "7 s", "!0 ms", "!abc"}},
      {"log.replica.min-in-sync-replicas-number", {"1", "3", "!0", "!x"}},
      {"server.data-disk.write-limit-ratio", {"0.9", "0.5", "1.0", "!1.1"}},
      {"server.data-disk.write-recover-ratio", {"0.4", "0.6", "0.87", "!0"}},
      {"datalake.enabled", {"true", "false", "!maybe"}},
      {"datalake.format", {"paimon", "iceberg", "!delta"}},
      {"datalake.paimon.x", {"v", "!${env:A}"}},
      {"datalake.iceberg.y", {"w"}},
      {"remote.data.dirs", {"/a", "/a,/b", "/b", "/c"}},
      {"remote.data.dirs.strategy", {"ROUND_ROBIN", "WEIGHTED_ROUND_ROBIN"}},
      {"remote.data.dirs.weights", {"1", "1,2", "0,0", "-1,2", "!a"}},
      {kUsers, {"a", "b", "a,b", "!a-b"}},
      {"server.historical-partition.lookup-cache.max-disk-ratio", {"0.5", "!2"}},
      {"server.historical-partition.lookuper-cache.expire-after-access", {"1 h", "!0 ms"}},
      {"zookeeper.address", {"!x"}},
      {"no.such.key", {"!x"}},
  };
  return kValues;
}

std::vector<std::string> Split(const std::string& text) {
  return absl::StrSplit(text, ',', absl::SkipEmpty());
}

config::Value ToValue(const std::string& key, const std::string& text) {
  if (key == kUsers) return testing::SealedUsers(Split(text));
  return text;
}

class Model {
 public:
  explicit Model(const Texts& statics) : statics_(statics) {}

  bool Make(const Change& change, const std::string& marked) {
    bool may_change = change.key != "zookeeper.address" && change.key != "no.such.key";
    if (!may_change) return false;
    bool is_list = change.key == kDirs || change.key == kWeights || change.key == kUsers;
    bool combines = change.op == Op::kAppend || change.op == Op::kSubtract;
    if (combines && (!is_list || !change.value)) return false;
    if (change.value && marked[0] == '!' && !IsForRules(marked)) return false;
    if (change.op == Op::kDelete) {
      dynamics.erase(change.key);
    } else if (!combines) {
      dynamics[change.key] = change.value ? Maybe(Plain(marked)) : std::nullopt;
    } else {
      return Combine(change, Plain(marked));
    }
    return true;
  }

  // `was`: the model before the batch.
  bool AreRulesKept(const Model& was) const {
    double limit = std::stod(InForce("server.data-disk.write-limit-ratio").value_or("0.85"));
    double recover = std::stod(InForce("server.data-disk.write-recover-ratio").value_or("0.8"));
    if (!(recover > 0 && recover < limit && limit <= 1)) return false;
    if (InForce("kv.snapshot.interval") == "0 ms") return false;
    if (InForce("log.replica.min-in-sync-replicas-number") == "0") return false;
    if (InForce("server.historical-partition.lookup-cache.max-disk-ratio") == "2") return false;
    if (InForce("server.historical-partition.lookuper-cache.expire-after-access") == "0 ms") {
      return false;
    }
    for (const auto& user : Split(InForce(kUsers).value_or(""))) {
      if (user == "a-b") return false;
    }
    Maybe format = InForce("datalake.format");
    if (InForce("datalake.enabled") == "true" && !format) return false;
    if (format == "paimon" && InForce("datalake.iceberg.y")) return false;
    if (format == "iceberg" && InForce("datalake.paimon.x")) return false;
    return AreDirsKept(was) && DoWeightsFit();
  }

  Texts dynamics;

 private:
  static std::string Plain(const std::string& marked) {
    return marked[0] == '!' ? marked.substr(1) : marked;
  }
  // Of the right form, and refused by a rule only: a later step may put it right.
  static bool IsForRules(const std::string& marked) {
    static const std::set<std::string> kMarked = {"!0", "!0 ms", "!1.1", "!2", "!a-b"};
    return kMarked.contains(marked);
  }

  Maybe InForce(const std::string& key) const {
    if (auto it = dynamics.find(key); it != dynamics.end()) return it->second;
    auto it = statics_.find(key);
    return it == statics_.end() ? std::nullopt : it->second;
  }

  bool Combine(const Change& change, const std::string& text) {
    std::string base = InForce(change.key).value_or("");
    std::vector<std::string> all = Split(base), items = Split(text), kept;
    if (change.op == Op::kAppend) {
      if (change.key != kWeights) {
        for (const auto& item : items) {
          if (std::count(all.begin(), all.end(), item) > 0) return false;
        }
      }
      dynamics[change.key] = base.empty() ? text : base + "," + text;
      return true;
    }
    for (const auto& item : all) {
      if (std::count(items.begin(), items.end(), item) == 0) kept.push_back(item);
    }
    if (kept.size() == all.size()) return true;
    dynamics[change.key] = kept.empty() ? std::nullopt : Maybe(absl::StrJoin(kept, ","));
    return true;
  }

  bool AreDirsKept(const Model& was) const {
    std::vector<std::string> now = Split(InForce(kDirs).value_or(""));
    for (const auto& dir : Split(was.InForce(kDirs).value_or(""))) {
      if (std::count(now.begin(), now.end(), dir) == 0) return false;
    }
    return true;
  }

  bool DoWeightsFit() const {
    size_t dirs = Split(InForce(kDirs).value_or("")).size();
    if (dirs == 0 || InForce("remote.data.dirs.strategy") != "WEIGHTED_ROUND_ROBIN") return true;
    std::vector<std::string> weights = Split(InForce(kWeights).value_or(""));
    int sum = 0;
    for (const auto& weight : weights) {
      if (weight[0] == '-') return false;
      sum += std::stoi(weight);
    }
    return weights.size() == dirs && sum > 0;
  }

  Texts statics_;
};

struct Step {
  Change change;
  std::string marked;  // Its value with the mark of a bad one.
};

Step RandomStep(Random& random) {
  auto it = Values().begin();
  std::advance(it, random.Below(Values().size()));
  const auto& [key, values] = *it;
  std::string marked = random.Of(values);
  if (marked[0] == '!' && random.OneIn(2)) marked = values[0];
  std::string plain = marked[0] == '!' ? marked.substr(1) : marked;
  bool is_list = key == kDirs || key == kWeights || key == kUsers;
  uint64_t choice = random.Below(is_list ? 8 : 20);
  if (choice == 0) return {{Op::kDelete, key, std::nullopt}, marked};
  if (choice == 1) return {{Op::kSet, key, std::nullopt}, marked};
  Op op = choice == 2 || (is_list && choice < 5) ? Op::kAppend : Op::kSet;
  if (is_list && choice == 5) op = Op::kSubtract;
  return {{op, key, ToValue(key, plain)}, marked};
}

Texts RandomStatics(Random& random) {
  Texts statics;
  if (random.OneIn(2)) statics["kv.snapshot.interval"] = "5 min";
  if (random.OneIn(2)) statics["datalake.format"] = "paimon";
  if (random.OneIn(2)) statics[kDirs] = random.OneIn(2) ? "/a" : "/a,/b";
  if (random.OneIn(2)) statics[kUsers] = "a";
  if (random.OneIn(2)) statics[kWeights] = "1,2";
  return statics;
}

// A value as the model writes it.
Maybe TextOf(const std::optional<config::Value>& value) {
  if (!value) return std::nullopt;
  const auto* map = std::get_if<config::SealedMap>(&*value);
  if (map == nullptr) return std::get<std::string>(*value);
  return absl::StrJoin(map->entries, ",",
                       [](std::string* out, const auto& entry) { out->append(entry.name); });
}

Texts DynamicsOf(const World& world) {
  Texts texts;
  for (const auto& [key, entry] : world.configs.dynamics) texts[key] = TextOf(entry.value);
  return texts;
}

// Entries that differ carry the lsn of the batch; those that vanished left a note.
void ExpectLsns(const config::ConfigState& before, const World& world) {
  const config::ConfigState& after = world.configs;
  for (const auto& [key, entry] : after.dynamics) {
    auto was = before.dynamics.find(key);
    bool is_same = was != before.dynamics.end() && was->second.value == entry.value;
    ASSERT_EQ(entry.changed, is_same ? was->second.changed : world.lsn) << key;
    ASSERT_EQ(after.resets.contains(key), false) << key;
  }
  for (const auto& [key, entry] : before.dynamics) {
    if (after.dynamics.contains(key)) continue;
    ASSERT_EQ(after.resets.at(key), world.lsn) << key;
  }
}

// How the refusal of each validator begins.
const std::vector<std::string>& ValidatorTexts() {
  static const std::vector<std::string> kTexts = {
      "Invalid disk write-limit configuration",
      "Invalid configuration for server.historical-partition.lookup-cache",
      "Invalid configuration for server.historical-partition.lookuper-cache",
      "Invalid kv.snapshot.interval",
      "Invalid log.replica.min-in-sync-replicas-number",
      "'datalake.format' must be configured",
      "Invalid configuration 'datalake.",
      "security.sasl.plain.credentials: username",
      "New remote.data.dirs",
      "The size of 'remote.data.dirs'",
      "All weights",
      "The sum of all weights"};
  return kTexts;
}

struct Counts {
  int batches = 0, rejected = 0;
  std::set<std::string> validators;  // Those that refused something.
};

void CountRefusal(const std::string& message, Counts* counts) {
  ++counts->rejected;
  for (const std::string& text : ValidatorTexts()) {
    if (absl::StartsWith(message, text)) counts->validators.insert(text);
  }
}

void RunBatch(Random& random, ConfigWorld& cluster, Model& model, Counts* counts) {
  AlterConfigs alter;
  Model after = model;
  bool is_good = true;
  for (uint64_t n = 1 + random.Below(3); n > 0; --n) {
    Step step = RandomStep(random);
    alter.changes.push_back(step.change);
    is_good = is_good && after.Make(step.change, step.marked);
  }
  is_good = is_good && after.AreRulesKept(model);
  World before = cluster.world;
  Decision decision = cluster.Call(alter);
  ++counts->batches;
  ASSERT_EQ(IsAccepted(decision.outcome), is_good) << testing::RefusalOf(decision);
  if (is_good) {
    model = std::move(after);
    ASSERT_EQ(DynamicsOf(cluster.world), model.dynamics);
    ExpectLsns(before.configs, cluster.world);
    return;
  }
  CountRefusal(testing::RefusalOf(decision), counts);
  ASSERT_TRUE(decision.events.empty());
  ASSERT_FALSE(testing::RefusalOf(decision).empty());
  before.lsn = cluster.world.lsn;
  ASSERT_EQ(Digest(cluster.world), Digest(before));
}

TEST(ConfigBatches, AreAcceptedWholeAsTheModelSaysOrChangeNothing) {
  const uint64_t seed = testing::SeedFromEnvironment();
  SCOPED_TRACE(testing::Reproduce(seed, "config_test"));
  Random random(seed);
  const int batches = testing::IsFullVolume() ? 100'000 : 5'000;
  Counts counts;
  while (counts.batches < batches) {
    Texts texts = RandomStatics(random);
    Statics statics;
    for (const auto& [key, text] : texts) statics[key] = ToValue(key, *text);
    ConfigWorld cluster;
    ASSERT_EQ(cluster.Start(statics), "");
    Model model(texts);
    for (int i = 0; i < 50 && counts.batches < batches; ++i) {
      RunBatch(random, cluster, model, &counts);
      if (HasFatalFailure()) return;
    }
  }
  std::printf("config rules: validators=%zu batches=%d rejected=%d\n", counts.validators.size(),
              counts.batches, counts.rejected);
  EXPECT_EQ(counts.validators.size(), ValidatorTexts().size());
  EXPECT_GT(counts.rejected, counts.batches / 4);
  EXPECT_LT(counts.rejected, counts.batches * 3 / 4);
}

}  // namespace
}  // namespace pegel

// Cluster configs as the rulings and procedures.md 3 say them, for the keys that the histories use.
#include <algorithm>

#include "tests/sim/model/model.h"

namespace pegel::model {
namespace {

constexpr int kConfigException = 64;
constexpr char kInterval[] = "kv.snapshot.interval",
               kInSync[] = "log.replica.min-in-sync-replicas-number";
constexpr char kLimit[] = "server.data-disk.write-limit-ratio";
constexpr char kRecover[] = "server.data-disk.write-recover-ratio";
constexpr char kDirs[] = "remote.data.dirs", kWeights[] = "remote.data.dirs.weights";
constexpr char kStrategy[] = "remote.data.dirs.strategy";
constexpr char kFixed[] = "zookeeper.address";  // May not change while the cluster runs.
constexpr char kLakeEnabled[] = "datalake.enabled", kLakeFormat[] = "datalake.format";

// What is known of a key: its type as errors name it (empty: free text) and its default.
struct Known {
  std::string type;
  Text standard;
};

const std::map<std::string, Known>& KnownKeys() {
  static const std::map<std::string, Known> kKnown = {
      {kInterval, {"Duration", "10 min"}},
      {kInSync, {"Integer", "1"}},
      {kLimit, {"Double", "0.85"}},
      {kRecover, {"Double", "0.8"}},
      {kDirs, {"List<String>", ""}},
      {kWeights, {"List<Integer>", ""}},
      {kStrategy, {"RemoteDataDirStrategy", "ROUND_ROBIN"}},
      {kLakeEnabled, {"Boolean", Text()}},
      {kLakeFormat, {"DataLakeFormat", Text()}},
      {kFixed, {"String", Text()}}};
  return kKnown;
}

bool MayChange(const std::string& key) {
  if (key == kFixed) return false;
  return KnownKeys().count(key) > 0 || key.rfind("datalake.", 0) == 0;
}

bool IsNumber(std::string text) {
  if (!text.empty() && text[0] == '-') text.erase(0, 1);
  return !text.empty() && text.find_first_not_of("0123456789.") == text.npos;
}

std::vector<std::string> Elements(const std::string& list) {
  std::vector<std::string> elements;
  for (size_t start = 0; start < list.size();) {
    size_t end = std::min(list.find(',', start), list.size());
    elements.push_back(list.substr(start, end - start));
    start = end + 1;
  }
  return elements;
}

std::string Joined(const std::vector<std::string>& elements) {
  std::string list;
  for (const std::string& element : elements) list += (list.empty() ? "" : ",") + element;
  return list;
}

// Whether the values of these histories read as the type.
bool Reads(const std::string& type, const std::string& value) {
  if (type == "Duration") {
    size_t blank = value.find(' ');
    return blank != value.npos && IsNumber(value.substr(0, blank));
  }
  if (type == "Integer" || type == "Double") return IsNumber(value);
  if (type == "Boolean") return value == "true" || value == "false";
  if (type == "DataLakeFormat") return value == "paimon" || value == "iceberg" || value == "lance";
  if (type == "RemoteDataDirStrategy") {
    return value == "ROUND_ROBIN" || value == "WEIGHTED_ROUND_ROBIN";
  }
  if (type == "List<Integer>") {
    auto elements = Elements(value);
    return std::all_of(elements.begin(), elements.end(), IsNumber);
  }
  return true;
}

Answer No(std::string message) { return Refusal(kConfigException, {std::move(message)}); }

std::string Quoted(const std::string& text) { return "'" + text + "'"; }

// Why this value cannot stand behind the key, or nothing.
Answer CheckValue(const std::string& key, const std::string& value) {
  if (value.size() > 3 && value.rfind("${", 0) == 0 && value.back() == '}') {
    return No(
        "Config provider markers are resolved at startup only and are not supported in "
        "dynamic configuration: key " +
        Quoted(key) + ".");
  }
  auto known = KnownKeys().find(key);
  if (known == KnownKeys().end() || Reads(known->second.type, value)) return {};
  return No("Cannot parse " + Quoted(value) + " as " + known->second.type + " for config " +
            Quoted(key) + ": Could not parse value " + Quoted(value) + " for key " + Quoted(key) +
            ".*");
}

Text InForce(const State& state, const std::string& key) {
  if (auto it = state.dynamics.find(key); it != state.dynamics.end()) return it->second;
  if (auto it = state.statics.find(key); it != state.statics.end()) return it->second;
  return Text();
}

std::string OrDefault(const State& state, const std::string& key) {
  return InForce(state, key).value_or(KnownKeys().at(key).standard.value_or(""));
}

Answer Append(State& state, const std::string& key, const std::string& value) {
  std::vector<std::string> held = Elements(InForce(state, key).value_or(""));
  for (const std::string& element : Elements(value)) {
    bool is_there = std::find(held.begin(), held.end(), element) != held.end();
    if (is_there && key != kWeights) return No(key + " already contains *");
    held.push_back(element);
  }
  state.dynamics[key] = Joined(held);
  return {};
}

void Subtract(State& state, const std::string& key, const std::string& value) {
  std::vector<std::string> held = Elements(InForce(state, key).value_or(""));
  std::vector<std::string> removed = Elements(value);
  size_t count = std::erase_if(held, [&](const std::string& element) {
    return std::find(removed.begin(), removed.end(), element) != removed.end();
  });
  if (count == 0) return;
  state.dynamics[key] = held.empty() ? Text() : Text(Joined(held));
}

// One change of a call, on the state as the changes before it left it.
Answer Change(State& state, const std::string& op, const std::string& key, const Text& value) {
  if (!MayChange(key)) {
    return No("The config key " + key + " is not allowed to be changed dynamically.*");
  }
  bool combines = op == "append" || op == "subtract";
  auto known = KnownKeys().find(key);
  bool is_list = known != KnownKeys().end() && known->second.type.rfind("List", 0) == 0;
  if (combines && !is_list) {
    return No(
        "APPEND/SUBTRACT operations are only supported for list-typed or map-typed config "
        "keys, but " +
        Quoted(key) + " is not a list or map type.");
  }
  if (combines && !value) return No("*");
  if (value) {
    if (Answer answer = CheckValue(key, *value); answer.code != 0) return answer;
  }
  if (op == "append") return Append(state, key, *value);
  if (op == "subtract") Subtract(state, key, *value);
  if (op == "set") state.dynamics[key] = value;
  if (op == "reset") state.dynamics.erase(key);
  return {};
}

void CheckLake(const State& state, std::vector<std::string>* broken) {
  Text format = InForce(state, kLakeFormat);
  if (InForce(state, kLakeEnabled) == Text("true") && !format) {
    broken->push_back(
        "'datalake.format' must be configured when 'datalake.enabled' is explicitly "
        "set to true.");
  }
  if (!format) return;
  for (const auto& [key, value] : state.dynamics) {
    bool is_other = value && key.rfind("datalake.", 0) == 0 && key != kLakeEnabled &&
                    key != kLakeFormat && key.rfind("datalake." + *format + ".", 0) != 0;
    if (is_other) {
      broken->push_back("Invalid configuration " + Quoted(key) + " for " + Quoted(*format) +
                        " datalake format");
    }
  }
}

void CheckDirs(const State& before, const State& after, std::vector<std::string>* broken) {
  std::vector<std::string> was = Elements(OrDefault(before, kDirs));
  std::vector<std::string> is = Elements(OrDefault(after, kDirs));
  bool is_kept = std::all_of(was.begin(), was.end(), [&](const std::string& dir) {
    return std::find(is.begin(), is.end(), dir) != is.end();
  });
  if (!is_kept) broken->push_back("New remote.data.dirs: [*");
  if (is.empty() || OrDefault(after, kStrategy) != "WEIGHTED_ROUND_ROBIN") return;
  std::vector<std::string> weights = Elements(OrDefault(after, kWeights));
  if (weights.size() != is.size()) {
    broken->push_back("The size of 'remote.data.dirs' (" + std::to_string(is.size()) +
                      ") must match the size of 'remote.data.dirs.weights' (" +
                      std::to_string(weights.size()) +
                      ") when using WEIGHTED_ROUND_ROBIN strategy.");
  }
  int sum = 0;
  for (const std::string& weight : weights) {
    sum += std::stoi(weight);
    if (std::stoi(weight) < 0) {
      broken->push_back("All weights in 'remote.data.dirs.weights' must be no less than 0, *");
    }
  }
  if (sum <= 0) {
    broken->push_back(
        "The sum of all weights in 'remote.data.dirs.weights' must be greater than "
        "0, *");
  }
}

// Every rule that the whole would break.
std::vector<std::string> BrokenRules(const State& before, const State& after) {
  std::vector<std::string> broken;
  double limit = std::stod(OrDefault(after, kLimit)),
         recover = std::stod(OrDefault(after, kRecover));
  if (!(0 < recover && recover < limit && limit <= 1)) {
    broken.push_back("Invalid disk write-limit configuration: *");
  }
  if (OrDefault(after, kInterval) == "0 ms") {
    broken.push_back("Invalid kv.snapshot.interval can not be negative or zero: 0 ms");
  }
  if (std::stoi(OrDefault(after, kInSync)) <= 0) {
    broken.push_back(
        "Invalid log.replica.min-in-sync-replicas-number can not be negative or "
        "zero: " +
        OrDefault(after, kInSync));
  }
  CheckLake(after, &broken);
  CheckDirs(before, after, &broken);
  return broken;
}

void TellChanges(const State& before, const State& after, Facts* facts) {
  for (const auto& [key, value] : after.dynamics) {
    auto was = before.dynamics.find(key);
    if (was != before.dynamics.end() && was->second == value) continue;
    facts->insert("config " + key + (value ? "=" + *value : " is null"));
  }
  for (const auto& [key, value] : before.dynamics) {
    if (after.dynamics.count(key) == 0) facts->insert("config " + key + " is reset");
  }
}

void Alter(State& state, const Ask& ask, const std::string& op, Done* done) {
  if (!MayOn(state, ask, "ALTER", "cluster", done)) return;
  State after = state;
  size_t step = op == "reset" ? 1 : 2;
  for (size_t i = 0; i < ask.texts.size(); i += step) {
    Text value = step == 2 ? ask.texts[i + 1] : Text();
    done->answer = Change(after, op, *ask.texts[i], value);
    if (done->answer.code != 0) return;
  }
  std::vector<std::string> broken = BrokenRules(state, after);
  if (!broken.empty()) {
    done->answer = Refusal(kConfigException, broken);
    return;
  }
  TellChanges(state, after, &done->facts);
  state = after;
}

void Get(const State& state, const Ask& ask, Done* done) {
  if (!MayOn(state, ask, "DESCRIBE", "cluster", done)) return;
  std::set<std::string> keys;
  for (const Text& key : ask.texts) keys.insert(*key);
  if (keys.empty()) {
    for (const auto& [key, value] : state.statics) keys.insert(key);
    for (const auto& [key, value] : state.dynamics) keys.insert(key);
  }
  for (const std::string& key : keys) {
    auto known = KnownKeys().find(key);
    if (state.dynamics.count(key) > 0) {
      done->answer.rows.push_back({key, state.dynamics.at(key), "DYNAMIC_CONFIG"});
    } else if (state.statics.count(key) > 0) {
      done->answer.rows.push_back({key, state.statics.at(key), "STATIC_CONFIG"});
    } else if (known != KnownKeys().end()) {
      done->answer.rows.push_back({key, known->second.standard, "DEFAULT_CONFIG"});
    }
  }
}

}  // namespace

bool ApplyConfigs(State& state, const Ask& ask, Done* done) {
  constexpr char kSuffix[] = "_cluster_configs";
  size_t at = ask.what.find(kSuffix);
  if (at == ask.what.npos) return false;
  std::string op = ask.what.substr(0, at);
  if (op == "get") {
    Get(state, ask, done);
  } else {
    Alter(state, ask, op, done);
  }
  return true;
}

}  // namespace pegel::model

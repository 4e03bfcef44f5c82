#include "tests/fuzz/targets.h"

#include "core/check.h"

namespace pegel::fuzz {
namespace {

constexpr Target kTargets[] = {
    {"acl_text", RunAclText},
    {"anchor", RunAnchor, MutateAnchor},
    {"call_text", RunCallText},
    {"cluster_file", RunClusterFile},
    {"config_value", RunConfigValue},
    {"flat_yaml", RunFlatYaml},
    {"goals", RunGoals},
    {"key_file", RunKeyFile},
    {"record", RunRecord, MutateRecord},
    {"rpc_stream", RunRpcStream},
    {"server_ids", RunServerIds},
    {"server_yaml", RunServerYaml},
};

}  // namespace

absl::Span<const Target> Targets() { return kTargets; }

const Target& FindTarget(absl::string_view name) {
  for (const Target& target : kTargets) {
    if (target.name == name) return target;
  }
  PEGEL_CHECK(false, "no fuzz target '", name, "'");
  return kTargets[0];
}

}  // namespace pegel::fuzz

#include "tests/sim/traces.h"

#include "absl/strings/str_cat.h"

namespace pegel::sim {

absl::StatusOr<std::string> TraceOf(uint64_t seeds, const std::string& name, Plan kind) {
  uint64_t hash = 0;
  for (kind.seed = 1; kind.seed <= seeds; ++kind.seed) {
    Outlived life = Live(kind);
    if (life.violation) {
      return absl::InternalError(absl::StrCat("seed ", kind.seed, ": ", life.violation->what));
    }
    hash = hash * 31 + life.hashes.back();
  }
  return absl::StrCat("sim ", name, ": trace_of_", seeds, "=", absl::Hex(hash, absl::kZeroPad16));
}

absl::StatusOr<std::string> EngineTraces() { return TraceOf(20, "engine", {}); }
absl::StatusOr<std::string> DiskTraces() { return TraceOf(5, "disk", {.on_disk = true}); }
absl::StatusOr<std::string> NetTraces() { return TraceOf(10, "net", {.over_net = true}); }

}  // namespace pegel::sim

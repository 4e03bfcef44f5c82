// The decoders of Pegel as functions of bytes, for whoever wants to break one.
//
// A target reads what a stranger, a disk or an operator could have written and checks what must
// hold for any bytes: the decoder says yes or no and never stops the process, what it took prints
// back to the same value, and what was printed is read alike. A broken law stops the process
// (core/check.h), and so does every sanitizer.
//
// Two programs use them: one libFuzzer program per target (fuzz_main.cc, preset `asan`) and
// fuzz_corpus_test, which replays the corpora in every build. Pure but for the files and sockets
// that a decoder insists on. Any thread, one at a time.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pegel::fuzz {

struct Target {
  absl::string_view name;  // Also the folder of its corpus.
  void (*run)(absl::string_view bytes);
  // Structure-aware: a valid input with one thing changed, made from `bytes` where they are valid.
  // Null: this target is mutated byte by byte only.
  std::string (*mutate)(absl::string_view bytes, uint64_t seed) = nullptr;
};

// By name.
absl::Span<const Target> Targets();

// Stops the process when there is none.
const Target& FindTarget(absl::string_view name);

// ---- one per file; what they read is said where they are defined ----
void RunAclText(absl::string_view bytes);
void RunAnchor(absl::string_view bytes);
std::string MutateAnchor(absl::string_view bytes, uint64_t seed);
void RunCallText(absl::string_view bytes);
void RunClusterFile(absl::string_view bytes);
void RunConfigValue(absl::string_view bytes);
void RunFlatYaml(absl::string_view bytes);
void RunGoals(absl::string_view bytes);
void RunKeyFile(absl::string_view bytes);
void RunRecord(absl::string_view bytes);
std::string MutateRecord(absl::string_view bytes, uint64_t seed);
void RunRpcStream(absl::string_view bytes);
void RunServerIds(absl::string_view bytes);
void RunServerYaml(absl::string_view bytes);

}  // namespace pegel::fuzz

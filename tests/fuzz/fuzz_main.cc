// One libFuzzer program: the target whose name PEGEL_FUZZ_TARGET is. libFuzzer has the main().
#include <cstring>
#include <string>

#include "tests/fuzz/targets.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t size_max);

namespace {

const pegel::fuzz::Target& Target() {
  static const pegel::fuzz::Target& target = pegel::fuzz::FindTarget(PEGEL_FUZZ_TARGET);
  return target;
}

absl::string_view View(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Target().run(View(data, size));
  return 0;
}

// Every fourth mutation, and all of targets without structure, is libFuzzer's own.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_max,
                                          unsigned int seed) {
  if (Target().mutate == nullptr || seed % 4 == 0) return LLVMFuzzerMutate(data, size, size_max);
  std::string mutated = Target().mutate(View(data, size), seed);
  if (mutated.empty() || mutated.size() > size_max) return LLVMFuzzerMutate(data, size, size_max);
  std::memcpy(data, mutated.data(), mutated.size());
  return mutated.size();
}

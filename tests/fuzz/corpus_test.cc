// The corpora in every build, without libFuzzer: each file as it is, and bent a little, from a
// seed.
//
// What a fuzzer found and was fixed stays in the corpus, so this is also the regression test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/fuzz/targets.h"
#include "tests/support/random.h"

namespace pegel::fuzz {
namespace {

namespace fs = std::filesystem;
using testing::Random;

std::vector<std::string> CorpusOf(const Target& target) {
  std::vector<fs::path> files;
  for (const auto& file :
       fs::directory_iterator(fs::path(PEGEL_CORPUS) / std::string(target.name))) {
    files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs;
  for (const fs::path& file : files) {
    std::ostringstream bytes;
    bytes << std::ifstream(file, std::ios::binary).rdbuf();
    inputs.push_back(bytes.str());
  }
  return inputs;
}

// Some bytes changed, left out, or doubled.
std::string Bent(std::string bytes, Random& random) {
  for (uint64_t n = 1 + random.Below(4); n > 0 && !bytes.empty(); --n) {
    size_t at = random.Below(bytes.size());
    switch (random.Below(4)) {
      case 0:
        bytes[at] = static_cast<char>(random.Below(256));
        break;
      case 1:
        bytes.erase(at, 1 + random.Below(8));
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, 1 + random.Below(16)));
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << random.Below(8));
    }
  }
  return bytes;
}

class FuzzCorpus : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzCorpus, EveryInputIsTakenOrRefused) {
  const Target& target = GetParam();
  const uint64_t seed = testing::SeedFromEnvironment();
  SCOPED_TRACE(testing::Reproduce(seed, "fuzz_corpus_test"));
  Random random(seed);
  std::vector<std::string> corpus = CorpusOf(target);
  ASSERT_GE(corpus.size(), 3u) << "tests/fuzz/corpus/" << target.name;
  const int bends = testing::IsFullVolume() ? 2000 : 100;
  int runs = 0;
  for (const std::string& input : corpus) {
    target.run(input);
    for (int i = 0; i < bends; ++i) {
      bool by_structure = target.mutate != nullptr && random.OneIn(2);
      target.run(by_structure ? target.mutate(input, random.Below(UINT32_MAX))
                              : Bent(input, random));
    }
    runs += 1 + bends;
  }
  std::printf("corpus replay: target=%s inputs=%zu runs=%d\n", std::string(target.name).c_str(),
              corpus.size(), runs);
}

INSTANTIATE_TEST_SUITE_P(All, FuzzCorpus, ::testing::ValuesIn(Targets().begin(), Targets().end()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace pegel::fuzz

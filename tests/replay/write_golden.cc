// write_golden DIR NAME: makes NAME.log, NAME.digests and NAME.snapshot from GoldenHistory(), for a
// behaviour, a command or a format that no golden log has yet. Never overwrites: what was
// committed is what old versions wrote, and stays.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "core/canonical.h"
#include "core/check.h"
#include "log/group.h"
#include "log/group_file.h"
#include "replay/fold_log.h"
#include "snapshot/codec.h"
#include "tests/replay/golden_history.h"

namespace pegel {
namespace {

constexpr uint64_t kDigestEvery = 10;

void Ignore(const Record&, const Applied&, const Hash256&) {}

template <typename T>
T Must(absl::StatusOr<T> value) {
  PEGEL_CHECK(value.ok(), value.status().ToString());
  return *std::move(value);
}
void Must(const absl::Status& status) { PEGEL_CHECK(status.ok(), status.ToString()); }

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// In groups of one to four records.
void WriteLog(const std::string& stem) {
  const std::vector<Record> records = testing::GoldenHistory();
  auto writer = Must(log::GroupFileWriter::Create(stem + ".log", log::Head{}, nullptr));
  std::vector<Hash256> chains;
  for (size_t at = 0, size = 1; at < records.size(); at += size, size = 1 + size % 4) {
    size = std::min(size, records.size() - at);
    const log::Group group = log::PackGroup({&records[at], size}, writer->head(), &chains);
    Must(writer->Add(group.first, group.bytes));
  }
  Must(writer->Finish());
}

// The digests, `lsn digest` on each line; and a snapshot at two thirds: the rest is folded on from
// it.
void WriteFolds(const std::string& stem) {
  auto log = Must(log::GroupFile::Open(stem + ".log", nullptr));
  const uint64_t end = log->head().lsn.value;
  std::string digests;
  replay::Folded folded;
  for (uint64_t lsn = 1; lsn <= end; ++lsn) {
    folded = Must(replay::FoldTo(*log, std::move(folded), Lsn{lsn}, Ignore));
    if (lsn % kDigestEvery == 0 || lsn == end) {
      digests += std::to_string(lsn) + " " + ToHex(Digest(folded.world)) + "\n";
    }
    if (lsn != end * 2 / 3) continue;
    Write(stem + ".snapshot",
          snapshot::Encode(folded.world, folded.head.chain, folded.answered_chains).bytes);
  }
  Write(stem + ".digests", digests);
}

int Run(const std::string& stem) {
  for (const char* end : {".log", ".digests", ".snapshot"}) {
    if (!std::filesystem::exists(stem + end)) continue;
    std::cerr << stem << end << " is there already. Golden files are never made again; name a new "
              << "one.\n";
    return 1;
  }
  WriteLog(stem);
  WriteFolds(stem);
  return 0;
}

}  // namespace
}  // namespace pegel

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: write_golden DIR NAME\n";
    return 2;
  }
  return pegel::Run(std::string(argv[1]) + "/" + argv[2]);
}

// pegel-replay verify: folds the whole log and checks everything that can be checked.
#include <iostream>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "tools/replay/command.h"
#include "tools/replay/source.h"

namespace pegel::tools {
namespace {

struct VerifyOptions {
  Common common;
};

int Verify(const VerifyOptions& options) {
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  uint64_t records = 0;
  auto count = [&](const Record&, const Applied&, const Hash256&) { ++records; };
  absl::StatusOr<replay::Folded> folded = source->Beginning();
  if (folded.ok()) folded = source->FoldAll(*std::move(folded), "verify", count);
  if (!folded.ok()) return ReportFault(options.common, folded.status());
  std::string chain = ToHex(folded->head.chain), digest = ToHex(Digest(folded->world));
  if (options.common.is_json()) {
    std::cout << JsonText({{"ok", true},
                           {"records", records},
                           {"head_lsn", folded->head.lsn.value},
                           {"chain", chain},
                           {"digest", digest}});
  } else {
    std::cout << "OK: " << records << " records, every hash checked\nhead lsn  "
              << folded->head.lsn.value << "\nchain     " << chain << "\ndigest    " << digest
              << "\n";
  }
  return kExitGood;
}

}  // namespace

void AddVerify(CommandLine& line) {
  auto options = std::make_shared<VerifyOptions>();
  line.Add("verify", "Checks the whole log: density, chain, effects, anchor", options, Verify);
}

}  // namespace pegel::tools

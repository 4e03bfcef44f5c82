// pegel-replay verify: everything that can be checked about a log, in one walk.
#include "replay/verify.h"

#include <iostream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "tools/replay/command.h"
#include "tools/replay/source.h"
#include "tools/replay/witnesses.h"
#include "tools/shell/receipts.h"

namespace pegel::tools {
namespace {

struct VerifyOptions {
  Common common;
  std::string receipts;     // A file; empty: none.
  std::string expected;     // `LSN:HASH`; empty: none.
  std::string checkpoints;  // A file; empty: none. Needs `key`.
  std::string key;
};

// What the options bring besides the anchor.
struct Brought {
  std::vector<replay::Witness> witnesses;
  std::vector<Checkpoint> checkpoints;
};

absl::StatusOr<Brought> Bring(const VerifyOptions& options) {
  Brought brought;
  if (!options.receipts.empty()) {
    absl::StatusOr<std::vector<replay::Witness>> receipts = ReceiptsIn(options.receipts);
    if (!receipts.ok()) return receipts.status();
    brought.witnesses = *std::move(receipts);
  }
  if (!options.expected.empty()) {
    Receipt receipt = *ParseReceipt(options.expected);  // Checked by the option.
    brought.witnesses.push_back({{receipt.lsn, receipt.chain}, "--expect-head"});
  }
  if (options.checkpoints.empty()) return brought;
  absl::StatusOr<Key> key = ReadPublicKey(options.key);
  if (!key.ok()) return key.status();
  absl::StatusOr<std::vector<Checkpoint>> checkpoints = CheckpointsIn(options.checkpoints, *key);
  if (!checkpoints.ok()) return checkpoints.status();
  for (const Checkpoint& checkpoint : *checkpoints) {
    brought.witnesses.push_back(WitnessOf(checkpoint, options.checkpoints));
  }
  brought.checkpoints = *std::move(checkpoints);
  return brought;
}

absl::StatusOr<replay::Verified> Check(const Source& source, const Brought& brought,
                                       const VerifyOptions& options) {
  absl::StatusOr<replay::Folded> start = source.Beginning();
  if (!start.ok()) return start.status();
  replay::Evidence evidence{source.trimmed(), brought.witnesses, &source.snapshots()};
  if (source.anchor().lsn > Lsn{}) evidence.witnesses.push_back(AnchorOf(source));
  ReadingBar bar("verify", source.anchor().lsn.value);
  absl::StatusOr<replay::Verified> verified =
      replay::Verify(source.log(), *std::move(start), evidence,
                     [&](const log::Head& head) { bar.Show(head.lsn.value); });
  if (!verified.ok()) return source.Explain(verified.status());
  absl::Status cluster =
      CheckCluster(brought.checkpoints, options.checkpoints, verified->folded.world.cluster_id);
  if (!cluster.ok()) return cluster;
  return verified;
}

void Print(const replay::Verified& verified, uint64_t brought, bool is_json) {
  const log::Head& head = verified.folded.head;
  const std::string chain = ToHex(head.chain), digest = ToHex(Digest(verified.folded.world));
  if (is_json) {
    std::cout << JsonText({{"ok", true},
                           {"records", verified.records},
                           {"head_lsn", head.lsn.value},
                           {"snapshots", verified.snapshots},
                           {"witnesses", brought},
                           {"too_old", verified.too_old},
                           {"chain", chain},
                           {"digest", digest}});
    return;
  }
  std::cout << "OK: " << verified.records << " records, every hash checked\nhead lsn  "
            << head.lsn.value << "\nchain     " << chain << "\ndigest    " << digest
            << "\nsnapshots " << verified.snapshots << ", each what the records come to\n";
  if (brought > 0) {
    std::cout << "witnesses " << brought << ", of which " << verified.too_old
              << " speak of records that were trimmed; the others agree\n";
  }
}

int Run(const VerifyOptions& options) {
  if (options.checkpoints.empty() != options.key.empty()) {
    return ReportFault(options.common, absl::InvalidArgumentError(
                                           "--checkpoints and --key are given together: the file "
                                           "of signed lines, and the public key"));
  }
  absl::StatusOr<Brought> brought = Bring(options);
  if (!brought.ok()) return ReportFault(options.common, brought.status());
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  absl::StatusOr<replay::Verified> verified = Check(*source, *brought, options);
  if (!verified.ok()) return ReportFault(options.common, verified.status());
  Print(*verified, brought->witnesses.size(), options.common.is_json());
  return kExitGood;
}

}  // namespace

void AddVerify(CommandLine& line) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* verify =
      line.Add("verify",
               "Checks the whole log: density, chain, effects, anchor, snapshots, and who "
               "was told of it",
               options, Run);
  verify
      ->add_option("--receipts", options->receipts,
                   "Receipts that callers kept: `LSN HASH` a line (pegel sql --receipts)")
      ->type_name("FILE");
  verify
      ->add_option("--expect-head", options->expected,
                   "The log must hold this record, from a reply or an earlier verify")
      ->type_name("LSN:HASH")
      ->check([](const std::string& given) {
        return std::string(ParseReceipt(given).status().message());
      });
  verify->add_option("--checkpoints", options->checkpoints, "Signed checkpoints (needs --key)")
      ->type_name("FILE");
  verify->add_option("--key", options->key, "The public key that they are signed with")
      ->type_name("FILE");
  verify->footer(R"help(Examples:
  pegel-replay verify --data-dir ./data
  pegel-replay verify --data-dir ./data --receipts receipts.txt
  pegel-replay verify --data-dir ./data --checkpoints checkpoints.txt --key audit.key.pub

A log that was changed throughout, or an older copy of it, is a valid log: only who was told of a
later record can say so. Keep receipts and checkpoints where the log's owner cannot write.
Exit: 0 the log is good, 1 it is not (the first bad lsn is named), 2 wrong usage.)help");
}

}  // namespace pegel::tools

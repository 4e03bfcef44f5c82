// pegel-replay checkpoint: signs what a log is now, after checking all of it.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "replay/verify.h"
#include "tools/replay/command.h"
#include "tools/replay/source.h"
#include "tools/replay/witnesses.h"

namespace pegel::tools {
namespace {

struct CheckpointOptions {
  Common common;
  std::string key;
  std::string to;
  uint64_t every = 0;  // 0: only what was acknowledged last.
};

struct KeyOptions {
  std::string file;
};

// Those that were signed before, which the log must still bear out. None: there is no file yet.
absl::StatusOr<std::vector<Checkpoint>> SignedBefore(const CheckpointOptions& options,
                                                     const Key& key) {
  absl::StatusOr<std::vector<Checkpoint>> before = CheckpointsIn(options.to, key);
  if (absl::IsNotFound(before.status())) return std::vector<Checkpoint>{};
  return before;
}

// Durable when it returns.
absl::Status Append(const std::string& file, const std::string& lines) {
  int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return absl::UnavailableError(absl::StrCat(file, ": ", std::strerror(errno)));
  bool is_written =
      write(fd, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) && fsync(fd) == 0;
  std::string reason = std::strerror(errno);
  close(fd);
  if (is_written) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(file, ": cannot be written: ", reason));
}

// Folds the log and collects what is to be signed: the record acknowledged last, and each
// `every`-th behind what was signed before.
class Collector {
 public:
  Collector(const Source& source, Lsn signed_through, uint64_t every)
      : source_(source), signed_through_(signed_through), every_(every) {}

  absl::StatusOr<replay::Verified> Collect(std::vector<replay::Witness> witnesses) {
    absl::StatusOr<replay::Folded> start = source_.Beginning();
    if (!start.ok()) return start.status();
    replay::Evidence evidence{source_.trimmed(), std::move(witnesses), &source_.snapshots()};
    evidence.witnesses.push_back(AnchorOf(source_));
    ReadingBar bar("checkpoint", source_.anchor().lsn.value);
    auto see = [&](const log::Head& head) {
      bar.Show(head.lsn.value);
      bool is_due =
          head.lsn == source_.anchor().lsn || (every_ > 0 && head.lsn.value % every_ == 0);
      if (is_due && head.lsn > signed_through_ && head.lsn <= source_.anchor().lsn) {
        due_.push_back(head);
      }
    };
    absl::StatusOr<replay::Verified> verified =
        replay::Verify(source_.log(), *std::move(start), evidence, see);
    if (!verified.ok()) return source_.Explain(verified.status());
    return verified;
  }
  const std::vector<log::Head>& due() const { return due_; }

 private:
  const Source& source_;
  const Lsn signed_through_;
  const uint64_t every_;
  std::vector<log::Head> due_;
};

absl::StatusOr<size_t> SignTo(const CheckpointOptions& options, const Key& key) {
  absl::StatusOr<std::vector<Checkpoint>> before = SignedBefore(options, key);
  if (!before.ok()) return before.status();
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return source.status();
  Lsn signed_through;
  std::vector<replay::Witness> witnesses;
  for (const Checkpoint& checkpoint : *before) {
    witnesses.push_back(WitnessOf(checkpoint, options.to));
    signed_through = std::max(signed_through, checkpoint.receipt.lsn);
  }
  Collector collector(*source, signed_through, options.every);
  absl::StatusOr<replay::Verified> verified = collector.Collect(std::move(witnesses));
  if (!verified.ok()) return verified.status();
  const std::string& cluster_id = verified->folded.world.cluster_id;
  absl::Status status = CheckCluster(*before, options.to, cluster_id);
  std::string lines;
  for (const log::Head& head : collector.due()) {
    absl::StatusOr<std::string> line = SignedLine({cluster_id, {head.lsn, head.chain}, 0}, key);
    if (!line.ok()) return line.status();
    lines += *line;
  }
  if (status.ok() && !lines.empty()) status = Append(options.to, lines);
  if (!status.ok()) return status;
  return collector.due().size();
}

int Run(const CheckpointOptions& options) {
  absl::StatusOr<Key> key = ReadPrivateKey(options.key);
  if (!key.ok()) return ReportFault(options.common, key.status());
  absl::StatusOr<size_t> count = SignTo(options, *key);
  if (!count.ok()) return ReportFault(options.common, count.status());
  if (options.common.is_json()) {
    std::cout << JsonText({{"ok", true}, {"signed", *count}, {"file", options.to}});
  } else {
    std::cout << "OK: " << *count << " signed, in " << options.to << "\n";
  }
  return kExitGood;
}

int MakeKey(const KeyOptions& options) {
  absl::Status status = MakeSigningKey(options.file);
  if (!status.ok()) {
    std::cerr << "pegel-replay: " << status.message() << "\n";
    return kExitDamaged;
  }
  std::cout << "The private key is in " << options.file << ", keep it secret; the public one in "
            << options.file << ".pub.\n";
  return kExitGood;
}

}  // namespace

void AddCheckpoint(CommandLine& line) {
  auto options = std::make_shared<CheckpointOptions>();
  CLI::App* checkpoint =
      line.Add("checkpoint", "Checks the whole log, and signs what it is now", options, Run);
  checkpoint->add_option("--sign-with", options->key, "The private key (checkpoint-key makes one)")
      ->required()
      ->type_name("FILE");
  checkpoint->add_option("--to", options->to, "Where the signed lines go, behind those that it has")
      ->required()
      ->type_name("FILE");
  checkpoint->add_option("--every", options->every, "Signs each N-th record, too")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  checkpoint->footer(R"help(Examples:
  pegel-replay checkpoint-key audit.key
  pegel-replay checkpoint --data-dir ./data --sign-with audit.key --to checkpoints.txt
  pegel-replay verify --data-dir ./data --checkpoints checkpoints.txt --key audit.key.pub

The log must bear out what was signed before; otherwise nothing is signed. The private key belongs
to who audits, not to who runs the server.
Exit: 0 signed, 1 the log is not good (the first bad lsn is named), 2 wrong usage.)help");
}

void AddCheckpointKey(CommandLine& line) {
  auto options = std::make_shared<KeyOptions>();
  CLI::App* make = line.app.add_subcommand(
      "checkpoint-key", "Makes the pair of keys that checkpoints are signed and checked with");
  make->add_option("FILE", options->file, "The private key; the public one is FILE.pub")
      ->required();
  make->callback([&line, options] { line.run = [=] { return MakeKey(*options); }; });
}

}  // namespace pegel::tools

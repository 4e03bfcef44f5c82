// pegel-bench: load on a running server, and how fast it was answered.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "net/limits.h"
#include "tools/load/load.h"
#include "tools/shell/common_flags.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kExitFailed = 1, kExitUsage = 2;

constexpr char kExamples[] = R"help(Examples:
  pegel-bench --outstanding 64 --seconds 5
  pegel-bench --mix add_acl=90,list_acl=10 --connections 16 --outstanding 256
  pegel-bench --rate 5000 --outstanding 1024        open loop: latencies count from when a call is due
  pegel-bench --mix call --batch 64 --outstanding 16 --json -

Kinds: add_acl, call (the same as text), set_config, list_acl, status, ping (no log). Changes what
the server holds: entries on tables of database `bench`, the config kv.snapshot.interval.
Exit: 0 measured, 1 no server or a lost connection, 2 usage.)help";

struct Row {
  std::string kind;
  int64_t count = 0, per_second = 0;
  double p50_us = 0, p90_us = 0, p99_us = 0, p999_us = 0, max_us = 0;
};

Row RowOf(Kind kind, Latencies& latencies, const LoadOptions& options, double seconds) {
  auto us = [&](int64_t permille) {
    return static_cast<double>(latencies.AtPermille(permille)) / 1e3;
  };
  int64_t procedures = latencies.count() * options.batch;
  auto per_second = static_cast<int64_t>(static_cast<double>(procedures) / seconds);
  return {NameOf(kind), procedures, per_second, us(500), us(900), us(990), us(999), us(1000)};
}

Json ToJson(const Row& row) {
  return Json{{"kind", row.kind},       {"count", row.count},   {"per_second", row.per_second},
              {"p50_us", row.p50_us},   {"p90_us", row.p90_us}, {"p99_us", row.p99_us},
              {"p999_us", row.p999_us}, {"max_us", row.max_us}};
}

bool PrintJson(const std::string& file, const LoadOptions& options, const LoadResult& result,
               const std::vector<Row>& rows) {
  Json all{{"connections", options.connections},
           {"outstanding", options.outstanding},
           {"batch", options.batch},
           {"rate", options.calls_per_second},
           {"seconds", result.seconds},
           {"refused", result.refused},
           {"kinds", Json::array()}};
  for (const Row& row : rows) all["kinds"].push_back(ToJson(row));
  std::FILE* out = file == "-" ? stdout : std::fopen(file.c_str(), "w");
  if (out == nullptr) return false;
  std::fprintf(out, "%s\n", all.dump().c_str());
  return file == "-" || std::fclose(out) == 0;
}

void PrintTable(const LoadResult& result, const std::vector<Row>& rows) {
  std::printf("%-11s %10s %10s %10s %10s %10s %10s %10s\n", "kind", "count", "per s", "p50 us",
              "p90 us", "p99 us", "p99.9 us", "max us");
  for (const Row& row : rows) {
    std::printf("%-11s %10ld %10ld %10.1f %10.1f %10.1f %10.1f %10.1f\n", row.kind.c_str(),
                row.count, row.per_second, row.p50_us, row.p90_us, row.p99_us, row.p999_us,
                row.max_us);
  }
  if (result.refused > 0) {
    std::printf("refused: %ld, the first: %s\n", result.refused, result.first_refusal.c_str());
  }
}

int Fail(int code, absl::string_view text) {
  std::fputs(absl::StrCat("pegel-bench: ", text, "\n").c_str(), stderr);
  return code;
}

// What no option can check alone; empty: nothing.
std::string WhyNot(const LoadOptions& options) {
  const auto calls_max = static_cast<int64_t>(net::Limits().calls_in_flight_max);
  if (options.outstanding < options.connections) {
    return "--outstanding: expected at least one call for each connection";
  }
  int64_t of_one = (options.outstanding + options.connections - 1) / options.connections;
  if (of_one * options.batch > calls_max) {
    return absl::StrCat("--outstanding times --batch: ", of_one * options.batch,
                        " under way on one connection, a server takes ", calls_max);
  }
  if (options.batch == 1) return "";
  for (const Weighed& weighed : options.kinds) {
    if (weighed.kind == Kind::kCall || weighed.kind == Kind::kSetConfig) continue;
    return "--batch: only the kinds call and set_config are statements and can be batched";
  }
  return "";
}

int Main(int argc, char** argv) {
  LoadOptions options;
  CommonFlags common;
  std::string mix = "add_acl", json;
  CLI::App app{"Load on a running Pegel server.", "pegel-bench"};
  AddServer(&app, &common);
  auto positive = CLI::PositiveNumber;
  app.add_option("--mix", mix, "Kinds of calls and their weights [add_acl]");
  app.add_option("--connections", options.connections, "Connections [1]")->check(positive);
  app.add_option("--outstanding", options.outstanding, "Calls under way in all [64]")
      ->check(positive);
  app.add_option("--batch", options.batch, "Statements in one call [1]")->check(positive);
  app.add_option("--rate", options.calls_per_second, "Calls a second: open loop")->check(positive);
  app.add_option("--seconds", options.seconds, "How long is measured [5]")->check(positive);
  app.add_option("--warmup", options.warmup_seconds, "How long before that [1]");
  app.add_option("--keys", options.keys, "ACL entries to add and drop [50000]")->check(positive);
  app.add_option("--seed", options.seed, "Of the mix and the request ids [1]");
  app.add_option("--json", json, "Write figures to this file; -: to standard output");
  app.set_version_flag("--version", PEGEL_VERSION);
  app.footer(kExamples);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  options.server = common.server;
  auto kinds = ParseMix(mix);
  if (!kinds.ok()) return Fail(kExitUsage, kinds.status().message());
  options.kinds = *kinds;
  if (std::string why = WhyNot(options); !why.empty()) return Fail(kExitUsage, why);

  absl::StatusOr<LoadResult> result = RunLoad(options);
  if (!result.ok()) return Fail(kExitFailed, result.status().message());
  std::vector<Row> rows;
  for (auto& [kind, latencies] : result->latencies) {
    rows.push_back(RowOf(kind, latencies, options, result->seconds));
  }
  if (json != "-") PrintTable(*result, rows);
  if (!json.empty() && !PrintJson(json, options, *result, rows)) {
    return Fail(kExitFailed, absl::StrCat("cannot write ", json));
  }
  return 0;
}

}  // namespace
}  // namespace pegel::tools

int main(int argc, char** argv) { return pegel::tools::Main(argc, argv); }

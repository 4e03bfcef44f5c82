// Pegel beside etcd, ZooKeeper and the limits of the disk, in one run: tools/bench builds and runs
// this.
//
//   pegel_compare [--quick] --data DIRECTORY [--markdown FILE] [--json FILE] [--tsv FILE]
//
// Every figure is taken once in each round, all of a row next to each other, and the rounds are
// repeated: what is compared was measured under the same load of the machine, as far as that can
// be had.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/compare/contestants.h"
#include "tests/bench/compare/limits.h"
#include "tests/bench/compare/restart.h"
#include "tests/bench/figure.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<int> kOutstanding = {1, 64, 256, 1024};
const std::vector<int> kBatches = {1, 64, 1024};  // Of the limits.
constexpr int kBatch = 64, kBatchesUnderWay = 16;

struct Plan {
  int rounds = 5;
  double seconds = 2, limit_seconds = 1;
};
constexpr Plan kQuick{3, 1, 0.5};

// What was measured, by the name of the row and of the column.
using Results = std::map<std::string, std::map<std::string, Series>>;

std::string LoadAverage() {
  std::string one;
  std::ifstream("/proc/loadavg") >> one;
  return one;
}

void Say(const std::string& row, const std::string& column, const Measured& measured) {
  std::fprintf(stderr, "%-16s %-10s %9.0f/s  p50 %8.0f us  p99 %8.0f us  load %s\n", row.c_str(),
               column.c_str(), measured.per_second, measured.p50_us, measured.p99_us,
               LoadAverage().c_str());
}

void Take(Results& results, const std::string& row, const std::string& column,
          const Measured& measured) {
  results[row][column].rounds.push_back(measured);
  Say(row, column, measured);
}

std::string RowOf(int outstanding) { return absl::StrCat(outstanding, " outstanding"); }
std::string BatchRow() { return absl::StrCat(kBatchesUnderWay, " x ", kBatch); }
std::string LimitRow(int batch) { return absl::StrCat("batch of ", batch); }

class Comparison {
 public:
  Comparison(Plan plan, std::string data)
      : plan_(plan),
        data_(std::move(data)),
        pegel_(StartPegel(data_ + "/pegel", "add_acl")),
        ping_(StartPegel(data_ + "/ping", "ping")),
        etcd_(StartEtcd(data_ + "/etcd")),
        zookeeper_(StartZooKeeper(data_ + "/zookeeper")) {}

  Results Run() {
    // Once unmeasured: programs and tables get warm, ZooKeeper gets its nodes.
    for (const auto& [name, contestant] : All()) contestant->Run({.outstanding = 64, .seconds = 1});
    for (int round = 0; round < plan_.rounds; ++round) {
      for (int outstanding : kOutstanding) {
        for (const auto& [name, contestant] : All()) {
          Take(results_, RowOf(outstanding), name,
               contestant->Run({.outstanding = outstanding, .seconds = plan_.seconds}));
        }
      }
      for (const auto& [name, contestant] : All()) {
        if (name == "ping") continue;
        Take(results_, BatchRow(), name,
             contestant->Run(
                 {.outstanding = kBatchesUnderWay, .batch = kBatch, .seconds = plan_.seconds}));
      }
      for (int batch : kBatches) TakeLimits(batch, round);
    }
    return std::move(results_);
  }

 private:
  std::vector<std::pair<std::string, Contestant*>> All() {
    return {{"pegel", pegel_.get()},
            {"ping", ping_.get()},
            {"etcd", etcd_.get()},
            {"zookeeper", zookeeper_.get()}};
  }

  void TakeLimits(int batch, int round) {
    const std::pair<std::string, Limit> limits[] = {
        {"file", Limit::kPlainFile}, {"rocksdb", Limit::kRocksDb}, {"log", Limit::kLog}};
    for (const auto& [name, limit] : limits) {
      const std::string directory = absl::StrCat(data_, "/", name, "-", batch, "-", round);
      std::filesystem::create_directories(directory);
      Take(results_, LimitRow(batch), name,
           MeasureLimit(limit, batch, plan_.limit_seconds, directory));
      std::filesystem::remove_all(directory);
    }
  }

  const Plan plan_;
  const std::string data_;
  std::unique_ptr<Contestant> pegel_, ping_, etcd_, zookeeper_;
  Results results_;
};

// ---- goals ----

// The peer that was better in the median.
const Series& BetterPeer(const std::map<std::string, Series>& row) {
  const Series& etcd = row.at("etcd");
  const Series& zookeeper = row.at("zookeeper");
  const auto field = &Measured::per_second;
  return etcd.Of(field).median >= zookeeper.Of(field).median ? etcd : zookeeper;
}

std::vector<Figure> Goals(const Results& results) {
  const auto rate = &Measured::per_second;
  std::vector<Figure> goals;
  auto ratio = [&](const std::string& name, double goal, const Series& ours, const Series& theirs) {
    goals.push_back({name, goal, Ratio(ours, theirs, rate).median, "x"});
  };
  for (int outstanding : kOutstanding) {
    const auto& row = results.at(RowOf(outstanding));
    ratio(absl::StrCat("add_acl, ", RowOf(outstanding), ": against the better peer"),
          outstanding == 1 ? 1.2 : 4, row.at("pegel"), BetterPeer(row));
  }
  const double sync_us = results.at(LimitRow(1)).at("file").Of(&Measured::p50_us).median;
  const auto& single = results.at(RowOf(1));
  const double bound_us = 2 * (2 * sync_us + single.at("ping").Of(&Measured::p50_us).median);
  goals.push_back({"add_acl, 1 outstanding: p50 against two syncs and a ping, twice", 1,
                   single.at("pegel").Of(&Measured::p50_us).median / bound_us, "x", true});
  for (int outstanding : kOutstanding) {
    if (outstanding == 1) continue;
    const auto& row = results.at(RowOf(outstanding));
    goals.push_back(
        {absl::StrCat("add_acl, ", RowOf(outstanding), ": p99 against the better peer's p50"), 1,
         row.at("pegel").Of(&Measured::p99_us).median /
             BetterPeer(row).Of(&Measured::p50_us).median,
         "x", true});
  }
  const auto& batched = results.at(BatchRow());
  ratio("batches of 64, 16 outstanding: against the better batched peer", 4, batched.at("pegel"),
        BetterPeer(batched));
  for (int outstanding : {64, 1024}) {
    const auto& row = results.at(RowOf(outstanding));
    ratio(absl::StrCat("add_acl, ", RowOf(outstanding), ": share of the ping rate"), 0.5,
          row.at("pegel"), row.at("ping"));
  }
  for (int batch : {64, 1024}) {
    const auto& row = results.at(LimitRow(batch));
    ratio(absl::StrCat("the log alone, ", LimitRow(batch), ": share of a plain file"),
          batch == 64 ? 0.6 : 0.3, row.at("log"), row.at("file"));
  }
  return goals;
}

// ---- what is written ----

std::string Thousands(double number) {
  const std::string digits = absl::StrFormat("%.0f", number);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string Cell(const Spread& spread) {
  return absl::StrCat(Thousands(spread.median), " [", Thousands(spread.min), "..",
                      Thousands(spread.max), "]");
}

void AddTable(const Results& results, const std::vector<std::string>& rows,
              const std::vector<std::string>& columns, const std::string& title, std::string* out) {
  absl::StrAppend(out, "\n### ", title, "\n\n| |");
  for (const std::string& column : columns) absl::StrAppend(out, " ", column, " |");
  absl::StrAppend(out, "\n| --- |");
  for (size_t i = 0; i < columns.size(); ++i) absl::StrAppend(out, " --- |");
  for (const std::string& row : rows) {
    const auto& series = results.at(row);
    absl::StrAppend(out, "\n| ", row, ", a second |");
    for (const std::string& column : columns) {
      auto it = series.find(column);
      absl::StrAppend(out, " ",
                      it == series.end() ? "" : Cell(it->second.Of(&Measured::per_second)), " |");
    }
    absl::StrAppend(out, "\n| p50 / p99, µs |");
    for (const std::string& column : columns) {
      auto it = series.find(column);
      if (it == series.end()) {
        absl::StrAppend(out, " |");
        continue;
      }
      absl::StrAppend(out, " ", Thousands(it->second.Of(&Measured::p50_us).median), " / ",
                      Thousands(it->second.Of(&Measured::p99_us).median), " |");
    }
  }
  absl::StrAppend(out, "\n");
}

std::string Markdown(const Results& results, const std::vector<Figure>& goals,
                     const std::string& facts) {
  std::string out = absl::StrCat(facts, "\n");
  std::vector<std::string> rows;
  for (int outstanding : kOutstanding) rows.push_back(RowOf(outstanding));
  rows.push_back(BatchRow());
  AddTable(results, rows, {"pegel", "ping", "etcd", "zookeeper"},
           "Changes, and pings without a log", &out);
  rows.clear();
  for (int batch : kBatches) rows.push_back(LimitRow(batch));
  AddTable(results, rows, {"file", "rocksdb", "log"}, "Limits, records", &out);
  absl::StrAppend(
      &out, "\n### Goals of this run\n\n| what | goal | figure | |\n| --- | --- | --- | --- |\n");
  for (const Figure& goal : goals) {
    const std::string wanted =
        goal.goal ? absl::StrFormat("%s %.2f", goal.is_at_most ? "≤" : "≥", *goal.goal) : "";
    absl::StrAppendFormat(&out, "| %s | %s | %.2f | %s |\n", goal.name, wanted, goal.figure,
                          !goal.goal      ? ""
                          : goal.is_met() ? "met"
                                          : "**not met**");
  }
  return out;
}

Json ToJson(const Results& results, const std::vector<Figure>& goals) {
  Json all{{"rows", Json::object()}, {"goals", Json::array()}};
  for (const auto& [row, columns] : results) {
    for (const auto& [column, series] : columns) {
      for (const Measured& measured : series.rounds) {
        all["rows"][row][column].push_back(Json{{"per_second", measured.per_second},
                                                {"p50_us", measured.p50_us},
                                                {"p99_us", measured.p99_us}});
      }
    }
  }
  for (const Figure& goal : goals) {
    all["goals"].push_back(Json{{"name", goal.name},
                                {"goal", goal.goal ? Json(*goal.goal) : Json()},
                                {"figure", goal.figure},
                                {"met", goal.is_met()}});
  }
  return all;
}

// For tests/bench/plots.gp: a line for each row, `row rate… p99…` of each in `kPlotted`.
const std::vector<std::string> kPlotted = {"pegel", "etcd", "zookeeper"};

std::string Tsv(const Results& results) {
  std::string out = "outstanding";
  for (const char* what : {"/s", "/s least", "/s most", " p99 ms"}) {
    for (const std::string& column : kPlotted) absl::StrAppend(&out, "\t", column, what);
  }
  for (int outstanding : kOutstanding) {
    const auto& row = results.at(RowOf(outstanding));
    absl::StrAppend(&out, "\n", outstanding);
    auto add = [&](double Measured::*field, double Spread::*which, double unit) {
      for (const std::string& column : kPlotted) {
        absl::StrAppendFormat(&out, "\t%.3f", row.at(column).Of(field).*which / unit);
      }
    };
    add(&Measured::per_second, &Spread::median, 1);
    add(&Measured::per_second, &Spread::min, 1);
    add(&Measured::per_second, &Spread::max, 1);
    add(&Measured::p99_us, &Spread::median, 1e3);
  }
  return out + "\n";
}

int Main(const std::vector<std::string>& arguments) {
  Plan plan;
  std::map<std::string, std::string> values = {
      {"--data", ""}, {"--markdown", ""}, {"--json", ""}, {"--tsv", ""}};
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--quick") {
      plan = kQuick;
    } else if (values.count(arguments[i]) > 0 && i + 1 < arguments.size()) {
      values[arguments[i]] = arguments[i + 1];
      ++i;
    } else {
      std::fprintf(stderr,
                   "usage: pegel_compare [--quick] --data DIRECTORY [--markdown FILE] [--json "
                   "FILE] [--tsv FILE]\n");
      return 2;
    }
  }
  std::string load = LoadAverage();
  Results results = Comparison(plan, values["--data"]).Run();
  absl::StrAppend(&load, " before, ", LoadAverage(), " after");
  std::vector<Figure> goals = Goals(results);
  for (Figure& figure : RestartFigures(plan.rounds == kQuick.rounds, values["--data"])) {
    goals.push_back(std::move(figure));
  }
  const std::string facts =
      absl::StrCat("Medians of ", plan.rounds, " rounds of ", plan.seconds,
                   " s, with [least..most]. A record of add_acl has ", RecordBytes(),
                   " bytes in the log; the peers' values have 256. Load average ", load, ".");
  const std::string text = Markdown(results, goals, facts);
  std::fputs(text.c_str(), stdout);
  if (!values["--markdown"].empty()) std::ofstream(values["--markdown"]) << text;
  if (!values["--tsv"].empty()) std::ofstream(values["--tsv"]) << Tsv(results);
  if (!values["--json"].empty()) {
    std::ofstream(values["--json"]) << ToJson(results, goals).dump(1) << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace pegel::testing

int main(int argc, char** argv) {
  return pegel::testing::Main(std::vector<std::string>(argv + 1, argv + argc));
}

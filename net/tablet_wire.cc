#include "net/tablet_wire.h"

#include <kj/debug.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "core/limits.h"
#include "core/outcome.h"
#include "net/cluster_wire.h"
#include "net/watch_wire.h"
#include "net/wire.h"
#include "net/wire_pieces.h"

namespace pegel::net {
namespace {

using cluster::ServerId;

constexpr uint64_t kTaskWords = 12;  // Of one task, besides its replicas and its address.

// Fills a list from values, by the ToWire that is given.
template <typename List, typename Values, typename Write>
void WriteAll(List list, const Values& values, Write write) {
  for (unsigned i = 0; i < list.size(); ++i) write(values[i], list[i]);
}

struct TaskWriter {
  wire::Task::Builder out;

  void operator()(const cluster::BecomeLeader& lead) {
    WriteReplicas(lead.replicas);
    out.setBecomeLeader();
  }
  void operator()(const cluster::FetchFrom& fetch) {
    WriteReplicas(fetch.replicas);
    auto from = out.initFetchFrom();
    from.setLeader(fetch.leader.value);
    from.setAddress(TextOf(fetch.leader_address));
  }
  void operator()(const cluster::AwaitLeader& await) {
    WriteReplicas(await.replicas);
    out.setAwaitLeader();
  }
  void operator()(const cluster::StopReplica&) { out.setStopReplica(); }

  void WriteReplicas(const cluster::Replicas& replicas) {
    ToWire(replicas, out.initReplicas(static_cast<unsigned>(replicas.size())));
  }
};

void WriteTask(const cluster::Task& task, wire::Task::Builder out) {
  ToWire(task.key, out.initKey());
  out.setBucketEpoch(task.bucket_epoch);
  out.setLeaderEpoch(task.leader_epoch);
  std::visit(TaskWriter{out}, task.what);
}

cluster::Task ReadTask(wire::Task::Reader in, ServerId to) {
  cluster::Task task{FromWire(in.getKey()), in.getBucketEpoch(), in.getLeaderEpoch(), to, {}};
  cluster::Replicas replicas = FromWire(in.getReplicas());
  switch (in.which()) {
    case wire::Task::BECOME_LEADER:
      task.what = cluster::BecomeLeader{std::move(replicas)};
      return task;
    case wire::Task::FETCH_FROM:
      task.what = cluster::FetchFrom{ServerId{in.getFetchFrom().getLeader()},
                                     StringOf(in.getFetchFrom().getAddress()), std::move(replicas)};
      return task;
    case wire::Task::AWAIT_LEADER:
      task.what = cluster::AwaitLeader{std::move(replicas)};
      return task;
    case wire::Task::STOP_REPLICA:
      task.what = cluster::StopReplica{};
      return task;
  }
  KJ_FAIL_REQUIRE("a kind of task that this client does not know");
}

uint64_t WordsOf(const cluster::Task& task) {
  uint64_t words = kTaskWords;
  if (const auto* lead = std::get_if<cluster::BecomeLeader>(&task.what)) {
    words += lead->replicas.size();
  } else if (const auto* fetch = std::get_if<cluster::FetchFrom>(&task.what)) {
    words += fetch->replicas.size() + fetch->leader_address.size() / sizeof(capnp::word);
  } else if (const auto* await = std::get_if<cluster::AwaitLeader>(&task.what)) {
    words += await->replicas.size();
  }
  return words;
}

// ---- reports ----

Error Invalid(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

cluster::InSyncReport ReadInSync(wire::ReplicaReport::InSync::Reader in) {
  cluster::InSyncReport item{FromWire(in.getKey()), in.getLeaderEpoch(), in.getBucketEpoch(), {}};
  for (int32_t server : in.getServers()) item.in_sync.push_back(ServerId{server});
  return item;
}

void WriteInSync(const cluster::InSyncReport& item, wire::ReplicaReport::InSync::Builder out) {
  ToWire(item.key, out.initKey());
  out.setLeaderEpoch(item.leader_epoch);
  out.setBucketEpoch(item.bucket_epoch);
  auto servers = out.initServers(static_cast<unsigned>(item.in_sync.size()));
  for (unsigned i = 0; i < servers.size(); ++i) servers.set(i, item.in_sync[i].value);
}

// The wire counts from 0, the core from 1, since its numbers are stored.
cluster::DoneKind KindOf(wire::ReplicaReport::Done::What what) {
  return static_cast<cluster::DoneKind>(static_cast<int>(what) + 1);
}
static_assert(static_cast<int>(wire::ReplicaReport::Done::What::STOPPED) + 1 ==
              static_cast<int>(cluster::kLastDoneKind));
static_assert(static_cast<int>(wire::ReportRefusal::Part::FAILED) + 1 ==
              static_cast<int>(cluster::ReportPart::kFailed));

// Bad values of one part, or none. `in` has at most kReportItemsMax.
std::optional<Error> ReadDone(capnp::List<wire::ReplicaReport::Done>::Reader in,
                              ReplicaReport* out) {
  for (unsigned i = 0; i < in.size(); ++i) {
    if (KindOf(in[i].getWhat()) > cluster::kLastDoneKind) {
      return Invalid(absl::StrCat("done[", i, "].what: found number ",
                                  static_cast<int>(in[i].getWhat()),
                                  ", expected one of those in net/admin.capnp. The tablet server "
                                  "is newer than this server, or wrong."));
    }
    out->done.push_back(
        {FromWire(in[i].getKey()), in[i].getBucketEpoch(), KindOf(in[i].getWhat())});
  }
  return std::nullopt;
}

std::optional<Error> ReadFailed(capnp::List<wire::ReplicaReport::Failed>::Reader in,
                                ReplicaReport* out) {
  for (unsigned i = 0; i < in.size(); ++i) {
    if (auto e = WhyNoText(absl::StrCat("failed[", i, "].reason"), in[i].getReason())) return e;
    out->failed.push_back(
        {FromWire(in[i].getKey()), in[i].getBucketEpoch(), StringOf(in[i].getReason())});
  }
  return std::nullopt;
}

ReportRefusal ReadRefusal(wire::ReportRefusal::Reader in) {
  return {static_cast<cluster::ReportPart>(static_cast<int>(in.getPart()) + 1), in.getIndex(),
          FromWire(in.getError())};
}

}  // namespace

void ToWire(const std::vector<cluster::Task>& tasks, capnp::List<wire::Task>::Builder out) {
  WriteAll(out, tasks, WriteTask);
}

std::vector<cluster::Task> FromWire(capnp::List<wire::Task>::Reader in, ServerId to) {
  std::vector<cluster::Task> tasks;
  tasks.reserve(in.size());
  for (wire::Task::Reader task : in) tasks.push_back(ReadTask(task, to));
  return tasks;
}

uint64_t WordsOf(const std::vector<cluster::Task>& tasks) {
  uint64_t words = 0;
  for (const cluster::Task& task : tasks) words += WordsOf(task);
  return words;
}

void ToWire(const ReplicaReport& report, wire::ReplicaReport::Builder out) {
  auto count = [](const auto& values) { return static_cast<unsigned>(values.size()); };
  WriteAll(out.initInSync(count(report.in_sync)), report.in_sync, WriteInSync);
  WriteAll(out.initSizes(count(report.sizes)), report.sizes, [](const auto& item, auto size) {
    ToWire(item.key, size.initKey());
    size.setBytes(item.bytes);
  });
  WriteAll(out.initDone(count(report.done)), report.done, [](const auto& item, auto done) {
    ToWire(item.key, done.initKey());
    done.setBucketEpoch(item.bucket_epoch);
    done.setWhat(static_cast<wire::ReplicaReport::Done::What>(static_cast<int>(item.kind) - 1));
  });
  WriteAll(out.initFailed(count(report.failed)), report.failed, [](const auto& item, auto failed) {
    ToWire(item.key, failed.initKey());
    failed.setBucketEpoch(item.bucket_epoch);
    failed.setReason(TextOf(item.reason));
  });
}

std::variant<ReplicaReport, Error> FromWire(wire::ReplicaReport::Reader in) {
  uint64_t items = uint64_t{in.getInSync().size()} + in.getSizes().size() + in.getDone().size() +
                   in.getFailed().size();
  if (items > kReportItemsMax) {
    return Invalid(absl::StrCat("a report has at most ", kReportItemsMax, " items, found ", items,
                                ". Nothing was logged; send it in pieces."));
  }
  ReplicaReport report;
  for (auto item : in.getInSync()) report.in_sync.push_back(ReadInSync(item));
  for (auto item : in.getSizes()) {
    report.sizes.push_back({FromWire(item.getKey()), item.getBytes()});
  }
  if (auto error = ReadDone(in.getDone(), &report)) return *std::move(error);
  if (auto error = ReadFailed(in.getFailed(), &report)) return *std::move(error);
  return report;
}

void ToWire(const Reply& reply, wire::ReportReply::Builder out) {
  WriteReceipt(reply.receipt, out);
  if (const auto* error = std::get_if<Error>(&reply.outcome)) {
    return ToWire(*error, out.initError());
  }
  const auto* judged = std::get_if<ReportJudged>(&std::get<Result>(reply.outcome));
  PEGEL_CHECK(judged != nullptr, "a report has another result than its judgement");
  WriteAll(
      out.initRefusals(static_cast<unsigned>(judged->refused.size())), judged->refused,
      [](const ReportRefusal& item, wire::ReportRefusal::Builder refusal) {
        refusal.setPart(static_cast<wire::ReportRefusal::Part>(static_cast<int>(item.part) - 1));
        refusal.setIndex(item.index);
        ToWire(item.error, refusal.initError());
      });
}

Reported FromWire(wire::ReportReply::Reader in) {
  Reported reported{.receipt = ReadReceipt(in.getReceipt()), .refused = {}, .error = std::nullopt};
  switch (in.which()) {
    case wire::ReportReply::REFUSALS:
      for (wire::ReportRefusal::Reader item : in.getRefusals()) {
        reported.refused.push_back(ReadRefusal(item));
      }
      return reported;
    case wire::ReportReply::ERROR:
      reported.error = FromWire(in.getError());
      return reported;
  }
  KJ_FAIL_REQUIRE("a kind of reply that this client does not know");
}

}  // namespace pegel::net

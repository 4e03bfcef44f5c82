#include "tests/sim/over_the_wire.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <memory>
#include <utility>

#include "net/admin.capnp.h"
#include "net/tablet_wire.h"
#include "net/watch_wire.h"

namespace pegel::sim {
namespace {

// Fills a message with `write`, and gives what comes out of its bytes to `read`.
template <typename Root, typename Write, typename Read>
auto Pass(Write write, Read read) {
  capnp::MallocMessageBuilder message;
  write(message.initRoot<Root>());
  auto words = capnp::messageToFlatArray(message);
  capnp::FlatArrayMessageReader reader(words);
  return read(reader.getRoot<Root>());
}

}  // namespace

// No filter: every event is selected.
WatchBatch OverTheWire(const WatchBatch& batch) {
  std::vector<net::Selection> selections;
  for (const SharedChange& change : batch.changes) {
    net::Selection selection{change, {}};
    for (const Event& event : change->events) selection.events.push_back(&event);
    selections.push_back(std::move(selection));
  }
  net::ChangeBatch read =
      Pass<net::wire::ChangeBatch>([&](auto out) { net::ToWire(selections, batch.through, out); },
                                   [](auto in) { return net::FromWire(in); });
  WatchBatch passed{{}, read.through};
  for (ChangeSet& change : read.changes) {
    passed.changes.push_back(std::make_shared<ChangeSet>(std::move(change)));
  }
  return passed;
}

std::vector<cluster::Task> OverTheWire(const std::vector<cluster::Task>& tasks,
                                       cluster::ServerId to) {
  return Pass<net::wire::TaskSink::PerformParams>(
      [&](auto out) { net::ToWire(tasks, out.initTasks(static_cast<unsigned>(tasks.size()))); },
      [&](auto in) { return net::FromWire(in.getTasks(), to); });
}

// Who reports is not in it: the server knows that from the session.
std::variant<ReplicaReport, Error> OverTheWire(const ReplicaReport& report) {
  auto read = Pass<net::wire::ReplicaReport>([&](auto out) { net::ToWire(report, out); },
                                             [](auto in) { return net::FromWire(in); });
  if (auto* passed = std::get_if<ReplicaReport>(&read)) {
    passed->id = report.id;
    passed->epoch = report.epoch;
  }
  return read;
}

}  // namespace pegel::sim

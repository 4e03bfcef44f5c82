// A connection without sockets: what one end writes the other reads later, in order, in other
// pieces; until the way between them stalls, or breaks and each end notices at another time.
//
// What a piece's fate is, is drawn from the stage and its weather. Every piece that arrives is in
// the trace. One thread; the stage must outlive the ends.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/event_port.h"
#include "net/stream.h"
#include "tests/sim/stage.h"

namespace pegel::sim {

struct SimStreams {
  kj::Own<net::Stream> client;
  kj::Own<net::Stream> server;
  // The server's process is gone: what its end says from now on was never said.
  std::function<void()> kill_server;
};

// `name`: in the trace. An end that is destroyed closes: the other one reads what is on its way,
// and then the end of the stream.
SimStreams Connect(Stage& stage, net::EventPort& port, const std::string& name);

}  // namespace pegel::sim

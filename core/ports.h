// What net/ asks of the server's line. Declared here so that net/ need not know who implements it
// (tools/server.cc; tests use a fake).
#pragma once

#include <functional>

#include "core/engine.h"

namespace pegel {

// Loop thread only. Every callback is called exactly once, on the loop thread, possibly before the
// call returns; when the server stops first, it is dropped uncalled and the connection breaks.
class Line {
 public:
  virtual ~Line() = default;
  virtual void Submit(Author author, RequestId request_id, Command command,
                      std::function<void(Reply)> done) = 0;
  virtual void AskStatus(std::function<void(Status)> done) = 0;
};

}  // namespace pegel

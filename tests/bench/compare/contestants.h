// The servers that are compared, and how each is asked: started on loopback ports of their own,
// with their durability on and their data on one disk; killed by pid when destroyed.
#pragma once

#include <memory>
#include <string>

#include "tests/bench/compare/measured.h"

namespace pegel::testing {

struct LoadShape {
  int outstanding = 64;
  int batch = 1;  // Changes in one call: a batch, a transaction, a multi.
  double seconds = 2;
  int64_t puts = 0;  // etcd only: so many and no more, however long that takes.
};

class Contestant {
 public:
  virtual ~Contestant() = default;
  // Waits until the load has ended. Ends the program when something goes wrong.
  virtual Measured Run(const LoadShape& shape) = 0;
};

// add_acl, or batches of CALL sys.add_acl; `mix` other than that: what pegel-bench names so.
std::unique_ptr<Contestant> StartPegel(const std::string& directory, const std::string& mix);
// put, or a txn of puts.
std::unique_ptr<Contestant> StartEtcd(const std::string& directory);
// set, or a multi of sets.
std::unique_ptr<Contestant> StartZooKeeper(const std::string& directory);

}  // namespace pegel::testing

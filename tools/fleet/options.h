// The command line of pegel-fleet, and the scenario that it names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/fleet/data_plane.h"
#include "tools/fleet/scenario.h"

namespace pegel::tools {

struct FleetOptions {
  std::string server;
  int servers = 4;
  int racks = 2;
  int first_id = 0;

  // Tables `<database>.t0`, `<database>.t1`, … that are made when the servers are there.
  std::string database = "fleet";
  int tables = 0;
  int buckets = 12;
  int replication = 3;
  int partitions = 0;  // Of each table; 0: not partitioned.

  DataPlaneOptions data;  // Its seed is that of the fleet.
  std::vector<int32_t> mute;
  std::vector<int32_t> kill;
  int die = 0;
  double die_after_seconds = 0;
  std::string scenario;
  std::vector<Step> steps;  // Of the scenario.

  int end_id() const { return first_id + servers; }
  bool Has(int32_t id) const { return id >= first_id && id < end_id(); }
};

// What the command line asks for. False: nothing more to do, help or an error was printed; then
// *exit_code is set.
bool ReadFleetOptions(int argc, const char* const* argv, FleetOptions* options, int* exit_code);

}  // namespace pegel::tools

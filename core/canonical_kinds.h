// The kind numbers in canonical bytes that core/canonical.cc writes and core/canonical_decode.cc
// reads.
//
// IMPORTANT: hashed into stored records and read back from snapshots; never renumbered.
#pragma once

#include <cstdint>

namespace pegel {

inline constexpr uint32_t kWorldFormat = 1;

// Sections of the World behind the requests, each written only when it holds something.
inline constexpr uint16_t kTablesSection = 1;
inline constexpr uint16_t kRebalancesSection = 2;

enum class OutcomeKind : uint16_t {
  kRejected = 0,
  kDone = 1,
  kAclEntries = 10,
  kConfigEntries = 20,
  kServerRows = 30,
  kServerTagRows = 31,
  kTableRows = 40,
  kBucketRows = 41,
  kReportJudged = 42,
  kRebalanceBegun = 50,
  kRebalanceDetail = 51,
  kRebalanceRows = 52,
  kPlanAsked = 53,
};

}  // namespace pegel

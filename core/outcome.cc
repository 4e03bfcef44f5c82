#include "core/outcome.h"

namespace pegel {
namespace {

constexpr size_t kBytesTypical = 256;

struct BytesOfResult {
  size_t operator()(const Done&) const { return 0; }
  size_t operator()(const AclEntries& listed) const {
    return listed.entries.size() * kBytesTypical;
  }
  size_t operator()(const ConfigEntries& listed) const {
    size_t bytes = 0;
    for (const ConfigEntry& entry : listed.entries) {
      bytes += kBytesTypical + (entry.value ? config::BytesOf(*entry.value) : 0);
    }
    return bytes;
  }
  size_t operator()(const ServerRows& listed) const {
    return listed.servers.size() * kBytesTypical;
  }
  size_t operator()(const ServerTagRows& listed) const {
    return listed.tags.size() * sizeof(ServerTagRow);
  }
  size_t operator()(const TableRows& listed) const { return listed.tables.size() * kBytesTypical; }
  size_t operator()(const BucketRows& listed) const {
    return listed.buckets.size() * 2 * kBytesTypical;
  }
  size_t operator()(const ReportJudged& judged) const {
    return judged.refused.size() * kBytesTypical;
  }
  size_t operator()(const RebalanceBegun&) const { return 0; }
  size_t operator()(const RebalanceDetail& detail) const {
    return detail.moves.size() * sizeof(moves::Move);
  }
  size_t operator()(const RebalanceRows& listed) const {
    return listed.rebalances.size() * 2 * kBytesTypical;
  }
  size_t operator()(const PlanAsked&) const { return 0; }
};

}  // namespace

size_t BytesOf(const Outcome& outcome) {
  const auto* result = std::get_if<Result>(&outcome);
  return kBytesTypical + (result != nullptr ? std::visit(BytesOfResult{}, *result) : 0);
}

}  // namespace pegel

#include <vector>

#include "core/check.h"
#include "core/cluster/text.h"
#include "tests/fuzz/targets.h"

namespace pegel::fuzz {

// The list of servers that a tag procedure takes; also as a tag, a rack and an address.
void RunServerIds(absl::string_view bytes) {
  auto selectors = cluster::ParseSelectors(bytes);
  if (selectors.ok()) {
    PEGEL_CHECK(!selectors->empty(), "a list without servers");
    std::string printed = cluster::ToText(*selectors);
    auto again = cluster::ParseSelectors(printed);
    PEGEL_CHECK(again.ok() && *again == *selectors, "printed as '", printed, "'");
  }
  auto tag = cluster::ParseTag(bytes);
  if (tag.ok()) PEGEL_CHECK(*cluster::ParseTag(cluster::ToText(*tag)) == *tag, "a tag");
  if (cluster::CheckRack(bytes).ok() && !bytes.empty()) {
    // `rack:<name>` can name every rack that a server may have.
    auto rack = cluster::ParseSelectors("rack:" + std::string(bytes));
    std::vector<cluster::Selector> expected = {cluster::Rack{std::string(bytes)}};
    PEGEL_CHECK(rack.ok() && *rack == expected, "a rack that no list can name: '", bytes, "'");
  }
  if (cluster::CheckAddress(bytes).ok()) {
    PEGEL_CHECK(bytes.find(':') != bytes.npos, "an address without a port");
  }
}

}  // namespace pegel::fuzz

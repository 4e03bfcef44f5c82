// The include rule of the tree (docs/architecture.md): who may include whom, read from the sources.
#pragma once

#include <string>
#include <vector>

namespace pegel::testing {

// Checks the #include lines of one file. `path` is relative to the repository root, e.g.
// "core/fold.cc". Each problem is one sentence with file and line.
std::vector<std::string> CheckIncludes(const std::string& path, const std::string& text);

}  // namespace pegel::testing

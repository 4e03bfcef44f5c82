#include "core/check.h"

#include <cstdio>
#include <cstdlib>

namespace pegel {

void CheckFailed(const char* file, int line, const char* condition, const std::string& values) {
  std::fprintf(stderr, "%s:%d: impossible: not (%s) %s\n", file, line, condition, values.c_str());
  std::abort();
}

}  // namespace pegel

// PEGEL_CHECK(condition, values...): stop with evidence.
//
// For what cannot happen: a false condition means a bug or broken memory, and going on could write
// wrong history. Prints place, condition and values to standard error, then aborts. On in every
// build.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"

namespace pegel {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const std::string& values);

}  // namespace pegel

#define PEGEL_CHECK(condition, ...)                                                      \
  do {                                                                                   \
    if (!(condition)) [[unlikely]] {                                                     \
      ::pegel::CheckFailed(__FILE__, __LINE__, #condition, ::absl::StrCat(__VA_ARGS__)); \
    }                                                                                    \
  } while (false)

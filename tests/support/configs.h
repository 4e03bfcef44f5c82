// Domain words for tests of cluster configs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/command.h"

namespace pegel::testing {

inline config::Change SetTo(std::string key, config::Value value) {
  return {config::Op::kSet, std::move(key), std::move(value)};
}
inline config::Change SetToNull(std::string key) {
  return {config::Op::kSet, std::move(key), std::nullopt};
}
inline config::Change ResetOf(std::string key) {
  return {config::Op::kDelete, std::move(key), std::nullopt};
}
inline config::Change AppendTo(std::string key, config::Value value) {
  return {config::Op::kAppend, std::move(key), std::move(value)};
}
inline config::Change SubtractFrom(std::string key, config::Value value) {
  return {config::Op::kSubtract, std::move(key), std::move(value)};
}

// A seal of the right shape; `mark` tells seals apart.
inline config::Sealed SealOf(char mark = 'x') {
  return {"0123456789abcdef", std::string(config::kBoxBytesMin + 8, mark)};
}

inline config::SealedMap SealedUsers(const std::vector<std::string>& names, char mark = 'x') {
  config::SealedMap map;
  for (const std::string& name : names) map.entries.push_back({name, SealOf(mark)});
  return map;
}

}  // namespace pegel::testing

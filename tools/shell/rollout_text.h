// `pegel config rollout`: who has the last change of a key.
#pragma once

#include <string>

#include "net/client.h"

namespace pegel::tools {

// Every connected subscriber has the change, and there is one.
bool IsRolledOut(const net::Rollout& rollout);

// One JSON object on one line; its keys are a contract as in format.h.
std::string RolloutJson(const std::string& key, const net::Rollout& rollout);

std::string RolloutTable(const std::string& key, const net::Rollout& rollout);

}  // namespace pegel::tools

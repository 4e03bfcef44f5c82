#include "core/leases.h"

namespace pegel {

void Leases::Hold(const Registration& who, int64_t end_ms) {
  End(who.server);
  held_[who.server] = Held{who.epoch, end_ms};
  ends_.insert(Due{end_ms, who.server});
}

void Leases::Grant(const Registration& who, int64_t now_ms) { Hold(who, now_ms + duration_ms_); }

bool Leases::Renew(const Registration& who, int64_t now_ms) {
  auto it = held_.find(who.server);
  if (it == held_.end() || it->second.epoch != who.epoch) return false;
  Grant(who, now_ms);
  return true;
}

void Leases::End(int32_t server) {
  auto it = held_.find(server);
  if (it == held_.end()) return;
  ends_.erase(Due{it->second.end_ms, server});
  held_.erase(it);
}

std::vector<Registration> Leases::Expire(int64_t now_ms) {
  int64_t late_ms = now_ms - last_look_ms_ - tick_ms_;
  last_look_ms_ = now_ms;
  // One tick late is what a busy loop does every day, and costs no lease its truth.
  if (late_ms > tick_ms_) ExtendAll(late_ms);
  std::vector<Registration> ended;
  while (!ends_.empty() && ends_.begin()->end_ms <= now_ms) {
    int32_t server = ends_.begin()->server;
    ended.push_back({server, held_.find(server)->second.epoch});
    End(server);
  }
  return ended;
}

void Leases::PutBack(const Registration& who) {
  if (!held_.contains(who.server)) Hold(who, last_look_ms_);
}

void Leases::ExtendAll(int64_t by_ms) {
  ends_.clear();
  for (auto& [server, held] : held_) {
    held.end_ms += by_ms;
    ends_.insert(Due{held.end_ms, server});
  }
}

}  // namespace pegel

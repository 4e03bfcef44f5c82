// Simulated tablet servers that share one connection: registers them, renews their leases, brings
// them their tasks and takes their reports, comes back after the connection or the server was lost,
// and says goodbye.
//
// Runs on a thread of its own, that which calls Run. What the servers do is the crew's
// (tools/fleet/crew.h); to Pegel they are as real as any.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "net/client.h"
#include "net/tablet_client.h"
#include "tools/fleet/crew.h"

namespace pegel::tools {

// The world outside, so that tests need neither servers nor waiting. Called from the squad's
// thread.
struct SquadPorts {
  std::function<absl::StatusOr<std::unique_ptr<net::Client>>()> connect;
  std::function<RequestId()> new_request_id;
  std::function<absl::Time()> now;  // Going forward only.
  std::function<void(absl::Duration)> sleep;
  std::function<bool()> is_asked_to_end;
  std::function<void()> on_ready;                 // Once: all are registered.
  std::function<void(const std::string&)> print;  // Whole lines, for people.
};

class Squad {
 public:
  // `crew` must outlive it, and have all the servers.
  Squad(SquadPorts ports, Crew& crew, std::vector<net::TabletServer> servers);

  // Until asked to end; then every server that is up leaves. Errors: no server at the
  // start, or a refusal that no retry can mend.
  absl::Status Run();

 private:
  struct Member {
    net::TabletServer server;
    uint64_t epoch = 0;    // 0: not registered.
    RequestId request_id;  // Of the registration under way.
    int starts = 0;        // Which process of it is registered.
    bool is_over = false;  // Fenced or unregistered: somebody else decides about this id.
  };

  absl::Status Attach();
  absl::Status RegisterAll();
  absl::Status ResumeAll();
  absl::Status Beat();
  absl::Status Serve();
  absl::Status Work();
  absl::Status ObeyLives();
  int64_t now_ms() const { return absl::ToUnixMillis(ports_.now()); }
  void Leave();
  void OnRefusal(Member& member, const Error& error);
  static void Forget(Member& member, int starts);
  void Rest(absl::Duration pause);
  bool Speaks(const Member& member) const;

  SquadPorts ports_;
  Crew& crew_;
  std::map<int32_t, Member> members_;
  absl::Duration lease_ = absl::Seconds(1);  // As the server said last.
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<net::TabletClient> tablets_;  // Goes before its client.
  bool is_ready_ = false;
};

}  // namespace pegel::tools

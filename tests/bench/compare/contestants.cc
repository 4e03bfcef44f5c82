#include "tests/bench/compare/contestants.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::json;

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "pegel_compare: %s\n", why.c_str());
  std::exit(1);
}

sockaddr_in LoopbackAt(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// One that was free a moment ago.
int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = LoopbackAt(0);
  socklen_t size = sizeof address;
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    Fail("no free port");
  }
  close(socket);
  return ntohs(address.sin_port);
}

bool Listens(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = LoopbackAt(port);
  const bool is_there = connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(socket);
  return is_there;
}

Measured RunPeer(const std::string& program, const std::string& address, const LoadShape& shape) {
  Finished finished =
      RunProgram({program, "--address", address, "--outstanding", absl::StrCat(shape.outstanding),
                  "--batch", absl::StrCat(shape.batch), "--seconds", absl::StrCat(shape.seconds),
                  "--puts", absl::StrCat(shape.puts)});
  if (finished.exit_code != 0) Fail(absl::StrCat(program, ": ", finished.err));
  Json json = Json::parse(finished.out);
  return {json["per_second"], json["p50_us"], json["p99_us"]};
}

class Pegel final : public Contestant {
 public:
  Pegel(const std::string& directory, std::string mix)
      : server_(PEGELD, directory), mix_(std::move(mix)) {
    if (server_.address().empty()) Fail(server_.output());
  }

  Measured Run(const LoadShape& shape) override {
    const std::string mix = shape.batch > 1 ? "call" : mix_;
    Finished finished =
        RunProgram({PEGEL_BENCH, "--server", server_.address(), "--mix", mix, "--outstanding",
                    absl::StrCat(shape.outstanding), "--batch", absl::StrCat(shape.batch),
                    "--seconds", absl::StrCat(shape.seconds), "--warmup", "0.5", "--json", "-"});
    if (finished.exit_code != 0) Fail(finished.err);
    Json json = Json::parse(finished.out);
    if (json["refused"] != 0 || json["kinds"].size() != 1) Fail(finished.out);
    const Json& kind = json["kinds"][0];
    return {kind["per_second"], kind["p50_us"], kind["p99_us"]};
  }

 private:
  ServerProcess server_;
  const std::string mix_;
};

// A peer: a shell that becomes the server, and the program that puts load on it.
class Peer final : public Contestant {
 public:
  Peer(const std::string& command, const std::string& log, int port, std::string load)
      : server_({"/bin/sh", "-c", absl::StrCat("exec ", command, " > ", log, " 2>&1")}),
        port_(port),
        load_(std::move(load)) {
    for (int i = 0; i < 3000 && !Listens(port); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (!Listens(port)) Fail(absl::StrCat("not ready within 30 seconds: ", command));
  }

  Measured Run(const LoadShape& shape) override {
    return RunPeer(load_, absl::StrCat("127.0.0.1:", port_), shape);
  }

 private:
  ChildProcess server_;
  const int port_;
  const std::string load_;
};

}  // namespace

std::unique_ptr<Contestant> StartPegel(const std::string& directory, const std::string& mix) {
  return std::make_unique<Pegel>(directory, mix);
}

std::unique_ptr<Contestant> StartEtcd(const std::string& directory) {
  const int client = FreePort(), peer = FreePort();
  const std::string url = absl::StrCat("http://127.0.0.1:", client);
  const std::string peer_url = absl::StrCat("http://127.0.0.1:", peer);
  return std::make_unique<Peer>(
      absl::StrCat("etcd --data-dir ", directory, " --listen-client-urls ", url,
                   " --advertise-client-urls ", url, " --listen-peer-urls ", peer_url,
                   " --initial-advertise-peer-urls ", peer_url, " --initial-cluster default=",
                   peer_url, " --quota-backend-bytes 8589934592 --logger zap --log-level error"),
      absl::StrCat(directory, ".log"), client, ETCD_LOAD);
}

std::unique_ptr<Contestant> StartZooKeeper(const std::string& directory) {
  const int port = FreePort();
  std::filesystem::create_directories(directory);
  const std::string config = absl::StrCat(directory, ".cfg");
  std::ofstream(config) << "tickTime=2000\ndataDir=" << directory << "\nclientPort=" << port
                        << "\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n"
                           "forceSync=yes\nmaxClientCnxns=0\n";
  return std::make_unique<Peer>(
      absl::StrCat("java -Xmx2g -cp /etc/zookeeper/conf:/usr/share/java/zookeeper.jar "
                   "org.apache.zookeeper.server.quorum.QuorumPeerMain ",
                   config),
      absl::StrCat(directory, ".log"), port, ZOOKEEPER_LOAD);
}

}  // namespace pegel::testing

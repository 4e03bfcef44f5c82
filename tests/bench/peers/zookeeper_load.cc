// Sets to ZooKeeper by its asynchronous C client, or multis of sets: one session.
#include <zookeeper/zookeeper.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/peers/peer_load.h"

namespace pegel::testing {
namespace {

std::string PathOf(int64_t key) { return "/bench/t" + std::to_string(key % kPeerKeys); }

class Load {
 public:
  explicit Load(const PeerOptions& options) : options_(options) {
    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    zk_ = zookeeper_init(options.address.c_str(), nullptr, 30'000, nullptr, nullptr, 0);
    if (zk_ == nullptr) PeerFail("zookeeper_init");
    while (zoo_state(zk_) != ZOO_CONNECTED_STATE) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  ~Load() { zookeeper_close(zk_); }

  void Run() {
    MakeNodes();
    clock_ = std::make_unique<PeerClock>(options_);
    under_way_ = options_.outstanding;
    for (int i = 0; i < options_.outstanding; ++i) Start();
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait(lock, [this] { return under_way_ == 0; });
    clock_->Print();
  }

 private:
  // One call under way. What a multi is made of must live until it is answered.
  struct Call {
    Load* load = nullptr;
    int64_t since = 0;
    std::vector<std::string> paths;
    std::vector<zoo_op_t> ops;
    std::vector<zoo_op_result_t> results;
    std::vector<Stat> stats;
  };

  static void Check(int rc, const char* what) {
    if (rc != ZOK && rc != ZNODEEXISTS) PeerFail(std::string(what) + ": " + zerror(rc));
  }

  // A set needs a node. Made by multis of 1,000 once; the next run finds them.
  void MakeNodes() {
    Check(zoo_create(zk_, "/bench", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, nullptr, 0), "create");
    if (zoo_exists(zk_, PathOf(kPeerKeys - 1).c_str(), 0, nullptr) == ZOK) return;
    constexpr int kNodesOfMulti = 1000;
    for (int begin = 0; begin < kPeerKeys; begin += kNodesOfMulti) {
      std::vector<std::string> paths;
      for (int i = 0; i < kNodesOfMulti; ++i) paths.push_back(PathOf(begin + i));
      std::vector<zoo_op_t> ops(kNodesOfMulti);
      std::vector<zoo_op_result_t> results(kNodesOfMulti);
      for (int i = 0; i < kNodesOfMulti; ++i) {
        zoo_create_op_init(&ops[i], paths[i].c_str(), "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, nullptr, 0);
      }
      Check(zoo_multi(zk_, kNodesOfMulti, ops.data(), results.data()), "multi of creates");
    }
  }

  void Start() {
    auto* call = new Call{.load = this, .since = PeerClock::Now()};
    const int64_t first = next_.fetch_add(options_.batch);
    if (options_.batch == 1) {
      Check(zoo_aset(zk_, PathOf(first).c_str(), value_.data(), kPeerValueBytes, -1, OnSet, call),
            "aset");
      return;
    }
    call->paths.resize(options_.batch);
    call->ops.resize(options_.batch);
    call->results.resize(options_.batch);
    call->stats.resize(options_.batch);
    for (int i = 0; i < options_.batch; ++i) {
      call->paths[i] = PathOf(first + i);
      zoo_set_op_init(&call->ops[i], call->paths[i].c_str(), value_.data(), kPeerValueBytes, -1,
                      &call->stats[i]);
    }
    Check(zoo_amulti(zk_, options_.batch, call->ops.data(), call->results.data(), OnMulti, call),
          "amulti");
  }

  static void OnSet(int rc, const Stat*, const void* data) { OnMulti(rc, data); }

  static void OnMulti(int rc, const void* data) {
    std::unique_ptr<const Call> call(static_cast<const Call*>(data));
    Check(rc, "set");
    Load* load = call->load;
    load->clock_->Answered(call->since);
    if (!load->clock_->is_over()) return load->Start();
    std::lock_guard<std::mutex> guard(load->mutex_);
    if (--load->under_way_ == 0) load->ended_.notify_one();
  }

  const PeerOptions options_;
  const std::string value_ = std::string(kPeerValueBytes, 'v');
  zhandle_t* zk_ = nullptr;
  std::unique_ptr<PeerClock> clock_;
  std::atomic<int64_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable ended_;
  int under_way_ = 0;  // Guarded by mutex_ once it falls.
};

}  // namespace
}  // namespace pegel::testing

int main(int argc, char** argv) {
  pegel::testing::Load(pegel::testing::ReadPeerOptions(argc, argv)).Run();
  return 0;
}

// Puts to etcd over gRPC, or transactions of puts: one connection, one thread, a completion queue.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "etcd.grpc.pb.h"
#include "tests/bench/peers/peer_load.h"

namespace pegel::testing {
namespace {

// One call under way, used again and again.
template <typename Answer>
struct Call {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Answer>> reader;
  Answer answer;
  grpc::Status status;
  int64_t since = 0;
};

class Load {
 public:
  explicit Load(const PeerOptions& options)
      : options_(options),
        stub_(etcdserverpb::KV::NewStub(
            grpc::CreateChannel(options.address, grpc::InsecureChannelCredentials()))),
        clock_(options) {}

  void Run() {
    if (options_.batch == 1) {
      RunWith<etcdserverpb::PutResponse>();
    } else {
      RunWith<etcdserverpb::TxnResponse>();
    }
    clock_.Print();
  }

 private:
  template <typename Answer>
  void RunWith() {
    int under_way = 0;
    while (under_way < options_.outstanding && !IsOver()) {
      Start(new Call<Answer>);
      ++under_way;
    }
    void* tag = nullptr;
    bool ok = false;
    while (under_way > 0 && queue_.Next(&tag, &ok)) {
      std::unique_ptr<Call<Answer>> call(static_cast<Call<Answer>*>(tag));
      if (!ok || !call->status.ok()) PeerFail("etcd: " + call->status.error_message());
      clock_.Answered(call->since);
      --under_way;
      if (IsOver()) continue;
      Start(new Call<Answer>);
      ++under_way;
    }
  }

  bool IsOver() const { return options_.puts > 0 ? next_ >= options_.puts : clock_.is_over(); }

  void Fill(etcdserverpb::PutRequest* put) {
    put->set_key("bench/t" + std::to_string(options_.puts > 0 ? next_++ : next_++ % kPeerKeys));
    put->set_value(value_);
  }

  void Start(Call<etcdserverpb::PutResponse>* call) {
    etcdserverpb::PutRequest put;
    Fill(&put);
    call->since = PeerClock::Now();
    call->reader = stub_->AsyncPut(&call->context, put, &queue_);
    call->reader->Finish(&call->answer, &call->status, call);
  }

  void Start(Call<etcdserverpb::TxnResponse>* call) {
    etcdserverpb::TxnRequest txn;
    for (int i = 0; i < options_.batch; ++i) Fill(txn.add_success()->mutable_request_put());
    call->since = PeerClock::Now();
    call->reader = stub_->AsyncTxn(&call->context, txn, &queue_);
    call->reader->Finish(&call->answer, &call->status, call);
  }

  const PeerOptions options_;
  const std::string value_ = std::string(kPeerValueBytes, 'v');
  std::unique_ptr<etcdserverpb::KV::Stub> stub_;
  grpc::CompletionQueue queue_;
  PeerClock clock_;
  int64_t next_ = 0;
};

}  // namespace
}  // namespace pegel::testing

int main(int argc, char** argv) {
  pegel::testing::Load(pegel::testing::ReadPeerOptions(argc, argv)).Run();
  return 0;
}

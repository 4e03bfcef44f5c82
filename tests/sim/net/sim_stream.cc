#include "tests/sim/net/sim_stream.h"

#include <kj/debug.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

namespace pegel::sim {
namespace {

// So long an end believes in a way that is broken.
constexpr uint64_t kNoticeMsMax = 4000;
constexpr uint64_t kStallMsMax = 1500;

kj::Exception Disconnected() {
  return KJ_EXCEPTION(DISCONNECTED, "the simulated connection is broken");
}

uint64_t Checksum(const std::string& bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

// One direction. Shared by both ends and by the pieces on their way.
class Pipe final : public net::Flushable, public std::enable_shared_from_this<Pipe> {
 public:
  class Reading;

  Pipe(Stage& stage, net::EventPort& port, std::string name)
      : stage_(stage), port_(port), name_(std::move(name)) {}

  // ---- the end that writes ----
  void Write(const void* bytes, size_t size) {
    if (is_broken_for_writer_) kj::throwFatalException(Disconnected());
    if (is_mute_) return;
    if (gathered_.empty()) port_.FlushAtEndOfTurn(shared_from_this());
    gathered_.append(static_cast<const char*>(bytes), size);
  }
  void Flush() override;
  void Mute() { is_mute_ = true; }  // Nothing more passes, and nobody has noticed.
  void Close();
  kj::Promise<void> WhenBroken() {
    if (is_broken_for_writer_) return kj::READY_NOW;
    auto pair = kj::newPromiseAndFulfiller<void>();
    watchers_.push_back(kj::mv(pair.fulfiller));
    return kj::mv(pair.promise);
  }
  void BreakForWriter() {
    is_broken_for_writer_ = true;
    gathered_.clear();
    for (auto& watcher : std::exchange(watchers_, {})) watcher->fulfill();
  }

  // ---- the end that reads ----
  void BreakForReader();

  // Called when a piece finds the way broken; breaks both directions.
  std::function<void()> on_break = [] {};

 private:
  int64_t ArrivalMs();
  void Arrive(const std::string& bytes);
  void After(int64_t at_ms, std::function<void()> task);
  void Look();

  Stage& stage_;
  net::EventPort& port_;
  std::string name_;
  std::string gathered_;
  std::string arrived_;
  int64_t last_ms_ = 0;  // When the last piece so far arrives: nothing overtakes.
  bool is_mute_ = false;
  bool is_closed_ = false;
  bool has_ended_ = false;
  bool is_broken_for_writer_ = false;
  bool is_broken_for_reader_ = false;
  Reading* reading_ = nullptr;
  std::vector<kj::Own<kj::PromiseFulfiller<void>>> watchers_;
};

// A tryRead that waits. At most one; takes bytes only when it has enough of them.
class Pipe::Reading {
 public:
  Reading(kj::PromiseFulfiller<size_t>& fulfiller, std::shared_ptr<Pipe> pipe, void* out,
          size_t bytes_min, size_t bytes_max)
      : fulfiller_(fulfiller),
        pipe_(std::move(pipe)),
        out_(out),
        bytes_min_(bytes_min),
        bytes_max_(bytes_max) {
    KJ_REQUIRE(pipe_->reading_ == nullptr, "two reads at once");
    pipe_->reading_ = this;
    pipe_->Look();
  }
  ~Reading() {
    if (pipe_->reading_ == this) pipe_->reading_ = nullptr;
  }
  KJ_DISALLOW_COPY(Reading);

  // True: it is over.
  bool Take(std::string& arrived, bool has_ended, bool is_broken) {
    if (is_broken) return fulfiller_.reject(Disconnected()), true;
    if (arrived.size() < bytes_min_ && !has_ended) return false;
    size_t count = std::min(arrived.size(), bytes_max_);
    std::memcpy(out_, arrived.data(), count);
    arrived.erase(0, count);
    fulfiller_.fulfill(kj::mv(count));
    return true;
  }

 private:
  kj::PromiseFulfiller<size_t>& fulfiller_;
  std::shared_ptr<Pipe> pipe_;
  void* out_;
  size_t bytes_min_;
  size_t bytes_max_;
};

int64_t Pipe::ArrivalMs() {
  int64_t delay_ms = static_cast<int64_t>(stage_.Upto(stage_.weather.delay_ms_max));
  if (stage_.weather.loss_percent > 0 && stage_.Happens(1)) {
    stage_.Count("stalled_connections");
    delay_ms += static_cast<int64_t>(stage_.Upto(kStallMsMax));
  }
  return last_ms_ = std::max(last_ms_, stage_.now_ms() + delay_ms);
}

void Pipe::After(int64_t at_ms, std::function<void()> task) {
  stage_.After(at_ms - stage_.now_ms(),
               [self = shared_from_this(), task = std::move(task)] { task(); });
}

// What was gathered in a turn leaves in one to three pieces. A lossy network breaks connections.
void Pipe::Flush() {
  if (gathered_.empty() || is_broken_for_writer_) return;
  std::string bytes = std::exchange(gathered_, {});
  if (stage_.random.Below(1000) < stage_.weather.loss_percent) {
    stage_.Count("broken_connections");
    size_t some = stage_.Upto(bytes.size());
    bytes.resize(some);
    on_break();
  }
  for (uint64_t pieces = 1 + stage_.Upto(2); pieces > 0 && !bytes.empty(); --pieces) {
    size_t size = pieces == 1 ? bytes.size() : 1 + stage_.Upto(bytes.size() - 1);
    After(ArrivalMs(), [this, piece = bytes.substr(0, size)] { Arrive(piece); });
    bytes.erase(0, size);
  }
}

void Pipe::Arrive(const std::string& bytes) {
  if (is_broken_for_reader_) return;
  stage_.trace.Note(name_, " ", bytes.size(), " bytes ", Checksum(bytes) & 0xffffffff);
  stage_.Count("pieces");
  arrived_ += bytes;
  Look();
}

void Pipe::Close() {
  if (is_closed_) return;
  Flush();
  is_closed_ = true;
  After(ArrivalMs(), [this] {
    has_ended_ = true;
    Look();
  });
}

void Pipe::BreakForReader() {
  if (is_broken_for_reader_) return;
  is_broken_for_reader_ = true;
  arrived_.clear();
  Look();
}

void Pipe::Look() {
  if (reading_ == nullptr) return;
  Reading* reading = reading_;
  if (reading->Take(arrived_, has_ended_, is_broken_for_reader_)) reading_ = nullptr;
}

class SimStream final : public net::Stream {
 public:
  SimStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
      : in_(std::move(in)), out_(std::move(out)) {}
  ~SimStream() noexcept(false) { out_->Close(); }

  kj::Promise<size_t> tryRead(void* buffer, size_t bytes_min, size_t bytes_max) override {
    return kj::newAdaptedPromise<size_t, Pipe::Reading>(in_, buffer, bytes_min, bytes_max);
  }
  kj::Promise<void> write(const void* buffer, size_t size) override {
    out_->Write(buffer, size);
    return kj::READY_NOW;
  }
  kj::Promise<void> write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) override {
    for (auto piece : pieces) out_->Write(piece.begin(), piece.size());
    return kj::READY_NOW;
  }
  kj::Promise<void> whenWriteDisconnected() override { return out_->WhenBroken(); }
  void shutdownWrite() override { out_->Close(); }
  void abortRead() override { in_->BreakForReader(); }
  bool was_cut() const override { return false; }

 private:
  std::shared_ptr<Pipe> in_, out_;
};

}  // namespace

SimStreams Connect(Stage& stage, net::EventPort& port, const std::string& name) {
  auto up = std::make_shared<Pipe>(stage, port, name + ">");
  auto down = std::make_shared<Pipe>(stage, port, name + "<");
  // Each end by itself finds out that nothing passes any more.
  auto on_break = [&stage, up = std::weak_ptr(up), down = std::weak_ptr(down)] {
    auto after = [&stage](std::weak_ptr<Pipe> pipe, void (Pipe::*notice)()) {
      stage.After(static_cast<int64_t>(stage.Upto(kNoticeMsMax)), [pipe, notice] {
        if (auto there = pipe.lock()) (there.get()->*notice)();
      });
    };
    for (const auto& pipe : {up.lock(), down.lock()}) {
      if (pipe != nullptr) pipe->Mute();
    }
    after(up, &Pipe::BreakForWriter), after(down, &Pipe::BreakForReader);
    after(down, &Pipe::BreakForWriter), after(up, &Pipe::BreakForReader);
  };
  up->on_break = on_break;
  down->on_break = on_break;
  return {kj::heap<SimStream>(down, up), kj::heap<SimStream>(up, down), [down] { down->Mute(); }};
}

}  // namespace pegel::sim

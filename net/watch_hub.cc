#include "net/watch_hub.h"

#include <kj/debug.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/config/shown.h"
#include "net/wire.h"

namespace pegel::net {
namespace {

// What may be unanswered before sending pauses. Enough to fill a round trip of 10 ms at 100 MB/s …
constexpr size_t kWindowBytes = 1 << 20;
// … and to keep a subscriber busy that answers each batch when it has looked at it.
constexpr size_t kWindowBatches = 4;

constexpr size_t kNameBytesMax = 255;
constexpr uint64_t kBatchWords = 64;  // Of a batch, besides its changes.

UnixNanos Now() {
  auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return UnixNanos{std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

bool IsPrintable(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<Error> WhyBadName(const std::string& name) {
  if (!name.empty() && name.size() <= kNameBytesMax && IsPrintable(name)) return std::nullopt;
  return Error{
      ErrorCode::kInvalidArgument,
      absl::StrCat(
          "name: expected 1 to ", kNameBytesMax, " printable ASCII characters, found ", name.size(),
          name.size() > kNameBytesMax || name.empty() ? " bytes." : " bytes, others among them.")};
}

size_t BytesOf(const std::vector<Selection>& changes) {
  size_t bytes = 0;
  for (const Selection& selection : changes) {
    bytes += sizeof(ChangeSet);
    for (const Event* event : selection.events) bytes += pegel::BytesOf(*event);
  }
  return bytes;
}

}  // namespace

// One subscription.
struct WatchHub::Watch final : public kj::TaskSet::ErrorHandler {
  Watch(Id id, Request request)
      : id(id),
        request(std::move(request)),
        next(std::max(this->request.from, Lsn{1})),
        sent(Lsn{next.value - 1}),
        answers(*this) {}

  Subscribers::Key key() const { return {request.author.principal, request.name}; }
  bool has_window() const {
    return batches_under_way < kWindowBatches && bytes_under_way < kWindowBytes;
  }
  void taskFailed(kj::Exception&&) override {}  // Every task handles its own.

  const Id id;
  Request request;
  Lsn next;  // Everything before it was sent, or is not selected.
  Lsn sent;  // `through` of the last batch.
  size_t batches_under_way = 0;
  size_t bytes_under_way = 0;
  bool is_in_history = false;  // Reads history, or waits to.
  kj::TaskSet answers;         // Of the batches under way.
};

// The subscription whose turn it is to read history.
struct WatchHub::History {
  Id id = 0;
  std::unique_ptr<HistoryReader> reader;
  bool is_reading = false;
  int64_t stalled_ms = 0;  // In all, waited for answers.
};

WatchHub::WatchHub(EventPort& port, Line& line, const Limits& limits, ServerCounters& counters)
    : port_(port),
      line_(line),
      limits_(limits),
      counters_(counters),
      feed_(line.changes()),
      subscribers_(limits.subscribers_max),
      tasks_(*this) {
  feed_->set_listener(this);
}

WatchHub::~WatchHub() noexcept(false) {
  *alive_ = false;
  feed_->set_listener(nullptr);
}

// ---- beginning ----

std::optional<Error> WatchHub::Refusal(const Request& request) const {
  if (auto error = feed_->view().WhyMayNotWatch(request.author)) return error;
  if (auto error = WhyBadName(request.name)) return error;
  if (request.from <= Next(durable())) return std::nullopt;
  return Error{
      ErrorCode::kInvalidArgument,
      absl::StrCat("fromLsn: expected at most ", Next(durable()).value,
                   ", since the log ends at lsn ", durable().value, "; found ", request.from.value,
                   ". The subscriber has seen more than this server knows: it talks to "
                   "another server, or to one that was restored from an older copy.")};
}

std::variant<WatchHub::Id, Error> WatchHub::Begin(Request request) {
  if (auto error = Refusal(request)) return *std::move(error);
  Id id = ++last_id_;
  auto watch = std::make_unique<Watch>(id, std::move(request));
  for (const auto& [other_id, other] : watches_) {
    if (other->key() != watch->key()) continue;
    Cut(other_id,
        Error{ErrorCode::kWatchReplaced,
              absl::StrCat(ToText(watch->request.author.principal), " subscribed again as '",
                           watch->request.name, "', from ", watch->request.author.host,
                           ". Give each subscriber a name of its own.")},
        /*may_resume=*/false);
    break;
  }
  subscribers_.Connected(watch->request.author, watch->request.name, watch->request.filter,
                         watch->request.from, Now());
  ++counters_.watches;
  watches_.emplace(id, std::move(watch));
  PumpSoon();
  if (!std::exchange(is_ticking_, true)) Tick();
  return id;
}

WatchHub::Watch* WatchHub::Find(Id id) {
  auto it = watches_.find(id);
  return it == watches_.end() ? nullptr : it->second.get();
}

// ---- sending ----

void WatchHub::OnPublished() {
  if (!watches_.empty()) PumpSoon();
}

// As an event of its own: publishing happens amid the line's work, and often.
void WatchHub::PumpSoon() {
  if (std::exchange(is_pump_due_, true)) return;
  tasks_.add(kj::evalLater([this] {
    is_pump_due_ = false;
    for (auto& [id, watch] : watches_) Pump(*watch);
  }));
}

void WatchHub::Pump(Watch& watch) {
  while (!watch.is_in_history && watch.has_window() && watch.next <= feed_->through()) {
    if (watch.next < feed_->first()) return QueueForHistory(watch);
    std::vector<Selection> changes;
    Lsn through = Gather(watch, &changes);
    watch.next = Next(through);
    if (!changes.empty()) Send(watch, changes, through);
  }
}

// The next piece from the ring; returns through which lsn it reaches.
Lsn WatchHub::Gather(const Watch& watch, std::vector<Selection>* changes) const {
  Lsn through{watch.next.value - 1};
  for (size_t bytes = 0; bytes < kPieceBytesMax && changes->size() < kPieceChangesMax;) {
    SharedChange change = feed_->Find(Next(through));
    if (change == nullptr) return feed_->through();
    auto events = Select(watch.request.filter, change->events);
    size_t more = events.empty() ? 0 : pegel::BytesOf(*change);
    if (!changes->empty() && bytes + more > kPieceBytesMax) break;
    bytes += more;
    through = change->moment.lsn;
    if (!events.empty()) changes->push_back({std::move(change), std::move(events)});
  }
  return through;
}

void WatchHub::Send(Watch& watch, const std::vector<Selection>& changes, Lsn through) {
  size_t bytes = BytesOf(changes);
  watch.sent = through;
  watch.bytes_under_way += bytes;
  ++watch.batches_under_way;
  auto taken = kj::evalNow([&] {
    auto request = watch.request.sink.changesRequest(
        capnp::MessageSize{kBatchWords + bytes / sizeof(capnp::word), 0});
    ToWire(changes, through, request.initBatch());
    return request.send().ignoreResult();
  });
  auto answer = taken.then([] { return Answer::kTaken; })
                    .exclusiveJoin(port_.Sleep(limits_.batch_answer_ms_max).then([] {
                      return Answer::kLate;
                    }));
  watch.answers.add(answer.then(
      [this, id = watch.id, through, bytes](Answer a) { OnAnswer(id, through, bytes, a); },
      [this, id = watch.id](kj::Exception&& exception) { OnBroken(id, exception); }));
}

void WatchHub::OnAnswer(Id id, Lsn through, size_t bytes, Answer answer) {
  Watch* watch = Find(id);
  if (watch == nullptr) return;
  if (answer == Answer::kLate) {
    ++counters_.watches_cut;
    return Cut(id,
               Error{ErrorCode::kWatchTooSlow,
                     absl::StrCat("The changes through lsn ", through.value,
                                  " were not answered within ", limits_.batch_answer_ms_max,
                                  " ms. Subscribe again behind the last lsn that you have.")},
               /*may_resume=*/true);
  }
  watch->bytes_under_way -= bytes;
  --watch->batches_under_way;
  subscribers_.Delivered(watch->key(), through);
  if (watch->is_in_history) return ReadOn();
  Pump(*watch);
}

void WatchHub::OnBroken(Id id, const kj::Exception& exception) {
  bool is_gone = exception.getType() == kj::Exception::Type::DISCONNECTED;
  Remove(id, is_gone ? "The connection ended."
                     : absl::StrCat("The subscriber refused its changes: ",
                                    config::Shown(exception.getDescription().cStr())));
}

void WatchHub::Tick() {
  tasks_.add(port_.Sleep(limits_.watch_progress_ms).then([this] {
    is_ticking_ = !watches_.empty();
    if (!is_ticking_) return;
    OnTick();
    Tick();
  }));
}

// Says how far they are to those that got nothing, and sees that history goes on.
void WatchHub::OnTick() {
  for (auto& [id, watch] : watches_) {
    bool has_news = Next(watch->sent) < watch->next;
    if (has_news && watch->batches_under_way == 0) Send(*watch, {}, Lsn{watch->next.value - 1});
  }
  if (!history_ || history_->is_reading) return;
  history_->stalled_ms += limits_.watch_progress_ms;
  if (history_queue_.empty() || history_->stalled_ms < limits_.history_stall_ms_max) return;
  ++counters_.watches_cut;
  Cut(history_->id,
      Error{ErrorCode::kWatchTooSlow,
            "Others wait to read history, and this subscriber takes it too slowly. Subscribe again "
            "behind the last lsn that you have."},
      /*may_resume=*/true);
}

// ---- history ----

void WatchHub::QueueForHistory(Watch& watch) {
  watch.is_in_history = true;
  history_queue_.push_back(watch.id);
  StartHistory();
}

void WatchHub::StartHistory() {
  while (!history_ && !history_queue_.empty()) {
    Watch* watch = Find(history_queue_.front());
    history_queue_.pop_front();
    if (watch == nullptr) continue;  // Ended while it waited.
    history_ = std::make_unique<History>();
    history_->id = watch->id;
    history_->reader = line_.ReadHistory(watch->next);
    ReadOn();
  }
}

// Asks for the next piece, once the subscription that reads history has room for it.
void WatchHub::ReadOn() {
  if (!history_ || history_->is_reading || !Find(history_->id)->has_window()) return;
  history_->is_reading = true;
  history_->reader->Next(feed_->through(), [this](HistoryPiece piece) {
    tasks_.add(kj::evalLater([this, id = history_->id, piece = std::move(piece)]() mutable {
      if (history_ && history_->id == id) OnHistory(std::move(piece));
    }));
  });
}

void WatchHub::OnHistory(HistoryPiece piece) {
  history_->is_reading = false;
  Watch& watch = *Find(history_->id);
  if (!piece.status.ok()) {
    return Cut(watch.id,
               Error{ErrorCode::kUnknownServerError,
                     absl::StrCat("History cannot be read: ", piece.status.message())},
               /*may_resume=*/false);
  }
  std::vector<Selection> changes;
  for (SharedChange& change : piece.changes) {
    auto events = Select(watch.request.filter, change->events);
    if (!events.empty()) changes.push_back({std::move(change), std::move(events)});
  }
  watch.next = Next(piece.through);
  if (!changes.empty()) Send(watch, changes, piece.through);
  if (watch.next < feed_->first()) return ReadOn();
  EndHistory();
  Pump(watch);
}

// The ring has the rest; the next one's turn.
void WatchHub::EndHistory() {
  if (Watch* watch = Find(history_->id)) watch->is_in_history = false;
  history_.reset();
  StartHistory();
}

// ---- ending ----

void WatchHub::OnRightsChanged(Lsn lsn) {
  std::map<Id, Error> revoked;
  for (const auto& [id, watch] : watches_) {
    auto error = feed_->view().WhyMayNotWatch(watch->request.author);
    if (error) revoked.emplace(id, *std::move(error));
  }
  for (auto& [id, error] : revoked) {
    absl::StrAppend(&error.message, "since lsn ", lsn.value, ".");
    Cut(id, error, /*may_resume=*/false);
  }
}

void WatchHub::Cut(Id id, const Error& error, bool may_resume) {
  Tell(*Find(id), error, may_resume);
  Remove(id, absl::StrCat(ErrorName(error.code), ": ", error.message));
}

void WatchHub::Tell(Watch& watch, const Error& error, bool may_resume) {
  tasks_.add(kj::evalNow([&] {
               auto request = watch.request.sink.endedRequest();
               ToWire(error, request.initError());
               request.setMayResume(may_resume);
               return request.send().ignoreResult();
             }).exclusiveJoin(port_.Sleep(limits_.batch_answer_ms_max)));
}

void WatchHub::End(Id id, const std::string& reason) { Remove(id, reason); }

void WatchHub::EndAllOf(const Account* connection) {
  std::vector<Id> ids;
  for (const auto& [id, watch] : watches_) {
    if (watch->request.connection == connection) ids.push_back(id);
  }
  for (Id id : ids) Remove(id, "The connection ended.");
}

// What was taken out goes at the end of the turn: it may hold the promise that we are called from.
// It goes with us at the latest, since its answers come to us.
void WatchHub::Remove(Id id, const std::string& reason) {
  auto found = watches_.extract(id);
  if (found.empty()) return;
  subscribers_.Left(found.mapped()->key(), reason, Now());
  leaving_.push_back(std::move(found.mapped()));
  port_.Defer([this, alive = alive_] {
    if (*alive) std::exchange(leaving_, {}).clear();
  });
  if (history_ && history_->id == id) EndHistory();
}

// ---- questions ----

bool WatchHub::Applied(Id id, Lsn through) {
  Watch* watch = Find(id);
  if (watch == nullptr) return true;
  if (through > watch->sent) return false;
  subscribers_.Applied(watch->key(), through);
  return true;
}

std::optional<Error> WatchHub::TellRollout(const Author& author, const std::string& key,
                                           wire::RolloutReply::Builder out) const {
  if (auto error = feed_->view().WhyMayNotWatch(author)) return error;
  ToWire(subscribers_.WatchersOf(key), feed_->view().ConfigChangedAt(key), out.initRollout());
  return std::nullopt;
}

// What a subscriber does not hear when it is told of its end is its own matter.
void WatchHub::taskFailed(kj::Exception&&) {}

}  // namespace pegel::net

#include "net/watch_service.h"

#include <kj/debug.h>

#include <string>
#include <utility>
#include <variant>

#include "net/watch_hub.h"
#include "net/watch_wire.h"
#include "net/wire.h"

namespace pegel::net {
namespace {

// What the subscriber holds. It may outlive the session by a moment; then the hub has forgotten it.
class Subscription final : public wire::Subscription::Server {
 public:
  Subscription(std::shared_ptr<Account> account, WatchHub::Id id)
      : account_(std::move(account)), id_(id) {
    ++account_->watches_open;
    ++account_->watches_begun;
  }
  ~Subscription() noexcept(false) {
    --account_->watches_open;
    if (account_->watches != nullptr) account_->watches->End(id_, "The subscriber ended it.");
  }
  KJ_DISALLOW_COPY(Subscription);

 protected:
  kj::Promise<void> applied(AppliedContext context) override {
    Lsn lsn{context.getParams().getLsn()};
    bool is_sent = account_->watches == nullptr || account_->watches->Applied(id_, lsn);
    KJ_REQUIRE(is_sent, "more was acknowledged than was sent", lsn.value);
    return kj::READY_NOW;
  }

 private:
  std::shared_ptr<Account> account_;
  WatchHub::Id id_;
};

void CheckRoom(const Account& account) {
  if (account.watches_open >= account.watches_max) {
    kj::throwFatalException(KJ_EXCEPTION(OVERLOADED,
                                         "OVERLOADED (1003): this connection has as many "
                                         "subscriptions as it may have",
                                         account.watches_max));
  }
  if (account.watches_begun >= account.watches_begun_max) {
    kj::throwFatalException(KJ_EXCEPTION(OVERLOADED,
                                         "OVERLOADED (1003): this connection has begun as many "
                                         "subscriptions as it may. Connect again",
                                         account.watches_begun_max));
  }
  if (account.watches->is_full()) {
    kj::throwFatalException(
        KJ_EXCEPTION(OVERLOADED,
                     "OVERLOADED (1003): the server has as many subscriptions as it "
                     "takes. Try again later."));
  }
}

}  // namespace

void BeginWatch(const std::shared_ptr<Account>& account, wire::Admin::WatchParams::Reader in,
                wire::WatchReply::Builder out) {
  CheckRoom(*account);
  auto filter = FromWire(in.getFilter());
  if (auto* error = std::get_if<Error>(&filter)) return ToWire(*error, out.initError());
  capnp::Text::Reader name = in.getName();
  auto begun = account->watches->Begin({.connection = account.get(),
                                        .author = account->caller,
                                        .name = std::string(name.begin(), name.size()),
                                        .filter = std::get<WatchFilter>(std::move(filter)),
                                        .from = Lsn{in.getFromLsn()},
                                        .sink = in.getSink()});
  if (auto* error = std::get_if<Error>(&begun)) return ToWire(*error, out.initError());
  auto started = out.initStarted();
  started.setSubscription(kj::heap<Subscription>(account, std::get<WatchHub::Id>(begun)));
  started.setDurableLsn(account->watches->durable().value);
}

void TellRollout(const Account& account, wire::Admin::RolloutParams::Reader in,
                 wire::RolloutReply::Builder out) {
  capnp::Text::Reader key = in.getKey();
  auto error =
      account.watches->TellRollout(account.caller, std::string(key.begin(), key.size()), out);
  if (error) ToWire(*error, out.initError());
}

}  // namespace pegel::net

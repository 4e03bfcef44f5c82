#include "net/ask_line.h"

#include <kj/debug.h>

#include <variant>

#include "absl/strings/str_cat.h"

namespace pegel::net {
namespace {

kj::Exception TooManyCalls(size_t calls_max) {
  return Overloaded(absl::StrCat(calls_max,
                                 " calls of this connection have no reply yet, which is the "
                                 "limit. Nothing was logged; send the call again later."));
}

// Refused by the line before it reached the log, because too much waits.
bool IsOverloaded(const Reply& reply) {
  const auto* error = std::get_if<Error>(&reply.outcome);
  return error != nullptr && error->code == ErrorCode::kOverloaded && !reply.receipt;
}

}  // namespace

kj::Exception Overloaded(absl::string_view why) {
  return kj::Exception(kj::Exception::Type::OVERLOADED, __FILE__, __LINE__,
                       kj::str("OVERLOADED (", static_cast<int32_t>(ErrorCode::kOverloaded),
                               "): ", kj::arrayPtr(why.data(), why.size())));
}

kj::Exception ConnectionIsOver() {
  return KJ_EXCEPTION(DISCONNECTED, "The connection of this call has ended.");
}

kj::Maybe<kj::Exception> WhyNotNow(Account& account) {
  if (account.line == nullptr) return ConnectionIsOver();
  ++account.counters->calls;
  return WhyNoRoom(account, 1);
}

kj::Maybe<kj::Exception> WhyNoRoom(Account& account, size_t calls) {
  if (account.line == nullptr) return ConnectionIsOver();
  if (account.calls_under_way + calls <= account.calls_max) return nullptr;
  ++account.counters->calls_overloaded;
  return TooManyCalls(account.calls_max);
}

void Settle(PendingReply<Reply>& pending, Reply reply) {
  if (IsOverloaded(reply)) {
    pending.Refuse(Overloaded(std::get<Error>(reply.outcome).message));
  } else {
    pending.Answer(std::move(reply));
  }
}

void Settle(PendingReply<Status>& pending, Status status) { pending.Answer(std::move(status)); }

void Settle(PendingReply<SettingsAnswer>& pending, SettingsAnswer answer) {
  pending.Answer(std::move(answer));
}

void Settle(PendingReply<SavedAnswer>& pending, SavedAnswer answer) {
  pending.Answer(std::move(answer));
}

void Settle(PendingReply<PastAnswer>& pending, PastAnswer answer) {
  pending.Answer(std::move(answer));
}

void Settle(PendingReply<SharedProposal>& pending, SharedProposal proposal) {
  pending.Answer(std::move(proposal));
}

}  // namespace pegel::net

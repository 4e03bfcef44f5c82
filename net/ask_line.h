// One question to the line on behalf of a connection, as a promise of its answer, within the
// connection's limit of calls under way. Used by the services of a connection.
#pragma once

#include <kj/async.h>

#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "net/account.h"
#include "net/pending_reply.h"

namespace pegel::net {

// An exception of type OVERLOADED; its text begins with the code that the same condition has in a
// reply, for people who search for it.
kj::Exception Overloaded(absl::string_view why);

kj::Exception ConnectionIsOver();

// For AskLine: counts the call, or says why it cannot be made.
kj::Maybe<kj::Exception> WhyNotNow(Account& account);

// Why `calls` more would be too many for the connection.
kj::Maybe<kj::Exception> WhyNoRoom(Account& account, size_t calls);

void Settle(PendingReply<Reply>& pending, Reply reply);
void Settle(PendingReply<Status>& pending, Status status);
void Settle(PendingReply<SettingsAnswer>& pending, SettingsAnswer answer);
void Settle(PendingReply<SavedAnswer>& pending, SavedAnswer answer);
void Settle(PendingReply<PastAnswer>& pending, PastAnswer answer);
void Settle(PendingReply<SharedProposal>& pending, SharedProposal proposal);

// Puts a question to the line, by `ask(line, callback)`, and promises the answer.
template <typename T, typename Ask>
kj::Promise<kj::Own<T>> AskLine(const std::shared_ptr<Account>& account, Ask ask) {
  KJ_IF_MAYBE (why, WhyNotNow(*account)) return kj::mv(*why);
  auto answer = kj::newPromiseAndFulfiller<kj::Own<T>>();
  auto pending = std::make_shared<PendingReply<T>>(account, kj::mv(answer.fulfiller));
  ask(*account->line, [pending](T value) { Settle(*pending, std::move(value)); });
  return kj::mv(answer.promise);
}

}  // namespace pegel::net

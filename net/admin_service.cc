#include "net/admin_service.h"

#include <kj/debug.h>

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "net/ask_line.h"
#include "net/cluster_wire.h"
#include "net/tablet_service.h"
#include "net/watch_service.h"
#include "net/wire.h"
#include "procedures/call_parser.h"
#include "procedures/catalogue.h"
#include "procedures/place.h"
#include "procedures/rebalance_rows.h"
#include "procedures/rows.h"

namespace pegel::net {
namespace {

// The table of the most frequent result is made once.
using SharedTable = std::shared_ptr<const procedures::Table>;

SharedTable Share(procedures::Table table) {
  return std::make_shared<const procedures::Table>(std::move(table));
}

const SharedTable& SuccessTable() {
  static const auto* const table = new SharedTable(Share(procedures::ToTable(Result{Done{}})));
  return *table;
}

// What became of a statement: an answer, and the rows that it has when it was accepted.
struct StatementReply {
  StatementReply(Reply the_reply, SharedTable the_rows)
      : reply(std::move(the_reply)), rows(std::move(the_rows)) {}

  void Write(wire::TableReply::Builder out) const {
    static const procedures::Table kNoRows;  // A refusal has none.
    ToWire(reply, rows != nullptr ? *rows : kNoRows, out);
  }

  Reply reply;
  SharedTable rows;
};

bool IsOfActiveMoves(const Command& command) {
  const auto* list = std::get_if<ListRebalance>(&command);
  return list != nullptr && list->only_active;
}

// A listing of active moves is told from one of all only by the call, so its rows are made here.
kj::Own<StatementReply> WithActiveMoves(Reply reply) {
  const auto* result = std::get_if<Result>(&reply.outcome);
  const auto* detail = result == nullptr ? nullptr : std::get_if<RebalanceDetail>(result);
  if (detail == nullptr) return kj::heap<StatementReply>(std::move(reply), nullptr);
  SharedTable rows = Share(procedures::ActiveMovesTable(*detail));
  reply.outcome = Result{Done{}};
  return kj::heap<StatementReply>(std::move(reply), std::move(rows));
}

class Admin final : public wire::Admin::Server {
 public:
  explicit Admin(std::shared_ptr<Account> account) : account_(std::move(account)) {}

 protected:
  kj::Promise<void> call(CallContext context) override;
  kj::Promise<void> addAcl(AddAclContext context) override;
  kj::Promise<void> dropAcl(DropAclContext context) override;
  kj::Promise<void> listAcl(ListAclContext context) override;
  kj::Promise<void> status(StatusContext context) override;
  kj::Promise<void> alterConfigs(AlterConfigsContext context) override;
  kj::Promise<void> getConfigs(GetConfigsContext context) override;
  kj::Promise<void> watch(WatchContext context) override;
  kj::Promise<void> rollout(RolloutContext context) override;
  kj::Promise<void> settings(SettingsContext context) override;
  kj::Promise<void> resealSecrets(ResealSecretsContext context) override;
  kj::Promise<void> unregisterServer(UnregisterServerContext context) override;
  kj::Promise<void> createTable(CreateTableContext context) override;
  kj::Promise<void> dropTable(DropTableContext context) override;
  kj::Promise<void> addPartition(AddPartitionContext context) override;
  kj::Promise<void> dropPartition(DropPartitionContext context) override;
  kj::Promise<void> listTables(ListTablesContext context) override;
  kj::Promise<void> listBuckets(ListBucketsContext context) override;
  kj::Promise<void> takeSnapshot(TakeSnapshotContext context) override;
  kj::Promise<void> ping(PingContext context) override;
  kj::Promise<void> batch(BatchContext context) override;

 private:
  // Puts a command on the line and answers the call with what became of it, by
  // `write(reply, builder)`.
  template <typename Context, typename Write>
  kj::Promise<void> Submit(Context context, RequestId id, Command command, Write write);
  template <typename Context>
  kj::Promise<void> Submit(Context context, RequestId id, Command command);

  // Refuses without the line.
  template <typename Context>
  kj::Promise<void> Answer(Context& context, Error error);

  template <typename Change, typename Context>
  kj::Promise<void> ChangePartition(Context context);

  // One statement, whatever it is: of `call`, or of `batch`.
  template <typename Params>
  kj::Promise<kj::Own<StatementReply>> Run(Params params);
  kj::Promise<kj::Own<StatementReply>> RunPlan(RequestId id, PlanRebalance plan);
  kj::Promise<kj::Own<StatementReply>> RunPast(const procedures::CallStatement& call, Command read);

  std::shared_ptr<Account> account_;
};

template <typename Context, typename Write>
// The command is moved on, inside the lambda. NOLINTNEXTLINE(performance-unnecessary-value-param)
kj::Promise<void> Admin::Submit(Context context, RequestId id, Command command, Write write) {
  context.releaseParams();
  context.allowCancellation();  // The line goes on without us; only the reply is saved.
  auto reply = AskLine<Reply>(account_, [&](Line& line, auto done) {
    line.Submit(account_->caller, id, std::move(command), std::move(done));
  });
  return reply.then(
      [context = kj::mv(context), write = std::move(write)](kj::Own<Reply> reply) mutable {
        write(*reply, context.getResults(SizeOf(*reply)).initReply());
      });
}

template <typename Context>
kj::Promise<void> Admin::Submit(Context context, RequestId id, Command command) {
  return Submit(kj::mv(context), id, std::move(command),
                [](const Reply& reply, auto out) { ToWire(reply, out); });
}

template <typename Context>
kj::Promise<void> Admin::Answer(Context& context, Error error) {
  Reply reply{.token = 0, .outcome = std::move(error), .receipt = std::nullopt};
  auto out = context.getResults(SizeOf(reply)).initReply();
  ToWire(std::get<Error>(reply.outcome), out.initError());
  return kj::READY_NOW;
}

kj::Promise<kj::Own<StatementReply>> WithoutLine(Outcome outcome, SharedTable rows) {
  return kj::heap<StatementReply>(Reply{0, std::move(outcome), std::nullopt}, std::move(rows));
}

template <typename Params>
kj::Promise<kj::Own<StatementReply>> Admin::Run(Params params) {
  auto text = params.getStatement();
  auto parsed = procedures::ParseStatement({text.begin(), text.size()},
                                           {params.getLine(), params.getColumn()});
  if (auto* error = std::get_if<Error>(&parsed)) return WithoutLine(std::move(*error), nullptr);
  auto& statement = std::get<procedures::Statement>(parsed);
  if (std::holds_alternative<procedures::ShowProceduresStatement>(statement)) {
    return WithoutLine(Result{Done{}}, Share(procedures::ProcedureTable()));
  }
  auto* call = std::get_if<procedures::CallStatement>(&statement);
  // USE: there is one catalog.
  if (call == nullptr) return WithoutLine(Result{Done{}}, SuccessTable());
  auto made = procedures::MakeCommand(*call);
  if (auto* error = std::get_if<Error>(&made)) return WithoutLine(std::move(*error), nullptr);
  RequestId id = FromWire(params.getRequestId());
  auto& command = std::get<Command>(made);
  if (call->as_of) return RunPast(*call, std::move(command));
  if (auto* plan = std::get_if<PlanRebalance>(&command)) return RunPlan(id, std::move(*plan));
  // The rows are made before the line takes the command, which they repeat.
  auto* alter = std::get_if<AlterConfigs>(&command);
  SharedTable rows = alter != nullptr ? Share(procedures::ToTable(*alter)) : SuccessTable();
  bool is_of_active = IsOfActiveMoves(command);
  auto reply = AskLine<Reply>(account_, [&](Line& line, auto done) {
    line.Submit(account_->caller, id, std::move(command), std::move(done));
  });
  return reply.then([rows = std::move(rows), is_of_active](kj::Own<Reply> reply) mutable {
    if (is_of_active) return WithActiveMoves(std::move(*reply));
    return kj::heap<StatementReply>(std::move(*reply), std::move(rows));
  });
}

// First the line says whether the caller may, and with which options; then the plan is made, which
// no record waits for.
kj::Promise<kj::Own<StatementReply>> Admin::RunPlan(RequestId id, PlanRebalance plan) {
  auto reply = AskLine<Reply>(account_, [&](Line& line, auto done) {
    line.Submit(account_->caller, id, std::move(plan), std::move(done));
  });
  return reply.then([account = account_](
                        kj::Own<Reply> reply) mutable -> kj::Promise<kj::Own<StatementReply>> {
    auto* result = std::get_if<Result>(&reply->outcome);
    auto* asked = result == nullptr ? nullptr : std::get_if<PlanAsked>(result);
    if (asked == nullptr) return kj::heap<StatementReply>(std::move(*reply), SuccessTable());
    auto proposal = AskLine<SharedProposal>(
        account, [&](Line& line, auto done) { line.AskPlan(asked->options, std::move(done)); });
    return proposal.then([reply = kj::mv(reply)](kj::Own<SharedProposal> proposal) mutable {
      if ((*proposal)->refusal.has_value()) {
        reply->outcome = Error{ErrorCode::kRebalanceFailure, *(*proposal)->refusal};
        return kj::heap<StatementReply>(std::move(*reply), nullptr);
      }
      reply->outcome = Result{Done{}};
      return kj::heap<StatementReply>(std::move(*reply), Share(procedures::ToTable(**proposal)));
    });
  });
}

// First the line says whether the caller may ask this at all, which leaves a record of the
// question.
kj::Promise<kj::Own<StatementReply>> Admin::RunPast(const procedures::CallStatement& call,
                                                    Command read) {
  if (!IsRead(read) || std::holds_alternative<PlanRebalance>(read)) {
    return WithoutLine(
        procedures::ErrorAt(call.as_of_position, ErrorCode::kInvalidArgument,
                            absl::StrCat("expected a procedure that lists, to be asked FOR "
                                         "SYSTEM_TIME AS OF, found ",
                                         call.procedure, ". Nothing was changed")),
        nullptr);
  }
  auto reply = AskLine<Reply>(account_, [&](Line& line, auto done) {
    line.Submit(account_->caller, RequestId{}, read, std::move(done));
  });
  return reply.then([account = account_, as_of = *call.as_of, read = std::move(read)](
                        kj::Own<Reply> reply) mutable -> kj::Promise<kj::Own<StatementReply>> {
    if (!std::holds_alternative<Result>(reply->outcome)) {
      return kj::heap<StatementReply>(std::move(*reply), nullptr);
    }
    bool is_of_active = IsOfActiveMoves(read);
    auto past = AskLine<PastAnswer>(account, [&](Line& line, auto done) {
      line.ReadPast(account->caller, as_of, std::move(read), std::move(done));
    });
    return past.then([reply = kj::mv(reply), is_of_active](kj::Own<PastAnswer> past) mutable {
      reply->outcome = std::move(past->outcome);
      if (is_of_active) return WithActiveMoves(std::move(*reply));
      return kj::heap<StatementReply>(std::move(*reply), SuccessTable());
    });
  });
}

kj::Promise<void> Admin::call(CallContext context) {
  auto running = Run(context.getParams());
  context.releaseParams();
  context.allowCancellation();  // The line goes on without us; only the reply is saved.
  return running.then([context = kj::mv(context)](kj::Own<StatementReply> ran) mutable {
    ran->Write(context.getResults(SizeOf(ran->reply)).initReply());
  });
}

kj::Promise<void> Admin::batch(BatchContext context) {
  auto calls = context.getParams().getCalls();
  KJ_IF_MAYBE (why, WhyNoRoom(*account_, calls.size())) return kj::mv(*why);
  auto running = kj::heapArrayBuilder<kj::Promise<kj::Own<StatementReply>>>(calls.size());
  for (auto call : calls) running.add(Run(call));
  context.releaseParams();
  context.allowCancellation();
  return kj::joinPromises(running.finish())
      .then([context = kj::mv(context)](kj::Array<kj::Own<StatementReply>> ran) mutable {
        auto out = context.getResults().initReplies(ran.size());
        for (size_t i = 0; i < ran.size(); ++i) ran[i]->Write(out[i]);
      });
}

kj::Promise<void> Admin::ping(PingContext context) {
  context.getResults(capnp::MessageSize{1, 0});
  return kj::READY_NOW;
}

kj::Promise<void> Admin::addAcl(AddAclContext context) {
  auto params = context.getParams();
  auto entry = FromWire(params.getEntry());
  if (auto* error = std::get_if<Error>(&entry)) return Answer(context, std::move(*error));
  RequestId id = FromWire(params.getRequestId());
  return Submit(kj::mv(context), id, AddAcl{std::get<acl::Entry>(std::move(entry))});
}

kj::Promise<void> Admin::dropAcl(DropAclContext context) {
  auto params = context.getParams();
  auto filter = FromWire(params.getFilter());
  if (auto* error = std::get_if<Error>(&filter)) return Answer(context, std::move(*error));
  RequestId id = FromWire(params.getRequestId());
  return Submit(kj::mv(context), id, DropAcl{std::get<acl::Filter>(std::move(filter))});
}

kj::Promise<void> Admin::listAcl(ListAclContext context) {
  auto filter = FromWire(context.getParams().getFilter());
  if (auto* error = std::get_if<Error>(&filter)) return Answer(context, std::move(*error));
  return Submit(kj::mv(context), RequestId{}, ListAcl{std::get<acl::Filter>(std::move(filter))});
}

kj::Promise<void> Admin::status(StatusContext context) {
  context.allowCancellation();
  auto status =
      AskLine<Status>(account_, [](Line& line, auto done) { line.AskStatus(std::move(done)); });
  return status.then([context = kj::mv(context)](kj::Own<Status> status) mutable {
    ToWire(*status, context.getResults().initStatus());
  });
}

kj::Promise<void> Admin::alterConfigs(AlterConfigsContext context) {
  auto params = context.getParams();
  auto alter = FromWire(params.getChanges());
  if (auto* error = std::get_if<Error>(&alter)) return Answer(context, std::move(*error));
  RequestId id = FromWire(params.getRequestId());
  return Submit(kj::mv(context), id, std::get<AlterConfigs>(std::move(alter)));
}

kj::Promise<void> Admin::getConfigs(GetConfigsContext context) {
  auto get = FromWire(context.getParams().getKeys());
  if (auto* error = std::get_if<Error>(&get)) return Answer(context, std::move(*error));
  return Submit(kj::mv(context), RequestId{}, std::get<GetConfigs>(std::move(get)));
}

kj::Promise<void> Admin::watch(WatchContext context) {
  if (account_->watches == nullptr) return ConnectionIsOver();
  BeginWatch(account_, context.getParams(), context.getResults().initReply());
  return kj::READY_NOW;
}

kj::Promise<void> Admin::rollout(RolloutContext context) {
  if (account_->watches == nullptr) return ConnectionIsOver();
  TellRollout(*account_, context.getParams(), context.getResults().initReply());
  return kj::READY_NOW;
}

kj::Promise<void> Admin::settings(SettingsContext context) {
  context.allowCancellation();
  auto answer = AskLine<SettingsAnswer>(account_, [&](Line& line, auto done) {
    line.AskSettings(account_->caller, std::move(done));
  });
  return answer.then([context = kj::mv(context)](kj::Own<SettingsAnswer> answer) mutable {
    ToWire(*answer, context.getResults().initReply());
  });
}

kj::Promise<void> Admin::resealSecrets(ResealSecretsContext context) {
  RequestId id = FromWire(context.getParams().getRequestId());
  context.releaseParams();
  context.allowCancellation();
  auto reply = AskLine<Reply>(account_, [&](Line& line, auto done) {
    line.ResealSecrets(account_->caller, id, std::move(done));
  });
  return reply.then([context = kj::mv(context)](kj::Own<Reply> reply) mutable {
    ToWire(*reply, context.getResults(SizeOf(*reply)).initReply());
  });
}

kj::Promise<void> Admin::unregisterServer(UnregisterServerContext context) {
  auto params = context.getParams();
  RequestId id = FromWire(params.getRequestId());
  return Submit(kj::mv(context), id, UnregisterServer{cluster::ServerId{params.getId()}});
}

// ---- tables ----

kj::Promise<void> Admin::createTable(CreateTableContext context) {
  auto params = context.getParams();
  if (auto error = WhyNoText(params.getPath())) return Answer(context, *std::move(error));
  RequestId id = FromWire(params.getRequestId());
  CreateTable create{FromWire(params.getPath()), params.getBuckets(), params.getReplicationFactor(),
                     params.getIsPartitioned()};
  return Submit(kj::mv(context), id, std::move(create));
}

kj::Promise<void> Admin::dropTable(DropTableContext context) {
  auto params = context.getParams();
  if (auto error = WhyNoText(params.getPath())) return Answer(context, *std::move(error));
  RequestId id = FromWire(params.getRequestId());
  DropTable drop{FromWire(params.getPath())};
  return Submit(kj::mv(context), id, std::move(drop));
}

// Both commands have the same arguments.
template <typename Change, typename Context>
kj::Promise<void> Admin::ChangePartition(Context context) {
  auto params = context.getParams();
  if (auto error = WhyNoText(params.getPath())) return Answer(context, *std::move(error));
  auto name = params.getName();
  if (auto error = WhyNoText("name", name)) return Answer(context, *std::move(error));
  RequestId id = FromWire(params.getRequestId());
  Change change{FromWire(params.getPath()), std::string(name.begin(), name.size())};
  return Submit(kj::mv(context), id, std::move(change));
}

kj::Promise<void> Admin::addPartition(AddPartitionContext context) {
  return ChangePartition<AddPartition>(kj::mv(context));
}

kj::Promise<void> Admin::dropPartition(DropPartitionContext context) {
  return ChangePartition<DropPartition>(kj::mv(context));
}

kj::Promise<void> Admin::listTables(ListTablesContext context) {
  return Submit(kj::mv(context), RequestId{}, ListTables{});
}

kj::Promise<void> Admin::listBuckets(ListBucketsContext context) {
  auto list = FromWire(context.getParams());
  if (auto* error = std::get_if<Error>(&list)) return Answer(context, std::move(*error));
  return Submit(kj::mv(context), RequestId{}, std::get<ListBuckets>(std::move(list)));
}

kj::Promise<void> Admin::takeSnapshot(TakeSnapshotContext context) {
  context.allowCancellation();
  auto answer = AskLine<SavedAnswer>(account_, [&](Line& line, auto done) {
    line.TakeSnapshot(account_->caller, std::move(done));
  });
  return answer.then([context = kj::mv(context)](kj::Own<SavedAnswer> answer) mutable {
    ToWire(*answer, context.getResults().initReply());
  });
}

class Pegel final : public wire::Pegel::Server {
 public:
  explicit Pegel(const std::shared_ptr<Account>& account)
      : admin_(kj::heap<Admin>(account)), tablet_(NewTablet(account)) {}

 protected:
  kj::Promise<void> admin(AdminContext context) override {
    context.getResults(capnp::MessageSize{4, 1}).setAdmin(admin_);
    return kj::READY_NOW;
  }
  kj::Promise<void> tablet(TabletContext context) override {
    context.getResults(capnp::MessageSize{4, 1}).setTablet(tablet_);
    return kj::READY_NOW;
  }

 private:
  wire::Admin::Client admin_;  // One for all who ask, so that asking often costs nothing.
  wire::Tablet::Client tablet_;
};

}  // namespace

wire::Pegel::Client NewPegel(const std::shared_ptr<Account>& account) {
  return kj::heap<Pegel>(account);
}

}  // namespace pegel::net

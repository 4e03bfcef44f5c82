#include "tools/load/mix.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace pegel::tools {
namespace {

struct Named {
  absl::string_view name;
  Kind kind;
};
constexpr Named kNames[] = {{"add_acl", Kind::kAddAcl},       {"call", Kind::kCall},
                            {"set_config", Kind::kSetConfig}, {"list_acl", Kind::kListAcl},
                            {"status", Kind::kStatus},        {"ping", Kind::kPing}};

Principal Loader() { return {"User", "loader"}; }

acl::Entry EntryOf(int64_t key) {
  return {.resource = {"bench", absl::StrCat("t", key)},
          .principal = Loader(),
          .host = {},
          .operation = acl::Operation::kRead,
          .permission = acl::Permission::kAllow};
}

acl::Filter FilterOf(const acl::Entry& entry) {
  return {.resource = entry.resource,
          .principal = entry.principal,
          .host = entry.host,
          .operation = entry.operation,
          .permission = entry.permission};
}

}  // namespace

std::string NameOf(Kind kind) {
  for (const Named& named : kNames) {
    if (named.kind == kind) return std::string(named.name);
  }
  return "";
}

absl::StatusOr<std::vector<Weighed>> ParseMix(const std::string& text) {
  std::vector<Weighed> kinds;
  for (absl::string_view piece : absl::StrSplit(text, ',')) {
    std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(piece, absl::MaxSplits('=', 1));
    Weighed weighed;
    bool is_known = false;
    for (const Named& named : kNames) {
      if (named.name != pair.first) continue;
      weighed.kind = named.kind;
      is_known = true;
    }
    bool has_weight = pair.second.empty() || absl::SimpleAtoi(pair.second, &weighed.weight);
    if (!is_known || !has_weight || weighed.weight < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("--mix: found '", piece,
                       "', expected KIND or KIND=WEIGHT with a weight of at least 1; kinds are "
                       "add_acl, call, set_config, list_acl, status, ping"));
    }
    kinds.push_back(weighed);
  }
  return kinds;
}

Mix::Mix(std::vector<Weighed> kinds, int64_t keys, int batch, uint64_t seed)
    : kinds_(std::move(kinds)), keys_(keys), batch_(batch), random_(seed) {
  for (const Weighed& weighed : kinds_) weights_ += weighed.weight;
}

net::Ask Mix::EverythingMade() { return net::DropAcls{{.principal = Loader()}, RequestId{}}; }

Kind Mix::ChooseKind() {
  if (kinds_.size() == 1) return kinds_.front().kind;
  int ticket = static_cast<int>(random_() % weights_);
  for (const Weighed& weighed : kinds_) {
    ticket -= weighed.weight;
    if (ticket < 0) return weighed.kind;
  }
  return kinds_.back().kind;
}

Mix::Next Mix::Make() {
  Kind kind = ChooseKind();
  if (batch_ == 1) return {kind, AskOf(kind)};
  net::CallBatch batch;
  for (int i = 0; i < batch_; ++i) batch.statements.push_back(StatementOf(kind));
  return {kind, std::move(batch)};
}

net::Ask Mix::AskOf(Kind kind) {
  switch (kind) {
    case Kind::kAddAcl:
      return ChangeAcl();
    case Kind::kListAcl:
      return net::ListAcls{{.resource = EntryOf(static_cast<int64_t>(random_() % keys_)).resource}};
    case Kind::kStatus:
      return net::AskServerStatus{};
    case Kind::kPing:
      return net::AskPing{};
    case Kind::kCall:
    case Kind::kSetConfig:
      break;
  }
  return net::CallOne{StatementOf(kind)};
}

net::Ask Mix::ChangeAcl() {
  acl::Entry entry = EntryOf(changes_ % keys_);
  bool is_add = changes_ / keys_ % 2 == 0;
  ++changes_;
  if (is_add) return net::AddOneAcl{std::move(entry), NewId()};
  return net::DropAcls{FilterOf(entry), NewId()};
}

net::Statement Mix::StatementOf(Kind kind) {
  if (kind == Kind::kSetConfig) {
    return {.text = absl::StrCat("CALL sys.set_cluster_configs('kv.snapshot.interval', '",
                                 ++configs_ % 1000 + 1, " min')"),
            .request_id = NewId()};
  }
  const char* procedure = changes_ / keys_ % 2 == 0 ? "add" : "drop";
  int64_t key = changes_++ % keys_;
  return {.text = absl::StrCat("CALL sys.", procedure, "_acl('bench.t", key,
                               "', 'ALLOW', 'User:loader', 'READ')"),
          .request_id = NewId()};
}

}  // namespace pegel::tools

// Access control as the rulings and procedures.md 1.1 and 2 say it.
#include <algorithm>
#include <array>

#include "tests/sim/model/model.h"

namespace pegel::model {
namespace {

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> pieces(1);
  for (char c : text) {
    if (c == at) {
      pieces.emplace_back();
    } else {
      pieces.back().push_back(c);
    }
  }
  return pieces;
}

// `cluster`, `cluster.db`, `cluster.db.table`.
std::string ResourceOf(const std::string& text) {
  std::vector<std::string> pieces = Split(text, '.');
  if (Upper(pieces[0]) == "CLUSTER") pieces.erase(pieces.begin());
  std::string resource = "cluster";
  for (const std::string& piece : pieces) resource += "." + piece;
  return resource;
}

std::string PrincipalOf(const std::string& text) { return Upper(text) == "ALL" ? "*:*" : text; }

std::string OperationOf(const std::string& text) {
  return Upper(text) == "DROP" ? "DELETE" : Upper(text);
}

bool IsAny(const Text& text) { return !text || Upper(*text) == "ANY"; }

std::string DatabaseOf(const std::string& resource) {
  std::vector<std::string> pieces = Split(resource, '.');
  return pieces.size() < 2 ? "" : pieces[1];
}

std::string TableOf(const std::string& resource) {
  std::vector<std::string> pieces = Split(resource, '.');
  return pieces.size() < 3 ? "" : pieces[2];
}

// Rights on a table's rules come from its database.
std::string ManagedAt(const std::string& resource) {
  std::string database = DatabaseOf(resource);
  return database.empty() ? "cluster" : "cluster." + database;
}

bool Covers(const std::string& held, const std::string& asked) {
  if (held == "cluster" || held == asked) return true;
  std::string held_db = DatabaseOf(held), held_table = TableOf(held);
  std::string db = DatabaseOf(asked), table = TableOf(asked);
  if (db.empty()) return false;
  if (held_db != "*" && held_db != db) return false;
  if (held_table.empty()) return true;
  return held_table == "*" && !table.empty();
}

bool Is(const std::string& held, const std::string& who) {
  return held == who || held == "*:*" || held == Split(who, ':')[0] + ":*";
}

std::array<int, 4> Ipv4(const std::string& text) {
  std::array<int, 4> bytes{};
  std::vector<std::string> pieces = Split(text, '.');
  for (size_t i = 0; i < 4; ++i) bytes[i] = std::stoi(pieces[i]);
  return bytes;
}

// Blocks in these histories end at a byte.
bool ContainsHost(const std::string& held, const std::string& host) {
  if (held == "*" || held == host) return true;
  size_t slash = held.find('/');
  if (slash == held.npos || host.find('.') == host.npos) return false;
  int bytes = std::stoi(held.substr(slash + 1)) / 8;
  std::array<int, 4> a = Ipv4(held.substr(0, slash)), b = Ipv4(host);
  return std::equal(a.begin(), a.begin() + bytes, b.begin());
}

bool Grants(const std::string& held, const std::string& asked) {
  static const std::set<std::string> kDescribing = {"READ", "WRITE", "CREATE", "DELETE", "ALTER"};
  if (held == asked || held == "ALL") return true;
  if (asked == "DESCRIBE") return kDescribing.count(held) > 0;
  return asked == "IDEMPOTENT_WRITE" && held == "WRITE";
}

std::string StaticOr(const State& state, const std::string& key, const std::string& other) {
  auto it = state.statics.find(key);
  return it == state.statics.end() ? other : it->second;
}

bool May(const State& state, const Ask& ask, const std::string& operation,
         const std::string& resource) {
  if (Upper(StaticOr(state, "authorizer.enabled", "false")) != "TRUE") return true;
  for (const std::string& super : Split(StaticOr(state, "super.users", ""), ';')) {
    if (super == ask.who) return true;
  }
  bool is_allowed = false;
  for (const Rule& rule : state.rules) {
    bool speaks = Covers(rule.resource, resource) && Is(rule.principal, ask.who) &&
                  ContainsHost(rule.host, ask.host);
    if (!speaks) continue;
    if (rule.permission == "DENY") {
      if (rule.operation == operation || rule.operation == "ALL") return false;
    } else if (Grants(rule.operation, operation)) {
      is_allowed = true;
    }
  }
  return is_allowed;
}

std::string Denial(const Ask& ask, const std::string& operation, const std::string& resource) {
  std::vector<std::string> who = Split(ask.who, ':');
  std::string type = "CLUSTER", name = "fluss-cluster";
  if (!DatabaseOf(resource).empty()) type = "DATABASE", name = DatabaseOf(resource);
  if (!TableOf(resource).empty()) type = "TABLE", name += "." + TableOf(resource);
  return "Principal FlussPrincipal{name='" + who[1] + "', type='" + who[0] +
         "'} have no authorization to operate " + operation + " on resource Resource{type=" + type +
         ", name='" + name + "'} ";
}

// Which rules the five texts of a call select; unset: any.
struct Filter {
  Text resource, permission, principal, operation, host;

  bool Selects(const Rule& rule) const {
    return (!resource || *resource == rule.resource) &&
           (!permission || *permission == rule.permission) &&
           (!principal || *principal == rule.principal) &&
           (!operation || *operation == rule.operation) && (!host || *host == rule.host);
  }
};

Filter FilterOf(const Ask& ask) {
  auto text = [&](size_t i) { return i < ask.texts.size() ? ask.texts[i] : Text(); };
  Filter filter;
  if (!IsAny(text(0))) filter.resource = ResourceOf(*text(0));
  if (!IsAny(text(1))) filter.permission = Upper(*text(1));
  if (!IsAny(text(2))) filter.principal = PrincipalOf(*text(2));
  if (!IsAny(text(3))) filter.operation = OperationOf(*text(3));
  Text host = text(4);
  if (!host && ask.what == "drop_acl") host = "*";
  if (!IsAny(host)) filter.host = host;
  return filter;
}

void Add(State& state, const Ask& ask, Done* done) {
  Rule rule = RuleOf(ask);
  if (!MayOn(state, ask, "ALL", ManagedAt(rule.resource), done)) return;
  if (state.rules.insert(rule).second) done->facts.insert("acl added " + LineOf(rule));
}

void Drop(State& state, const Ask& ask, Done* done) {
  Filter filter = FilterOf(ask);
  std::set<std::string> asked;
  if (filter.resource) asked.insert(*filter.resource);
  if (!filter.resource) {
    for (const Rule& rule : state.rules) asked.insert(rule.resource);
  }
  // Any of those that are missing may be named.
  std::vector<std::string> denials;
  for (const std::string& resource : asked) {
    if (!May(state, ask, "ALL", ManagedAt(resource))) {
      denials.push_back(Denial(ask, "ALL", ManagedAt(resource)));
    }
  }
  if (!denials.empty()) {
    done->answer = Refusal(48, denials);
    return;
  }
  std::erase_if(state.rules, [&](const Rule& rule) {
    if (!filter.Selects(rule)) return false;
    done->facts.insert("acl dropped " + LineOf(rule));
    return true;
  });
}

void List(const State& state, const Ask& ask, Done* done) {
  Filter filter = FilterOf(ask);
  std::set<std::string> lines;
  for (const Rule& rule : state.rules) {
    if (filter.Selects(rule) && May(state, ask, "DESCRIBE", rule.resource)) {
      lines.insert(LineOf(rule));
    }
  }
  for (const std::string& line : lines) done->answer.rows.push_back({line});
}

}  // namespace

Rule RuleOf(const Ask& ask) {
  return {ResourceOf(*ask.texts[0]), Upper(*ask.texts[1]), PrincipalOf(*ask.texts[2]),
          OperationOf(*ask.texts[3]), ask.texts.size() > 4 && ask.texts[4] ? *ask.texts[4] : "*"};
}

bool Selects(const Ask& ask, const Rule& rule) { return FilterOf(ask).Selects(rule); }

std::string LineOf(const Rule& rule) {
  return "resource=\"" + rule.resource + "\";permission=\"" + rule.permission + "\";principal=\"" +
         rule.principal + "\";operation=\"" + rule.operation + "\";host=\"" + rule.host + "\"";
}

bool MayOn(const State& state, const Ask& ask, const std::string& operation,
           const std::string& resource, Done* done) {
  if (May(state, ask, operation, resource)) return true;
  done->answer = Refusal(48, {Denial(ask, operation, resource)});
  return false;
}

bool ApplyAcls(State& state, const Ask& ask, Done* done) {
  if (ask.what == "add_acl") {
    Add(state, ask, done);
  } else if (ask.what == "drop_acl") {
    Drop(state, ask, done);
  } else if (ask.what == "list_acl") {
    List(state, ask, done);
  } else {
    return false;
  }
  return true;
}

}  // namespace pegel::model

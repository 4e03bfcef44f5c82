// The naive reference world: what Pegel must answer, written from the specification and from
// nothing in core/. Texts, maps and loops; no types, no parsers, no limits on time.
//
// It takes the same calls in the same order as the engine and says for each what the answer and the
// rows are and which facts became true. Where the specification leaves a choice (several rules are
// broken at once, the wording of a reason) it gives all answers that are right.
//
// To add a family: a file like servers.cc with its state and its calls, one line in model.cc.
// A value: copies are worlds of their own.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pegel::model {

using Text = std::optional<std::string>;  // Unset: NULL.

// A call as its caller means it.
struct Ask {
  std::string who;          // `User:a`
  std::string host;         // `10.0.0.1`; empty: the server itself.
  std::string what;         // `add_acl`, …: a procedure without `sys.`, or what only servers ask.
  std::vector<Text> texts;  // Its arguments in order.
  uint64_t request = 0;     // 0: none.
  // What is said to follow from it, where this world works nothing out (moves.cc): facts in their
  // order, and the code of the answer.
  std::vector<std::string> heard;
  int heard_code = 0;
  bool operator==(const Ask&) const = default;
};

using Row = std::vector<Text>;

// A cell of which nothing is claimed.
inline constexpr char kAnything[] = "(anything)";

struct Answer {
  int code = 0;  // 0: accepted.
  // Of a refusal: one of these, and `*` at an end stands for anything.
  std::vector<std::string> messages;
  std::vector<Row> rows;  // Of a listing, in its order.
  bool is_heard = false;  // Nothing is claimed of the rows.
};

// What became true, as texts; of one record, in any order.
using Facts = std::multiset<std::string>;

// One rule of access: the five texts in their canonical form.
struct Rule {
  std::string resource, permission, principal, operation, host;
  auto operator<=>(const Rule&) const = default;
};

// The rule that an add_acl means, whether a drop_acl or list_acl selects it, and how it is listed.
Rule RuleOf(const Ask& ask);
bool Selects(const Ask& ask, const Rule& rule);
std::string LineOf(const Rule& rule);

struct Server {
  std::string rack, address;
  uint64_t epoch = 0;
  bool is_live = false;
  Text tag;
};

struct Bucket {
  int leader = -1;
  std::map<int, bool> replicas;  // By server: whether it is in sync.
};

struct Rebalance {
  std::string status = "NOT_STARTED";
  std::string goals, author;
  int plan = 1;  // The one in force, or waited for.
  bool awaits_plan = true;
  bool is_paused = false;
};

// The state, open to whoever compares.
struct State {
  std::map<std::string, std::string> statics;  // server.yaml.
  std::set<Rule> rules;
  std::map<std::string, Text> dynamics;
  std::map<int, Server> servers;
  std::map<std::string, Bucket> buckets;  // By `table/bucket`.
  std::map<uint64_t, Rebalance> rebalances;
};

// What a call would do to `state` at `lsn`: the answer, and the state after it.
struct Done {
  Answer answer;
  Facts facts;
};
Done Apply(State& state, const Ask& ask, uint64_t lsn);

bool IsRead(const Ask& ask);

// Exactly once, in front of Apply.
class Model {
 public:
  enum class Kind {
    kRecord,    // A record of its own, at `lsn`.
    kReading,   // Answered without a record, from the state at `lsn`.
    kRepeated,  // The answer of the record at `lsn` again.
    kRefused,   // Nothing happened; there is no lsn.
  };
  struct Verdict {
    Kind kind = Kind::kRecord;
    uint64_t lsn = 0;
    Answer answer;
    Facts facts;
  };
  struct Options {
    bool log_reads = true;
    uint64_t line_max = 0;  // Records that may wait for the disk.
  };

  explicit Model(Options options) : options_(options) {}

  // The call arrives when the clock says `now` and the records behind `durable` wait.
  Verdict Arrive(const Ask& ask, int64_t now, uint64_t durable);

  // The records behind `lsn` never were.
  void CutBack(uint64_t lsn);

  uint64_t lsn() const { return journal_.size(); }
  const State& state() const { return now_.state; }
  const Facts& FactsAt(uint64_t lsn) const { return journal_[lsn - 1].facts; }
  const Ask& AskAt(uint64_t lsn) const { return journal_[lsn - 1].ask; }

 private:
  struct Entry {
    Ask ask;
    int64_t time = 0;
    Answer answer;
    Facts facts;
  };
  // All that follows from the first `lsn` entries of the journal.
  struct Standing {
    uint64_t lsn = 0;
    State state;
    std::map<std::pair<std::string, uint64_t>, uint64_t> answered;  // Who and request → lsn.
    std::deque<uint64_t> ages;                                      // Its lsns, oldest first.
  };
  const uint64_t* Find(const Ask& ask) const;
  void Write(const Ask& ask, int64_t time);
  void Remember(Standing* at) const;

  Options options_;
  std::vector<Entry> journal_;
  Standing now_;
  Standing kept_;  // Where the journal was cut last: the next cut is mostly not much further on.
};

// ---- families; each knows its own calls and says false to others ----
bool ApplyAcls(State& state, const Ask& ask, Done* done);
bool ApplyConfigs(State& state, const Ask& ask, Done* done);
bool ApplyServers(State& state, const Ask& ask, uint64_t lsn, Done* done);
bool ApplyMoves(State& state, const Ask& ask, uint64_t lsn, Done* done);

// Whether something has to be heard of such a call.
bool Hears(const Ask& ask);

// Takes what was heard of a call, as far as it is the call's business and fits what is known.
void Hear(State& state, const Ask& ask, Done* done);

// The answer to a call that cannot be read, and so never reaches the log.
std::optional<Answer> Unreadable(const Ask& ask);

// Refuses in `done` when `ask` may not do `operation` on `resource`.
bool MayOn(const State& state, const Ask& ask, const std::string& operation,
           const std::string& resource, Done* done);

Answer Refusal(int code, std::vector<std::string> messages);

// Whether `message` is one of those that `answer` allows.
bool Allows(const Answer& answer, const std::string& message);

}  // namespace pegel::model

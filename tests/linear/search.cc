#include "tests/linear/search.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pegel::linear {
namespace {

using Kind = Operation::Kind;

// Values as numbers. What a change made of a value is known only when it is read.
constexpr int kUnknown = -1;

// Writes of one value, or changes, that never returned. Which of them happened makes no difference,
// only how many.
struct Open {
  std::vector<Moment> calls;     // In order.
  Moment repeats_from = kNever;  // From here on as many as wanted.
};

struct Done {
  Kind kind;
  int value;
  Moment call, done;
};

class Searcher {
 public:
  Searcher(const std::vector<Operation>& operations, const std::string& initial, uint64_t steps_max)
      : steps_max_(steps_max), initial_(NumberOf(initial)) {
    for (const Operation& operation : operations) Take(operation);
    std::sort(done_.begin(), done_.end(),
              [](const Done& a, const Done& b) { return a.call < b.call; });
    for (auto& [value, open] : open_) std::sort(open.calls.begin(), open.calls.end());
  }

  Verdict Run() {
    Node start{initial_, 0, std::vector<bool>(done_.size()), {}};
    bool is_found = Explain(std::move(start));
    if (gave_up_) {
      return {Verdict::Kind::kGaveUp, steps_, absl::StrCat("no verdict after ", steps_, " steps")};
    }
    if (is_found) return {Verdict::Kind::kLinearizable, steps_, ""};
    return {Verdict::Kind::kNot, steps_, Blame()};
  }

 private:
  // Where a search stands: these have happened, and this is the value.
  struct Node {
    int value;
    size_t first;                // All before it, by call, have happened.
    std::vector<bool> happened;  // Of done_.
    std::map<int, size_t> used;  // Of open_.
  };

  int NumberOf(const std::string& text) {
    return numbers_.emplace(text, static_cast<int>(numbers_.size())).first->second;
  }

  void Take(const Operation& operation) {
    int value = operation.kind == Kind::kChange ? kUnknown : NumberOf(operation.value);
    if (operation.done != kNever) {
      done_.push_back({operation.kind, value, operation.call, operation.done});
    } else if (operation.kind != Kind::kRead) {
      Open& open = open_[value];
      if (operation.repeats) open.repeats_from = std::min(open.repeats_from, operation.call);
      if (!operation.repeats) open.calls.push_back(operation.call);
    }
  }

  // The next one must have been called before the first of the rest returned.
  Moment Limit(const Node& node) const {
    Moment limit = kNever;
    for (size_t i = node.first; i < done_.size() && done_[i].call < limit; ++i) {
      if (!node.happened[i]) limit = std::min(limit, done_[i].done);
    }
    return limit;
  }

  void Happen(Node* node, size_t i) const {
    node->happened[i] = true;
    while (node->first < done_.size() && node->happened[node->first]) ++node->first;
  }

  // Reads of the value that is there may as well be now: they change nothing.
  void ReadAll(Node* node) const {
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      Moment limit = Limit(*node);
      for (size_t i = node->first; i < done_.size() && done_[i].call < limit; ++i) {
        const Done& one = done_[i];
        if (node->happened[i] || one.kind != Kind::kRead || one.value != node->value) continue;
        Happen(node, i);
        goes_on = true;
        break;
      }
    }
  }

  // Whether one of those without an answer can happen before `limit`.
  bool HasOpen(const Node& node, int value, Moment limit) const {
    auto open = open_.find(value);
    if (open == open_.end()) return false;
    if (open->second.repeats_from < limit) return true;
    auto used = node.used.find(value);
    size_t next = used == node.used.end() ? 0 : used->second;
    return next < open->second.calls.size() && open->second.calls[next] < limit;
  }

  void UseOpen(Node* node, int value, Moment limit) const {
    if (open_.at(value).repeats_from < limit) return;
    ++node->used[value];
  }

  bool Explain(Node start) {
    std::vector<Node> stack;
    stack.push_back(std::move(start));
    while (!stack.empty()) {
      Node node = std::move(stack.back());
      stack.pop_back();
      ReadAll(&node);
      if (node.first == done_.size()) return true;
      if (!Remember(node)) continue;
      if (++steps_ > steps_max_) return gave_up_ = true, false;
      if (node.first > farthest_) farthest_ = node.first;
      Branch(node, &stack);
    }
    return false;
  }

  void Branch(const Node& node, std::vector<Node>* stack) {
    const Moment limit = Limit(node);
    std::set<int> wanted;  // Values that reads want, each made for one of them once.
    for (size_t i = node.first; i < done_.size() && done_[i].call < limit; ++i) {
      const Done& one = done_[i];
      if (node.happened[i]) continue;
      if (one.kind != Kind::kRead) {
        Node next = node;
        next.value = one.value;
        Happen(&next, i);
        stack->push_back(std::move(next));
        continue;
      }
      if (!wanted.insert(one.value).second) continue;
      // What was made of the value is what is read.
      if (node.value == kUnknown) Push(node, one.value, stack);
      if (HasOpen(node, one.value, limit)) PushOpen(node, one.value, one.value, limit, stack);
      if (HasOpen(node, kUnknown, limit)) PushOpen(node, kUnknown, one.value, limit, stack);
    }
  }

  void Push(Node node, int value, std::vector<Node>* stack) {
    node.value = value;
    stack->push_back(std::move(node));
  }

  void PushOpen(Node node, int open, int value, Moment limit, std::vector<Node>* stack) {
    UseOpen(&node, open, limit);
    Push(std::move(node), value, stack);
  }

  // False: the search was here before, and found nothing.
  bool Remember(const Node& node) {
    std::string key = absl::StrCat(node.value, " ", node.first, " ");
    size_t end = node.happened.size();
    while (end > node.first && !node.happened[end - 1]) --end;
    for (size_t i = node.first; i < end; ++i) key.push_back(node.happened[i] ? '1' : '0');
    for (const auto& [value, count] : node.used) absl::StrAppend(&key, " ", value, "x", count);
    return seen_.insert(std::move(key)).second;
  }

  // The operation that no order got past.
  std::string Blame() const {
    const Done& one = done_[farthest_];
    std::string value = "?";
    for (const auto& [text, number] : numbers_) {
      if (number == one.value) value = text;
    }
    const char* what = one.kind == Kind::kRead ? "a read of '" : "a write of '";
    return absl::StrCat("no order of ", done_.size(), " answered operations explains ", what, value,
                        "', called at ", one.call, ", returned at ", one.done);
  }

  const uint64_t steps_max_;
  std::map<std::string, int> numbers_;
  const int initial_;
  std::vector<Done> done_;    // With an answer, by call.
  std::map<int, Open> open_;  // Without one, by the value that they write.
  std::set<std::string> seen_;
  uint64_t steps_ = 0;
  size_t farthest_ = 0;
  bool gave_up_ = false;
};

}  // namespace

Verdict Search(const std::vector<Operation>& operations, const std::string& initial,
               uint64_t steps_max) {
  return Searcher(operations, initial, steps_max).Run();
}

}  // namespace pegel::linear

#include "tools/past_reader.h"

#include <sys/resource.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/read_past.h"

namespace pegel::tools {
namespace {

constexpr size_t kQuestionsMax = 16;

void BeNice() { setpriority(PRIO_PROCESS, 0, 5); }  // On Linux: of the calling thread.

Error ErrorOf(const absl::Status& status) {
  bool is_callers = absl::IsOutOfRange(status);
  return {is_callers ? ErrorCode::kInvalidArgument : ErrorCode::kUnknownServerError,
          absl::StrCat("The past cannot be read: ", status.message(),
                       is_callers ? "." : ". `pegel-replay verify` tells more.")};
}

}  // namespace

PastReader::~PastReader() {
  is_stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void PastReader::Read(const AsOf& goal, Command read, std::function<void(Outcome)> done) {
  if (questions_.size() >= kQuestionsMax) {
    return done(Error{ErrorCode::kOverloaded,
                      absl::StrCat(kQuestionsMax,
                                   " questions about the past wait, which is the limit. Ask again "
                                   "later; nothing was changed.")});
  }
  questions_.push_back({goal, std::move(read), std::move(done)});
  if (questions_.size() == 1) Answer();
}

void PastReader::Answer() {
  if (thread_.joinable()) thread_.join();  // It has posted its answer, so this does not wait.
  const Question& question = questions_.front();
  thread_ = std::thread([this, goal = question.goal, read = question.read] {
    BeNice();
    post_([this, outcome = Look(goal, read)] {
      auto done = std::move(questions_.front().done);
      questions_.pop_front();
      done(outcome);
      if (!questions_.empty()) Answer();
    });
  });
}

Outcome PastReader::Look(const AsOf& goal, const Command& read) const {
  absl::StatusOr<replay::Past> past = begin_(goal);
  if (!past.ok()) return ErrorOf(past.status());
  absl::Status status = past->GoTo(
      goal, [this] { return !is_stopping_; }, [](const Record&, const Applied&, const Hash256&) {});
  return status.ok() ? ReadAll(past->world(), read) : Outcome{ErrorOf(status)};
}

}  // namespace pegel::tools

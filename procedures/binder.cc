#include "procedures/binder.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "procedures/place.h"
#include "procedures/suggest.h"

namespace pegel::procedures {
namespace {

std::vector<absl::string_view> NamesOf(const Procedure& procedure) {
  std::vector<absl::string_view> names;
  for (const Parameter& parameter : procedure.parameters) names.push_back(parameter.name);
  return names;
}

// `a`, `a and b`, `a, b and c`.
std::string JoinNames(std::vector<absl::string_view> names) {
  if (names.empty()) return "no arguments";
  absl::string_view last = names.back();
  names.pop_back();
  return names.empty() ? std::string(last)
                       : absl::StrCat(absl::StrJoin(names, ", "), " and ", last);
}

// Walks the arguments once and gives each its parameter.
class Binder {
 public:
  Binder(const Procedure& procedure, const CallStatement& call)
      : procedure_(procedure),
        call_(call),
        bound_(procedure.parameters.size()),
        is_given_(procedure.parameters.size()) {}

  std::variant<BoundArguments, Error> Bind() {
    for (const Argument& argument : call_.arguments) {
      bool ok = argument.name ? BindNamed(argument) : BindPositional(argument);
      if (!ok) return *std::move(error_);
    }
    if (!CheckMissing()) return *std::move(error_);
    return std::move(bound_);
  }

 private:
  bool BindNamed(const Argument& argument);
  bool BindPositional(const Argument& argument);
  bool Give(size_t index, const Argument& argument);
  bool CheckMissing();
  bool FailUnknown(const Argument& argument);
  bool FailTooMany(const Argument& argument);
  bool Fail(Position position, absl::string_view message) {
    error_ = ErrorAt(position, ErrorCode::kInvalidArgument, message);
    return false;
  }
  const Parameter& At(size_t index) const { return procedure_.parameters[index]; }

  const Procedure& procedure_;
  const CallStatement& call_;
  BoundArguments bound_;
  std::vector<bool> is_given_;
  size_t next_ = 0;               // The parameter that a positional argument takes.
  bool is_behind_named_ = false;  // No positional ones any more.
  std::optional<Error> error_;
};

bool Binder::BindNamed(const Argument& argument) {
  size_t index = 0;
  while (index < bound_.size() && !absl::EqualsIgnoreCase(At(index).name, *argument.name)) ++index;
  if (index == bound_.size()) return FailUnknown(argument);
  if (is_given_[index]) {
    return Fail(argument.name_position, absl::StrCat(At(index).name, " is given twice"));
  }
  is_behind_named_ = !At(index).is_vararg;
  next_ = index;
  return Give(index, argument);
}

bool Binder::BindPositional(const Argument& argument) {
  if (is_behind_named_) {
    return Fail(argument.value_position,
                absl::StrCat("expected a name for this argument (name => 'text'), because the one "
                             "before it has a name; ",
                             procedure_.name, " takes ", JoinNames(NamesOf(procedure_))));
  }
  if (next_ == bound_.size()) return FailTooMany(argument);
  size_t index = next_;
  if (!At(index).is_vararg) ++next_;
  return Give(index, argument);
}

bool Binder::Give(size_t index, const Argument& argument) {
  const Parameter& parameter = At(index);
  BoundArgument& bound = bound_[index];
  if (!is_given_[index]) bound.position = argument.value_position;
  is_given_[index] = true;
  bool may_be_null = !parameter.is_required || !parameter.default_text.empty();
  if (!argument.value && !parameter.is_vararg) {
    return may_be_null || Fail(argument.value_position,
                               absl::StrCat(parameter.name, ": expected a text, found NULL"));
  }
  bound.values.push_back(argument.value);
  bound.positions.push_back(argument.value_position);
  return true;
}

bool Binder::CheckMissing() {
  std::vector<absl::string_view> missing;
  for (size_t i = 0; i < bound_.size(); ++i) {
    if (is_given_[i]) continue;
    bound_[i].position = call_.end;
    if (!At(i).is_required) continue;
    if (!At(i).missing_text.empty()) return Fail(call_.end, At(i).missing_text);
    missing.push_back(At(i).name);
  }
  if (missing.empty()) return true;
  return Fail(call_.end, absl::StrCat(procedure_.name, " needs a value for ", JoinNames(missing)));
}

bool Binder::FailUnknown(const Argument& argument) {
  std::vector<absl::string_view> names = NamesOf(procedure_);
  std::string hint = DidYouMean(*argument.name, names);
  // A name that is not like any is not repeated: it may be a secret in the wrong place.
  return Fail(
      argument.name_position,
      hint.empty()
          ? absl::StrCat(procedure_.name, " has no parameter of this name; it takes ",
                         JoinNames(names))
          : absl::StrCat(procedure_.name, " has no parameter ", Quoted(*argument.name), hint));
}

bool Binder::FailTooMany(const Argument& argument) {
  return Fail(argument.value_position,
              absl::StrCat("expected at most ", bound_.size(), " arguments, found one more; ",
                           procedure_.name, " takes ", JoinNames(NamesOf(procedure_))));
}

}  // namespace

std::variant<BoundArguments, Error> BindArguments(const Procedure& procedure,
                                                  const CallStatement& call) {
  return Binder(procedure, call).Bind();
}

}  // namespace pegel::procedures

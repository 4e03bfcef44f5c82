#include "procedures/call_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/acl/text.h"
#include "core/principal.h"

namespace pegel::procedures {
namespace {

std::string InQuotes(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

// Config keys have dots and dashes and stay readable; anything stranger goes into backticks.
std::string NameText(absl::string_view name) {
  bool is_plain = !name.empty();
  for (char c : name) is_plain &= absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
  return is_plain ? std::string(name)
                  : absl::StrCat("`", absl::StrReplaceAll(name, {{"`", "``"}}), "`");
}

// Writes `name(argument => 'text', …)`.
class Writer {
 public:
  explicit Writer(absl::string_view name) : text_(absl::StrCat(name, "(")) {}

  Writer& Add(absl::string_view name, absl::string_view value) {
    absl::StrAppend(&text_, is_first_ ? "" : ", ", NameText(name), " => ", InQuotes(value));
    is_first_ = false;
    return *this;
  }
  std::string Done() { return text_ + ")"; }

 private:
  std::string text_;
  bool is_first_ = true;
};

// The canonical text of a set field, ANY for an open one.
template <typename T>
std::string TextOf(const std::optional<T>& field) {
  return field ? std::string(ToText(*field)) : "ANY";
}

std::string FilterCall(absl::string_view procedure, const acl::Filter& filter) {
  return Writer(absl::StrCat("CALL ", procedure))
      .Add("resource", TextOf(filter.resource))
      .Add("permission", TextOf(filter.permission))
      .Add("principal", TextOf(filter.principal))
      .Add("operation", TextOf(filter.operation))
      .Add("host", TextOf(filter.host))
      .Done();
}

struct CallTextOf {
  std::string operator()(const Boot& boot) const {
    Writer writer("BOOT");
    writer.Add("cluster_id", boot.cluster_id).Add("behaviour", absl::StrCat(boot.behaviour));
    for (const auto& [key, value] : boot.static_configs) writer.Add(key, value);
    return writer.Done();
  }
  std::string operator()(const AddAcl& add) const {
    const acl::Entry& e = add.entry;
    return FilterCall("sys.add_acl",
                      acl::Filter{e.resource, e.principal, e.host, e.operation, e.permission});
  }
  std::string operator()(const DropAcl& drop) const {
    return FilterCall("sys.drop_acl", drop.filter);
  }
  std::string operator()(const ListAcl& list) const {
    return FilterCall("sys.list_acl", list.filter);
  }
};

}  // namespace

std::string ToCallText(const Command& command) { return std::visit(CallTextOf{}, command); }

}  // namespace pegel::procedures

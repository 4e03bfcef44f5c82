#include "tools/shell/cluster_text.h"

#include "absl/strings/str_cat.h"
#include "core/cluster/names.h"

namespace pegel::tools {
namespace {

struct Statement {
  std::string operator()(const CreateTable& create) const {
    return absl::StrCat("create-table ", cluster::ToText(create.path));
  }
  std::string operator()(const DropTable& drop) const {
    return absl::StrCat("drop-table ", cluster::ToText(drop.path));
  }
  std::string operator()(const AddPartition& add) const {
    return absl::StrCat("add-partition ", cluster::ToText(add.path), " ", add.name);
  }
  std::string operator()(const DropPartition& drop) const {
    return absl::StrCat("drop-partition ", cluster::ToText(drop.path), " ", drop.name);
  }
};

struct Sentence {
  std::string operator()(const CreateTable& create) const {
    return absl::StrCat("Table ", cluster::ToText(create.path), " is created");
  }
  std::string operator()(const DropTable& drop) const {
    return absl::StrCat("Table ", cluster::ToText(drop.path), " is dropped");
  }
  std::string operator()(const AddPartition& add) const {
    return absl::StrCat("Partition ", add.name, " of ", cluster::ToText(add.path), " is added");
  }
  std::string operator()(const DropPartition& drop) const {
    return absl::StrCat("Partition ", drop.name, " of ", cluster::ToText(drop.path), " is dropped");
  }
};

}  // namespace

std::string StatementOf(const net::TableChange& change) { return std::visit(Statement{}, change); }

std::string SentenceOf(const net::TableChange& change) { return std::visit(Sentence{}, change); }

}  // namespace pegel::tools

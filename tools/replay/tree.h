// The World as a tree, for people who browse: families, below them what their rows are about.
//
//   /acl/TABLE:db.t/User:Bob        every entry of Bob on the table
//   /table/db.t
//   /bucket/db.t/2026/3
//
// A family is listed when somebody first goes there. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/world.h"
#include "procedures/table.h"
#include "tools/replay/families.h"

namespace pegel::tools {

using TreePath = std::vector<std::string>;

class Tree {
 public:
  // The World must outlive it.
  explicit Tree(const World& world) : world_(world) {}

  // Where `text` leads from `from`: parts between slashes, `.` and `..`, from the root when it
  // begins with a slash. A name may hold slashes itself. None: there is no such place.
  std::optional<TreePath> Find(const TreePath& from, absl::string_view text);

  struct Child {
    std::string name;
    size_t rows = 0;  // At it and below.
    bool has_children = false;
  };
  // Of a place that Find gave.
  std::vector<Child> ChildrenOf(const TreePath& path);
  // All rows at it and below, by family.
  std::vector<std::pair<const Family*, procedures::Table>> RowsBelow(const TreePath& path);

 private:
  struct Node {
    std::map<std::string, Node> children;
    std::vector<procedures::Row> rows;
    size_t CountRows() const;
    void Collect(std::vector<procedures::Row>* into) const;
  };
  struct Listed {
    std::vector<std::string> columns;
    Node node;
  };
  Listed& List(const Family& family);
  Node* At(const TreePath& path);
  std::vector<std::string> NamesAt(const TreePath& path);

  const World& world_;
  std::map<absl::string_view, Listed> listed_;  // By family.
};

std::string ToText(const TreePath& path);  // `/acl/TABLE:db.t`, `/`

}  // namespace pegel::tools

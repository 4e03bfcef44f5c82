#include "tools/replay/tree.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace pegel::tools {
namespace {

// The longest of the names that the text begins with, up to a slash or its end; none: empty.
std::string FirstName(absl::string_view text, const std::vector<std::string>& names) {
  std::string longest;
  for (const std::string& name : names) {
    if (!absl::StartsWith(text, name) || name.size() < longest.size()) continue;
    if (text.size() == name.size() || text[name.size()] == '/') longest = name;
  }
  return longest;
}

}  // namespace

std::string ToText(const TreePath& path) { return absl::StrCat("/", absl::StrJoin(path, "/")); }

size_t Tree::Node::CountRows() const {
  size_t count = rows.size();
  for (const auto& [name, child] : children) count += child.CountRows();
  return count;
}

void Tree::Node::Collect(std::vector<procedures::Row>* into) const {
  into->insert(into->end(), rows.begin(), rows.end());
  for (const auto& [name, child] : children) child.Collect(into);
}

Tree::Listed& Tree::List(const Family& family) {
  auto [it, is_new] = listed_.try_emplace(family.name);
  if (!is_new) return it->second;
  procedures::Table table = RowsOf(family, world_);
  it->second.columns = std::move(table.columns);
  for (procedures::Row& row : table.rows) {
    Node* node = &it->second.node;
    for (const std::string& part : family.path(row)) node = &node->children[part];
    node->rows.push_back(std::move(row));
  }
  return it->second;
}

// Null: the root, or no such place.
Tree::Node* Tree::At(const TreePath& path) {
  if (path.empty()) return nullptr;
  const Family* family = FindFamily(path.front());
  if (family == nullptr) return nullptr;
  Node* node = &List(*family).node;
  for (size_t i = 1; i < path.size(); ++i) {
    auto child = node->children.find(path[i]);
    if (child == node->children.end()) return nullptr;
    node = &child->second;
  }
  return node;
}

std::vector<std::string> Tree::NamesAt(const TreePath& path) {
  if (path.empty()) return FamilyNames();
  std::vector<std::string> names;
  Node* node = At(path);
  if (node == nullptr) return names;
  for (const auto& [name, child] : node->children) names.push_back(name);
  return names;
}

std::optional<TreePath> Tree::Find(const TreePath& from, absl::string_view text) {
  TreePath path = absl::ConsumePrefix(&text, "/") ? TreePath{} : from;
  if (!path.empty() && At(path) == nullptr) return std::nullopt;
  while (!text.empty()) {
    if (absl::ConsumePrefix(&text, "/")) continue;
    absl::string_view part = text.substr(0, text.find('/'));
    if (part == "." || part == "..") {
      if (part == ".." && !path.empty()) path.pop_back();
    } else {
      std::string name = FirstName(text, NamesAt(path));
      if (name.empty()) return std::nullopt;
      part = text.substr(0, name.size());
      path.push_back(std::move(name));
    }
    text.remove_prefix(part.size());
  }
  return path;
}

std::vector<Tree::Child> Tree::ChildrenOf(const TreePath& path) {
  std::vector<Child> children;
  if (path.empty()) {
    for (const Family& family : Families()) {
      size_t rows = List(family).node.CountRows();
      children.push_back({std::string(family.name), rows, rows > 0});
    }
  } else if (Node* node = At(path)) {
    for (const auto& [name, child] : node->children) {
      children.push_back({name, child.CountRows(), !child.children.empty()});
    }
  }
  return children;
}

std::vector<std::pair<const Family*, procedures::Table>> Tree::RowsBelow(const TreePath& path) {
  std::vector<std::pair<const Family*, procedures::Table>> tables;
  for (const Family& family : Families()) {
    if (!path.empty() && path.front() != family.name) continue;
    const Listed& listed = List(family);
    procedures::Table& table =
        tables.emplace_back(&family, procedures::Table{listed.columns, {}}).second;
    const Node* node = path.empty() ? &listed.node : At(path);
    if (node != nullptr) node->Collect(&table.rows);
  }
  return tables;
}

}  // namespace pegel::tools

// A file of flat keys, as Fluss's server.yaml is: one `key: value` a line, keys dotted.
//
// A value is the text as it stands there: `8080`, `true` and `1e3` are not numbers or booleans
// here, what they mean is decided by who reads the key. YAML that says more than a flat file can is
// refused with how to write it, never guessed at: nested maps, lists, anchors, aliases, tags,
// several documents, two values for one key.
//
// No error repeats a value: it may be a secret.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel::tools {

struct YamlEntry {
  std::string key;
  std::string value;
  int line = 0;  // Of the key, from 1.
  bool operator==(const YamlEntry&) const = default;
};

// Larger than any server.yaml that people write by hand.
inline constexpr size_t kYamlBytesMax = 1 << 20;

// Entries in the order of the text. Errors (kInvalidArgument) read `name:line: key 'x': reason`.
absl::StatusOr<std::vector<YamlEntry>> ParseFlatYaml(const std::string& name,
                                                     absl::string_view text);

// The same from a file. kNotFound and kUnavailable name the file and why it cannot be read.
absl::StatusOr<std::vector<YamlEntry>> ReadFlatYaml(const std::string& file);

}  // namespace pegel::tools

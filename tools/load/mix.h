// What a load consists of: kinds of calls and their weights, `add_acl=90,list_acl=10`.
//
//   add_acl     the typed method: adds ACL entry after entry; when all `keys` of them are there it
//               drops them one by one, then adds again: every call changes something
//   call        the same as text: CALL sys.add_acl(…), CALL sys.drop_acl(…)
//   set_config  CALL sys.set_cluster_configs of one key, another value each time
//   list_acl    the entries of one resource, by the typed method
//   status      what `pegel status` asks
//   ping        a round trip, without the log
//
// Which kind comes next follows from the seed alone.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "net/pipeline.h"

namespace pegel::tools {

enum class Kind : uint8_t { kAddAcl, kCall, kSetConfig, kListAcl, kStatus, kPing };

std::string NameOf(Kind kind);

struct Weighed {
  Kind kind = Kind::kAddAcl;
  int weight = 1;
};

// Errors: kInvalidArgument, with what was found and what is expected.
absl::StatusOr<std::vector<Weighed>> ParseMix(const std::string& text);

class Mix {
 public:
  // `keys`: how many ACL entries there are at most. `batch` statements make one call, unless it
  // is 1; only kinds that are statements can be batched.
  Mix(std::vector<Weighed> kinds, int64_t keys, int batch, uint64_t seed);

  struct Next {
    Kind kind = Kind::kAddAcl;
    net::Ask ask;
  };
  Next Make();

  // Drops all ACL entries that any Mix added.
  static net::Ask EverythingMade();

 private:
  Kind ChooseKind();
  net::Ask AskOf(Kind kind);
  net::Ask ChangeAcl();
  net::Statement StatementOf(Kind kind);
  RequestId NewId() { return RequestId{random_() | 1, random_()}; }

  const std::vector<Weighed> kinds_;
  const int64_t keys_;
  const int batch_;
  int weights_ = 0;
  std::mt19937_64 random_;
  int64_t changes_ = 0;  // Of ACL entries so far.
  int64_t configs_ = 0;
};

}  // namespace pegel::tools

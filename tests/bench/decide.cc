// What a decision of the authorizer costs over the wire: a listing that is not logged and finds
// little asks for one before it answers, at full size and for a caller who is no super user, so it
// is looked up among all entries. Against pings, which ask for nothing.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/bench/figure.h"
#include "tests/bench/load.h"

namespace pegel::testing {

std::vector<Figure> DecideFigures(bool is_quick) {
  constexpr uint64_t kEntries = 100'000;
  const int rounds = is_quick ? 3 : 9;
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  {
    Maker maker(data_dir);
    maker.AddAcls(kEntries - 1, kEntries - 1);
    maker.Add(AddAcl{EntryOf("ALLOW", "User:ANONYMOUS", "ALL", "cluster")});
  }
  ServerProcess server(
      PEGELD, data_dir,
      {"-D", "authorizer.enabled=true", "-D", "super.users=User:root", "--log-reads=false"});
  if (server.address().empty()) Fail(server.output());
  std::vector<Figure> figures;
  for (int outstanding : {64, 1024}) {
    std::vector<double> ratios;
    double decided = 0, pings = 0;
    for (int round = 0; round < rounds; ++round) {
      auto rate = [&](const char* mix) {
        return PerSecond(server, {"--mix", mix, "--outstanding", absl::StrCat(outstanding),
                                  "--seconds", "0.7", "--warmup", "0.2", "--keys", "1000"});
      };
      decided = rate("list_acl"), pings = rate("ping");
      ratios.push_back(decided / pings);
    }
    std::sort(ratios.begin(), ratios.end());
    std::printf("decide: outstanding=%d decisions=%.0f pings=%.0f ratios %.2f to %.2f\n",
                outstanding, decided, pings, ratios.front(), ratios.back());
    figures.push_back({absl::StrCat("authorized reads over the wire against pings, ", outstanding,
                                    " outstanding"),
                       1, ratios[ratios.size() / 2], "x"});
  }
  server.End(SIGTERM);
  return figures;
}

}  // namespace pegel::testing

#include "tools/shell/settings_text.h"

#include <gtest/gtest.h>

namespace pegel::tools {
namespace {

const std::vector<EffectiveSetting> kSettings = {{"pegel.listen", "127.0.0.1:1", "flag --listen"},
                                                 {"x.password", "******", "server.yaml:3"}};

TEST(SettingsText, JsonIsOneLineInAFixedOrder) {
  EXPECT_EQ(SettingsJson(kSettings),
            "{\"settings\":[{\"key\":\"pegel.listen\",\"value\":\"127.0.0.1:1\",\"source\":\"flag "
            "--listen\"},{\"key\":\"x.password\",\"value\":\"******\",\"source\":\"server.yaml:3\"}"
            "]}\n");
  EXPECT_EQ(SettingsJson({}), "{\"settings\":[]}\n");
}

TEST(SettingsText, TheTableHasOneLineForEach) {
  EXPECT_EQ(SettingsTable(kSettings),
            "+--------------+-------------+---------------+\n"
            "| key          | value       | source        |\n"
            "+--------------+-------------+---------------+\n"
            "| pegel.listen | 127.0.0.1:1 | flag --listen |\n"
            "| x.password   | ******      | server.yaml:3 |\n"
            "+--------------+-------------+---------------+\n");
}

}  // namespace
}  // namespace pegel::tools

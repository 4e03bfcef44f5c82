#include "net/host_port.h"

#include <gtest/gtest.h>

namespace pegel::net {
namespace {

TEST(HostPort, ReadsNamesAndAddresses) {
  struct Case {
    const char* text;
    const char* host;
    int port;
  };
  for (const Case& c : {Case{"127.0.0.1:7345", "127.0.0.1", 7345},
                        Case{"localhost:0", "localhost", 0}, Case{"[::1]:65535", "::1", 65535}}) {
    auto address = ParseHostPort(c.text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->host, c.host);
    EXPECT_EQ(address->port, c.port);
    EXPECT_EQ(ToText(*address), c.text);
  }
}

TEST(HostPort, RefusesEverythingElseAndSaysWhatItTakes) {
  for (const char* text : {"", ":", ":1", "host", "host:", "host:x", "host:-1", "host:65536",
                           "::1:7", "[::1]", "[::1:7", "::1]:7", "[host]:1", "host:1:2", "[]:1"}) {
    auto address = ParseHostPort(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(address.status().message()).find("host:port"), std::string::npos);
  }
}

}  // namespace
}  // namespace pegel::net

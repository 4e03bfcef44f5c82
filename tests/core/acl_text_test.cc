#include <gtest/gtest.h>

#include "core/acl/text.h"
#include "core/principal.h"

namespace pegel::acl {
namespace {

struct Case {
  const char* text;
  const char* printed;  // Or null: refused, and the message holds `message`.
  const char* message = "";
};

template <typename Parse>
void ExpectAll(std::initializer_list<Case> cases, Parse parse) {
  for (const Case& c : cases) {
    auto parsed = parse(c.text);
    if (c.printed == nullptr) {
      ASSERT_FALSE(parsed.ok()) << c.text;
      EXPECT_NE(std::string(parsed.status().message()).find(c.message), std::string::npos)
          << c.text << ": " << parsed.status();
      continue;
    }
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status();
    EXPECT_EQ(ToText(*parsed), c.printed) << c.text;
    auto again = parse(ToText(*parsed));
    ASSERT_TRUE(again.ok()) << c.text;
    EXPECT_EQ(*again, *parsed) << c.text;  // Printing is a fixed point.
  }
}

TEST(AclText, ResourcesInBothFormsPrintInOne) {
  const std::string long_name(255, 'x'), too_long(256, 'x');
  ExpectAll({{"CLUSTER", "cluster"},
             {"cluster", "cluster"},
             {"ClUsTeR", "cluster"},
             {"my_database", "cluster.my_database"},
             {"my_database.my_table", "cluster.my_database.my_table"},
             {"cluster.db", "cluster.db"},
             {"CLUSTER.db.t", "cluster.db.t"},
             {"cluster.cluster", "cluster.cluster"},
             {"cluster.cluster.cluster", "cluster.cluster.cluster"},
             {"*", "cluster.*"},
             {"db.*", "cluster.db.*"},
             {"*.*", "cluster.*.*"},
             {"cluster.*", "cluster.*"},
             {"Db.Table", "cluster.Db.Table"},
             {"größe.straße", "cluster.größe.straße"},
             {long_name.c_str(), ("cluster." + long_name).c_str()},
             {too_long.c_str(), nullptr, "limited to 255 bytes"},
             {"", nullptr, "a piece between dots is empty"},
             {"cluster.", nullptr, "a piece between dots is empty"},
             {"cluster.db.", nullptr, "a piece between dots is empty"},
             {"cluster..t", nullptr, "a piece between dots is empty"},
             {"a..b", nullptr, "a piece between dots is empty"},
             {".t", nullptr, "a piece between dots is empty"},
             {"a.b.c", nullptr, "too many pieces"},
             {"cluster.a.b.c", nullptr, "too many pieces"},
             {" cluster", nullptr, "blanks"},
             {"a b", nullptr, "blanks"},
             {"a\tb", nullptr, "control characters"},
             {"a\"b", nullptr, "quotes"},
             {"a'b", nullptr, "quotes"},
             {"a;b", nullptr, "';'"},
             {"db*", nullptr, "'*' stands only for a whole name"},
             {"a.t*", nullptr, "'*' stands only for a whole name"},
             {"a\xFF", nullptr, "not UTF-8"}},
            ParseResource);
}

TEST(AclText, PrincipalsHaveExactlyTwoPieces) {
  const char* text = "principal must be in format PrincipalType:PrincipalName";
  ExpectAll({{"User:Alice", "User:Alice"},
             {"User:John Doe", "User:John Doe"},
             {"User:*", "User:*"},
             {"ALL", "*:*"},
             {"all", "*:*"},
             {"*:*", "*:*"},
             {"Group:größe", "Group:größe"},
             {"", nullptr, text},
             {"Alice", nullptr, text},
             {"User:", nullptr, text},
             {":a", nullptr, text},
             {"::", nullptr, text},
             {"User:a:b", nullptr, text},
             {"User: a", nullptr, "blanks around"},
             {"User :a", nullptr, "blanks around"},
             {"User:a;b", nullptr, "';'"},
             {"User:a\"b", nullptr, "not allowed"},
             {"User:a\nb", nullptr, "control characters"},
             {"*:u", nullptr, "type '*' goes only with name '*'"},
             {"User:\xC0\x80", nullptr, "not UTF-8"}},
            ParsePrincipal);
}

TEST(AclText, HostsAreStarAddressesOrBlocks) {
  ExpectAll({{"*", "*"},
             {"192.168.1.100", "192.168.1.100"},
             {"192.168.1.100/32", "192.168.1.100"},
             {"10.0.0.0/8", "10.0.0.0/8"},
             {"0.0.0.0/0", "0.0.0.0/0"},
             {"255.255.255.255", "255.255.255.255"},
             {"::", "::"},
             {"::/0", "::/0"},
             {"::1", "::1"},
             {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
             {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
             {"1:0:0:2:0:0:3:4", "1::2:0:0:3:4"},
             {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
             {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
             {"2001:db8::/32", "2001:db8::/32"},
             {"::ffff:10.1.2.3", "10.1.2.3"},
             {"::ffff:a00:0/104", "10.0.0.0/8"},
             {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
             {"", nullptr, "host must be"},
             {"localhost", nullptr, "host must be"},
             {"ANY", nullptr, "host must be"},
             {" 10.0.0.1", nullptr, "host must be"},
             {"10.0.0", nullptr, "host must be"},
             {"10.0.0.256", nullptr, "host must be"},
             {"10.0.0.01", nullptr, "host must be"},
             {"10.0.0.1.", nullptr, "host must be"},
             {"10.0.0.0/", nullptr, "number from 0 to 32"},
             {"10.0.0.0/33", nullptr, "number from 0 to 32"},
             {"10.0.0.0/-1", nullptr, "number from 0 to 32"},
             {"10.0.0.0/08", nullptr, "number from 0 to 32"},
             {"10.1.2.3/8", nullptr, "the block is '10.0.0.0/8'"},
             {"2001:db8::1/32", nullptr, "the block is '2001:db8::/32'"},
             {"::/129", nullptr, "number from 0 to 128"},
             {":", nullptr, "host must be"},
             {":::", nullptr, "host must be"},
             {"1::2::3", nullptr, "host must be"},
             {"1:2:3:4:5:6:7", nullptr, "host must be"},
             {"1:2:3:4:5:6:7:8:9", nullptr, "host must be"},
             {"1:2:3:4:5:6:7::8", nullptr, "host must be"},
             {"12345::", nullptr, "host must be"},
             {"g::", nullptr, "host must be"},
             {"0x1::", nullptr, "host must be"},
             {"1.2.3.4::", nullptr, "host must be"}},
            ParseHost);
}

TEST(AclText, OperationsTakeDropForDelete) {
  ExpectAll({{"ALL", "ALL"},
             {"read", "READ"},
             {"Write", "WRITE"},
             {"CREATE", "CREATE"},
             {"DELETE", "DELETE"},
             {"DROP", "DELETE"},
             {"drop", "DELETE"},
             {"ALTER", "ALTER"},
             {"DESCRIBE", "DESCRIBE"},
             {"CLUSTER_ACTION", "CLUSTER_ACTION"},
             {"idempotent_write", "IDEMPOTENT_WRITE"},
             {"ANY", nullptr, "operation must be one of ALL, READ"},
             {"", nullptr, "found ''"},
             {" READ", nullptr, "found ' READ'"},
             {"READS", nullptr, "found 'READS'"}},
            ParseOperation);
}

TEST(AclText, PermissionsAreAllowAndDeny) {
  ExpectAll({{"ALLOW", "ALLOW"},
             {"deny", "DENY"},
             {"ANY", nullptr, "permission must be ALLOW or DENY, found 'ANY'"},
             {"", nullptr, "found ''"}},
            ParsePermission);
}

TEST(AclText, AnEntryPrintsAsTheSeedPromises) {
  Entry entry{*ParseResource("my_database.my_table"), *ParsePrincipal("User:Bob"),
              *ParseHost("192.168.1.100"), Operation::kWrite, Permission::kAllow};
  EXPECT_EQ(ToText(entry),
            "resource=\"cluster.my_database.my_table\";permission=\"ALLOW\";"
            "principal=\"User:Bob\";operation=\"WRITE\";host=\"192.168.1.100\"");
}

}  // namespace
}  // namespace pegel::acl

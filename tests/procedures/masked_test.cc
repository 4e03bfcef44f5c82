// Secrets as people see them.
#include "procedures/masked.h"

#include <gtest/gtest.h>

namespace pegel::procedures {
namespace {

const config::Sealed kSealed{"0123456789abcdef", "hunter2"};

TEST(Masked, AnythingElseIsShownAsItIs) {
  EXPECT_EQ(MaskedText("datalake.format", " paimon "), " paimon ");
  EXPECT_FALSE(IsMasked("datalake.format", "paimon"));
}

TEST(Masked, ASealIsMaskedUnderAnyKey) {
  EXPECT_EQ(MaskedText("datalake.format", kSealed), "******");
  EXPECT_TRUE(IsMasked("datalake.format", kSealed));
}

TEST(Masked, ATextUnderTheKeyOfASecretIsMaskedWhole) {
  EXPECT_EQ(MaskedText("security.sasl.plain.credentials", "root:hunter2"), "******");
  EXPECT_EQ(MaskedText("datalake.paimon.s3.secret-key", ""), "******");
}

TEST(Masked, NamesBesideSecretsStay) {
  EXPECT_EQ(MaskedText("security.sasl.plain.credentials",
                       config::SealedMap{{{"root", kSealed}, {"guest", kSealed}}}),
            "root:******,guest:******");
  EXPECT_EQ(MaskedText("security.sasl.plain.credentials", config::SealedMap{}), "");
}

}  // namespace
}  // namespace pegel::procedures

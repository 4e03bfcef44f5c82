#include "tools/shell/progress.h"

#include <gtest/gtest.h>

namespace pegel::tools {
namespace {

class Bar : public ::testing::Test {
 protected:
  Progress Make() {
    return Progress(
        "verify", [this] { return now_; }, [this](const std::string& text) { text_ += text; });
  }
  // As many calls as it takes until the clock is looked at.
  void Show(Progress& progress, uint64_t done, uint64_t total) {
    for (int i = 0; i < 64; ++i) progress.Show(done, total);
  }

  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  std::string text_;
};

TEST_F(Bar, NothingIsShownForASecond) {
  Progress progress = Make();
  Show(progress, 1, 100);
  now_ += absl::Milliseconds(999);
  Show(progress, 2, 100);
  EXPECT_EQ(text_, "");
}

TEST_F(Bar, ThenHowFarHowFastAndHowLongStill) {
  Progress progress = Make();
  now_ += absl::Seconds(2);
  Show(progress, 600'000, 2'400'000);
  EXPECT_EQ(text_,
            "\r\x1b[Kverify  [######------------------]  25 %   600 k of 2.4 M records, 300 k/s, "
            "6 s left");
}

TEST_F(Bar, TenTimesASecondAndWipedAtTheEnd) {
  {
    Progress progress = Make();
    now_ += absl::Seconds(2);
    Show(progress, 1, 10);
    std::string once = text_;
    now_ += absl::Milliseconds(99);
    Show(progress, 2, 10);
    EXPECT_EQ(text_, once);
    now_ += absl::Milliseconds(1);
    Show(progress, 3, 10);
    EXPECT_NE(text_, once);
    text_.clear();
  }
  EXPECT_EQ(text_, "\r\x1b[K");
}

TEST_F(Bar, NothingToDoIsNoDivisionByZero) {
  Progress progress = Make();
  now_ += absl::Seconds(2);
  Show(progress, 0, 0);
  EXPECT_NE(text_.find("0 %"), std::string::npos) << text_;
}

TEST(Progress, WithoutATerminalNothingIsDrawn) {
  Progress progress(
      "verify", [] { return absl::UnixEpoch(); }, nullptr);
  progress.Show(1, 2);
}

}  // namespace
}  // namespace pegel::tools

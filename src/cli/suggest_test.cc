#include "cli/suggest.h"

#include <gtest/gtest.h>

namespace mooring::cli {
namespace {

TEST(EditDistance, CountsSingleSteps) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("net101", "net101"), 0U);
  EXPECT_EQ(edit_distance("net101", "NET10"), 1U);
  EXPECT_EQ(edit_distance("tiemout", "timeout"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Similar, NearestFirstAndNotTooFar) {
  const std::vector<std::string> known{"show", "status", "set", "sync", "lsp-add", "ls-add"};
  EXPECT_EQ(similar("ls-ad", known), (std::vector<std::string>{"ls-add"}));
  EXPECT_EQ(similar("sta", known), (std::vector<std::string>{"status"}));
  EXPECT_TRUE(similar("destroy", known).empty());
  EXPECT_TRUE(similar("", known).empty());
}

TEST(DidYouMean, ReadsAsASentence) {
  EXPECT_EQ(did_you_mean("x", {"abc"}), "");
  EXPECT_EQ(did_you_mean("vm3", {"vm1", "vm2", "web"}), "; did you mean vm1 or vm2?");
  EXPECT_EQ(did_you_mean("ab", {"aa", "bb", "cb"}), "; did you mean aa, bb or cb?");
}

// A name may be 64 KiB, and so may what is mistyped for it.
TEST(Similar, EndlessWordsCostLittle) {
  const std::string endless(65536, 'x');
  EXPECT_EQ(similar(endless, {endless + "y", "a"}).size(), 1U);
}

}  // namespace
}  // namespace mooring::cli

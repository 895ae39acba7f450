#include "model/fingerprint.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace mooring::model {
namespace {

TEST(Fingerprint, TellsListsOfPartsApart) {
  using Words = std::vector<std::string>;
  std::set<Uuid> seen;
  for (const Words& words : {Words{}, Words{""}, Words{"", ""}, Words{"a", "b"}, Words{"ab"},
                             Words{"b", "a"}, Words{"a:1", "b"}, Words{"1:a"}}) {
    EXPECT_TRUE(seen.insert(Fingerprint().add_words(words).value()).second);
    EXPECT_FALSE(seen.insert(Fingerprint().add_words(words).value()).second);
  }
  EXPECT_NE(Fingerprint().add(1).add(23).value(), Fingerprint().add(12).add(3).value());
}

}  // namespace
}  // namespace mooring::model

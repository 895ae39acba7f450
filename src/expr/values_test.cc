#include "expr/values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace mooring::expr {
namespace {

constexpr unsigned kWidth = 6;
constexpr unsigned kCount = 1U << kWidth;

Values random_values(std::mt19937& random, bool prefixes) {
  std::vector<Pattern> patterns;
  for (unsigned n = random() % 5; n > 0; --n) {
    U128 mask = random() % kCount;
    if (prefixes) mask = low_ones(kWidth) & ~low_ones(random() % (kWidth + 1));
    patterns.push_back({random() % kCount & mask, mask});
  }
  return Values::of(patterns);
}

TEST(Values, EveryRangeIsFewPrefixes) {
  for (unsigned first = 0; first < kCount; ++first) {
    for (unsigned last = first; last < kCount; ++last) {
      const Values range = Values::range(first, last, kWidth);
      for (unsigned v = 0; v < kCount; ++v) {
        ASSERT_EQ(range.contains(v), first <= v && v <= last) << first << " to " << last;
      }
      EXPECT_LE(range.size(), 2 * kWidth - 2);
    }
  }
  EXPECT_TRUE(Values::range(0, low_ones(128), 128).is_all());
  EXPECT_EQ(Values::range(1, low_ones(128), 128).size(), 128U);
  EXPECT_EQ(Values::range(1, low_ones(128) - 1, 128).size(), 254U);
}

TEST(Values, OperationsAreThoseOfSets) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    const Values a = random_values(random, i % 2 == 0), b = random_values(random, i % 3 == 0);
    const Values both = intersect(a, b).value(), outside = complement(a, kWidth).value();
    std::vector<Pattern> joined = a.patterns();
    joined.insert(joined.end(), b.patterns().begin(), b.patterns().end());
    const Values either = Values::of(joined);
    for (unsigned v = 0; v < kCount; ++v) {
      ASSERT_EQ(both.contains(v), a.contains(v) && b.contains(v));
      ASSERT_EQ(either.contains(v), a.contains(v) || b.contains(v));
      ASSERT_EQ(outside.contains(v), !a.contains(v));
    }
  }
}

TEST(Values, TheOrderOfPatternsDoesNotMatter) {
  std::mt19937 random(2);
  for (int i = 0; i < 500; ++i) {
    std::vector<Pattern> patterns = random_values(random, true).patterns();
    const Values one = Values::of(patterns);
    std::shuffle(patterns.begin(), patterns.end(), random);
    ASSERT_EQ(one, Values::of(patterns));
  }
}

}  // namespace
}  // namespace mooring::expr

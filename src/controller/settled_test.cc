#include "controller/settled.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace mooring::controller {
namespace {

// How often there was a look, each of which finds `in_order`.
struct Looks {
  Settled<std::uint64_t, bool> settled;
  bool in_order = true;
  int count = 0;

  bool ask(std::uint64_t changes, bool flag = false) {
    return settled.holds({changes, flag}, [this] {
      ++count;
      return in_order;
    });
  }
};

TEST(SettledTest, WhatIsInOrderIsNotLookedAtUntilSomethingChanges) {
  Looks looks;
  EXPECT_TRUE(looks.ask(0));  // the first time, whatever the counts are
  EXPECT_TRUE(looks.ask(0));
  EXPECT_EQ(looks.count, 1);
  EXPECT_TRUE(looks.ask(1));
  EXPECT_TRUE(looks.ask(1, true));
  EXPECT_EQ(looks.count, 3);
}

TEST(SettledTest, WhatIsNotInOrderIsLookedAtEachTime) {
  Looks looks;
  looks.in_order = false;
  EXPECT_FALSE(looks.ask(0));
  EXPECT_FALSE(looks.ask(0));
  EXPECT_EQ(looks.count, 2);
}

TEST(SettledTest, WhatWasInOrderBeforeSomethingElseIsLookedAtAgain) {
  Looks looks;
  EXPECT_TRUE(looks.ask(0));
  looks.in_order = false;
  EXPECT_FALSE(looks.ask(1));
  EXPECT_FALSE(looks.ask(0, false));
  EXPECT_EQ(looks.count, 3);
}

}  // namespace
}  // namespace mooring::controller

#include "ovsdb/typed_sink.h"

#include <gtest/gtest.h>

#include <random>

namespace mooring::ovsdb {
namespace {

// A difference applied to `before` gives `after`, whichever way its size makes it go.
TEST(ApplyDifference, LeadsFromBeforeToAfter) {
  std::mt19937 random(1);
  auto number = [&random](int below) { return static_cast<std::int64_t>(random()) % below; };
  for (int round = 0; round < 500; ++round) {
    Map<std::int64_t, std::string> before, after, difference;
    for (auto* map : {&before, &after}) {
      std::int64_t size = number(40);
      for (int i = 0; i < size; ++i) (*map)[number(30)] = std::to_string(number(2));
    }
    Set<std::int64_t> keys_before, keys_after, keys_difference;
    for (std::int64_t key = 0; key < 30; ++key) {
      auto b = before.find(key);
      auto a = after.find(key);
      bool in_before = b != before.end();
      bool in_after = a != after.end();
      if (in_before) keys_before.insert(key);
      if (in_after) keys_after.insert(key);
      if (in_before != in_after) keys_difference.insert(key);
      if (in_after && (!in_before || a->second != b->second)) difference.insert(*a);
      if (in_before && !in_after) difference.insert(*b);
    }
    apply_difference(before, difference);
    apply_difference(keys_before, keys_difference);
    ASSERT_EQ(before, after);
    ASSERT_EQ(keys_before, keys_after);
  }
}

}  // namespace
}  // namespace mooring::ovsdb

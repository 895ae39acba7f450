#include "base/uuid.h"

#include <gtest/gtest.h>

namespace mooring {
namespace {

TEST(Uuid, ParsesWhatItPrints) {
  auto uuid = Uuid::parse("01234567-89aB-cdef-0123-456789abcdef");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->to_string(), "01234567-89ab-cdef-0123-456789abcdef");
}

TEST(Uuid, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "01234567-89ab-cdef-0123-456789abcde", "01234567x89ab-cdef-0123-456789abcdef",
        "g1234567-89ab-cdef-0123-456789abcdef"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

TEST(Uuid, RandomIsVersion4) {
  std::string text = Uuid::random().to_string();
  EXPECT_EQ(text[14], '4');
  EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
  EXPECT_NE(Uuid::random(), Uuid::random());
}

}  // namespace
}  // namespace mooring

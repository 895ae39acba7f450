#include "base/address.h"

#include <gtest/gtest.h>

namespace mooring {
namespace {

TEST(Mac, ParsesWhatItPrints) {
  auto mac = Mac::parse("0A:00:00:00:00:fF");
  ASSERT_TRUE(mac);
  EXPECT_EQ(mac->to_string(), "0a:00:00:00:00:ff");
  EXPECT_FALSE(mac->is_multicast());
  EXPECT_TRUE(Mac::broadcast().is_multicast());
}

TEST(Mac, RefusesWhatIsNotOne) {
  for (const char* text : {"", "0a:00:00:00:00", "0a:00:00:00:00:0", "0a-00-00-00-00-ff",
                           "0a:00:00:00:00:ff:00", " a:00:00:00:00:ff", "-1:00:00:00:00:ff"}) {
    EXPECT_FALSE(Mac::parse(text)) << text;
  }
}

TEST(Ip4, Prefixes) {
  auto prefix = Ip4Prefix::parse("10.1.2.3/24");
  ASSERT_TRUE(prefix);
  EXPECT_EQ(prefix->network().to_string(), "10.1.2.0");
  EXPECT_EQ(prefix->broadcast().to_string(), "10.1.2.255");
  EXPECT_EQ(prefix->to_string(), "10.1.2.3/24");
  for (const char* text : {"10.1.2", "10.1.2.3/33", "10.1.2.3/", "10.1.2.3/-1", "10.1.2.3/8x"}) {
    EXPECT_FALSE(Ip4Prefix::parse(text)) << text;
  }
}

TEST(Ip6, PrefixesAndDerivedAddresses) {
  auto prefix = Ip6Prefix::parse("fd00:1::1234:5678/65");
  ASSERT_TRUE(prefix);
  EXPECT_EQ(prefix->network().to_string(), "fd00:1::");
  EXPECT_EQ(prefix->address.solicited_node().to_string(), "ff02::1:ff34:5678");
  EXPECT_EQ(prefix->address.solicited_node().multicast_mac().to_string(), "33:33:ff:34:56:78");
  EXPECT_EQ(Ip6::link_local_from(*Mac::parse("02:00:00:11:22:33")).to_string(),
            "fe80::ff:fe11:2233");
  EXPECT_TRUE(Ip6::parse("fe80::1")->is_link_local());
  EXPECT_FALSE(Ip6Prefix::parse("fd00::/129"));
}

}  // namespace
}  // namespace mooring

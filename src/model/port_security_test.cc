#include "model/port_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mooring::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class T>
std::vector<std::string> texts(const std::vector<T>& values) {
  std::vector<std::string> out;
  for (const T& value : values) out.push_back(value.to_string());
  return out;
}

std::vector<std::string> texts(const std::vector<MacPrefix>& values) {
  std::vector<std::string> out;
  for (const MacPrefix& value : values) {
    out.push_back(value.mac.to_string() + "/" + std::to_string(value.length));
  }
  return out;
}

SecurityEntry entry(std::string_view text) {
  auto parsed = SecurityEntry::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
  return parsed ? *parsed : SecurityEntry{};
}

std::string error(std::string_view text) {
  auto parsed = SecurityEntry::parse(text);
  EXPECT_FALSE(parsed) << text;
  return parsed ? "" : parsed.error().message;
}

TEST(SecurityEntry, AMacAloneAllowsEveryAddress) {
  auto parsed = entry("02:00:00:00:00:01");
  EXPECT_EQ(parsed.mac.to_string(), "02:00:00:00:00:01");
  EXPECT_FALSE(parsed.is_virtual());
  EXPECT_TRUE(parsed.any_address());
  EXPECT_TRUE(parsed.allows_ip4() && parsed.allows_ip6());
}

TEST(SecurityEntry, AddressesOfOneFamilyExcludeTheOther) {
  auto ip4 = entry("02:00:00:00:00:01 10.0.0.1");
  EXPECT_TRUE(ip4.allows_ip4());
  EXPECT_FALSE(ip4.allows_ip6());
  auto ip6 = entry("02:00:00:00:00:01 fd00::1");
  EXPECT_FALSE(ip6.allows_ip4());
  EXPECT_TRUE(ip6.allows_ip6());
}

TEST(SecurityEntry, BlanksAndCommasSeparate) {
  auto parsed = entry(" 02:00:00:00:00:01,10.0.0.1/24 , fd00::1/64\tfd00::2 ");
  EXPECT_THAT(texts(parsed.ip4), ElementsAre("10.0.0.1/24"));
  EXPECT_THAT(texts(parsed.ip6), ElementsAre("fd00::1/64", "fd00::2"));
}

TEST(SecurityEntry, LengthsMayBeMasks) {
  EXPECT_THAT(texts(entry("02:00:00:00:00:01 10.0.0.0/255.255.254.0 0.0.0.0/0.0.0.0").ip4),
              ElementsAre("10.0.0.0/23", "0.0.0.0/0"));
  EXPECT_THAT(texts(entry("02:00:00:00:00:01 fd00::/ffff:: fd00::/ffff:ffff:ffff:ffff:c000::").ip6),
              ElementsAre("fd00::/16", "fd00::/66"));
  EXPECT_THAT(error("02:00:00:00:00:01 10.0.0.0/255.0.255.0"), HasSubstr("10.0.0.0/255.0.255.0"));
  EXPECT_THAT(error("02:00:00:00:00:01 fd00::/ff00:0:0:0:8000::"), HasSubstr("fd00::/ff00"));
}

TEST(SecurityEntry, ZeroHostBitsMeanTheSubnet) {
  auto ip4 = entry("02:00:00:00:00:01 10.0.0.0/24 10.0.0.1/24 10.0.0.1 0.0.0.0/0").ip4;
  EXPECT_TRUE(is_subnet(ip4[0]));
  EXPECT_FALSE(is_subnet(ip4[1]));
  EXPECT_FALSE(is_subnet(ip4[2]));
  EXPECT_TRUE(is_subnet(ip4[3]));
  auto ip6 = entry("02:00:00:00:00:01 fd00::/64 fd00::1/64 ::/0 fd00::").ip6;
  EXPECT_TRUE(is_subnet(ip6[0]));
  EXPECT_FALSE(is_subnet(ip6[1]));
  EXPECT_TRUE(is_subnet(ip6[2]));
  EXPECT_FALSE(is_subnet(ip6[3]));
}

TEST(SecurityEntry, AVirtualRouterHasAllVirtualMacsUnlessSomeAreGiven) {
  auto all = entry("VRRPv3 02:00:00:00:00:01");
  EXPECT_THAT(texts(all.virtual4), ElementsAre("00:00:5e:00:01:00/40"));
  EXPECT_THAT(texts(all.virtual6), ElementsAre("00:00:5e:00:02:00/40"));
  auto some = entry("VRRPv3 02:00:00:00:00:01 00:00:5e:00:01:05 00:00:5e:00:02:17/44 10.0.0.1");
  EXPECT_THAT(texts(some.virtual4), ElementsAre("00:00:5e:00:01:05/48"));
  EXPECT_THAT(texts(some.virtual6), ElementsAre("00:00:5e:00:02:10/44"));
  EXPECT_THAT(texts(some.ip4), ElementsAre("10.0.0.1"));
  EXPECT_TRUE(some.is_virtual());
}

TEST(SecurityEntry, SaysWhatIsWrong) {
  EXPECT_THAT(error(""), HasSubstr("empty"));
  EXPECT_THAT(error(" , "), HasSubstr("empty"));
  EXPECT_THAT(error("unknown"), HasSubstr("\"unknown\" is not an Ethernet address"));
  EXPECT_THAT(error("10.0.0.1"), HasSubstr("\"10.0.0.1\" is not an Ethernet address"));
  EXPECT_THAT(error("02:00:00:00:00:01/40"), HasSubstr("02:00:00:00:00:01/40"));
  EXPECT_THAT(error("01:00:5e:00:00:01"), HasSubstr("one host"));
  EXPECT_THAT(error("00:00:00:00:00:00"), HasSubstr("one host"));
  EXPECT_THAT(error("02:00:00:00:00:01 02:00:00:00:00:02"), HasSubstr("second Ethernet address"));
  EXPECT_THAT(error("02:00:00:00:00:01 10.0.0.256"), HasSubstr("\"10.0.0.256\""));
  EXPECT_THAT(error("02:00:00:00:00:01 10.0.0.1/33"), HasSubstr("\"10.0.0.1/33\""));
  EXPECT_THAT(error("02:00:00:00:00:01 dynamic"), HasSubstr("\"dynamic\""));
  EXPECT_THAT(error("VRRPv3"), HasSubstr("after VRRPv3"));
  EXPECT_THAT(error("VRRPv3 02:00:00:00:00:01 02:00:00:00:00:02"), HasSubstr("virtual router's"));
  EXPECT_THAT(error("VRRPv3 02:00:00:00:00:01 00:00:5e:00:01:00/39"), HasSubstr("/39"));
  EXPECT_THAT(error("VRRPv3 02:00:00:00:00:01 00:00:5e:00:01:00/49"), HasSubstr("/49"));
  EXPECT_LT(error(std::string(65536, 'x')).size(), 200u);
}

TEST(MergedEntries, AreOnePerMacAndAllowWhatAnyAllows) {
  auto entries = merged({entry("02:00:00:00:00:02 10.0.0.3"), entry("VRRPv3 02:00:00:00:00:01"),
                         entry("02:00:00:00:00:01 10.0.0.2"),
                         entry("02:00:00:00:00:01 fd00::1 10.0.0.1 10.0.0.2")});
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].mac.to_string(), "02:00:00:00:00:01");
  EXPECT_THAT(texts(entries[0].ip4), ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_THAT(texts(entries[0].ip6), ElementsAre("fd00::1"));
  EXPECT_EQ(entries[1].mac.to_string(), "02:00:00:00:00:02");
  EXPECT_TRUE(entries[2].is_virtual());
}

TEST(MergedEntries, AMacWithoutAddressesAllowsAll) {
  for (bool first : {true, false}) {
    auto any = entry("02:00:00:00:00:01"), some = entry("02:00:00:00:00:01 10.0.0.2");
    auto entries = first ? merged({any, some}) : merged({some, any});
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_TRUE(entries[0].any_address());
    EXPECT_THAT(entries[0].ip4, IsEmpty());
  }
}

}  // namespace
}  // namespace mooring::model

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/bridge_mappings.h"
#include "model/lsp_address.h"

namespace mooring::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(BridgeMappings, GoodEntriesStandBesideBadOnes) {
  auto mappings =
      BridgeMappings::parse("phys1:br-eth1,bad,:br-x,phys2:,phys3:br-eth3,phys1:br-eth9,");
  EXPECT_THAT(mappings.bridge_of, ElementsAre(Pair("phys1", "br-eth1"), Pair("phys3", "br-eth3")));
  EXPECT_THAT(mappings.errors,
              ElementsAre(HasSubstr("\"bad\""), HasSubstr("\":br-x\""), HasSubstr("\"phys2:\""),
                          HasSubstr("\"phys1\" is mapped twice"), HasSubstr("\"\"")));
}

TEST(BridgeMappings, NothingIsNoError) {
  EXPECT_TRUE(BridgeMappings::parse("").errors.empty());
  EXPECT_TRUE(BridgeMappings::parse("  ").bridge_of.empty());
}

TEST(AddressEntry, AddressesAndWords) {
  auto entry = AddressEntry::parse("02:00:00:00:00:01 10.0.0.1 fd00::1/64");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->address.mac.to_string(), "02:00:00:00:00:01");
  EXPECT_EQ(entry->address.ip4.at(0).to_string(), "10.0.0.1");
  EXPECT_EQ(entry->address.ip6.at(0).to_string(), "fd00::1/64");
  EXPECT_EQ(AddressEntry::parse("unknown")->kind, AddressEntry::Kind::kUnknown);
  EXPECT_EQ(AddressEntry::parse("router")->kind, AddressEntry::Kind::kRouter);
  EXPECT_EQ(AddressEntry::parse("dynamic")->kind, AddressEntry::Kind::kDynamic);
  EXPECT_EQ(AddressEntry::parse("02:00:00:00:00:01 dynamic")->kind, AddressEntry::Kind::kDynamic);
}

TEST(AddressEntry, SaysWhichWordIsWrong) {
  EXPECT_THAT(AddressEntry::parse("nonsense").error().message, HasSubstr("\"nonsense\""));
  EXPECT_THAT(AddressEntry::parse("02:00:00:00:00:01 10.0.0.256").error().message,
              HasSubstr("\"10.0.0.256\""));
  EXPECT_FALSE(AddressEntry::parse(""));
  EXPECT_FALSE(AddressEntry::parse("01:00:00:00:00:01"));
  EXPECT_LT(AddressEntry::parse(std::string(65536, 'x')).error().message.size(), 200u);
}

}  // namespace
}  // namespace mooring::model

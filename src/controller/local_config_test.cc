#include "controller/local_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mooring::controller {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(LocalConfig, TheChassisOwnKeyWins) {
  auto config = LocalConfig::from({{"system-id", "hv1"},
                                   {"ovn-bridge-mappings", "a:br-a"},
                                   {"ovn-bridge-mappings-hv1", "b:br-b"},
                                   {"ovn-bridge-mappings-hv2", "c:br-c"}},
                                  "", "host");
  EXPECT_THAT(config.mappings.bridge_of, ElementsAre(Pair("b", "br-b")));
  EXPECT_EQ(config.hostname, "host");
  EXPECT_EQ(config.bridge, "br-int");
}

TEST(LocalConfig, BothMappingKeysCount) {
  auto config = LocalConfig::from(
      {{"system-id", "hv1"}, {"ovn-bridge-mappings", "a:br-a"}, {"bridge_mappings", "b:br-b"}}, "",
      "");
  EXPECT_THAT(config.mappings.bridge_of, ElementsAre(Pair("a", "br-a"), Pair("b", "br-b")));
  EXPECT_EQ(config.mappings_text, "a:br-a,b:br-b");
}

TEST(LocalConfig, TheCommandLineNamesTheChassis) {
  auto config = LocalConfig::from({{"system-id", "hv1"}, {"ovn-encap-type-x", "vxlan"}}, "x", "");
  EXPECT_EQ(config.system_id, "x");
  EXPECT_THAT(config.encap_types, ElementsAre("vxlan"));
}

TEST(LocalConfig, ANumberThatIsNoneIsTheDefault) {
  auto config = LocalConfig::from({{"garp-max-timeout-sec", "soon"}}, "", "");
  EXPECT_EQ(config.garp_max_timeout_s, 0);
}

}  // namespace
}  // namespace mooring::controller

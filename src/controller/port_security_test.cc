// The flows of secured ports. What they do to packets is tested on Open vSwitch itself
// (tests/packets/test_port_security.py); here is which there are, and how many.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "controller/refusal.h"
#include "controller/tables.h"
#include "controller/test_chassis.h"

namespace mooring::controller {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kMac[] = "02:00:00:00:00:01";

class PortSecurityTest : public testing::Test {
 protected:
  PortSecurityTest() {
    datapath = c.add_switch(7, "phys", 101);
    row = c.add_binding("vm1", datapath, 1, {std::string(kMac) + " 10.0.0.1"});
    c.plug("tap1", 5, "vm1");
    secure({});
    c.make_patch_ports();
    c.update();
  }
  void secure(Set<std::string> elements) {
    row.port_security = std::move(elements);
    c.sb.port_binding.put(row);
    c.update();
  }
  // Flows of the port itself, as text.
  std::vector<std::string> own(std::uint8_t table) const {
    std::vector<std::string> out = c.flows(table);
    std::erase_if(out, [&](const std::string& flow) {
      return flow.find("metadata=0x7") == std::string::npos;
    });
    return out;
  }
  std::size_t own_count() const {
    std::size_t count = 0;
    c.derived.outputs.flows.for_each(
        [&](const FlowKey&, const auto& bodies) { count += bodies.front().origin == row.uuid; });
    return count;
  }
  std::string shown(const std::string& name, const std::vector<openflow::FlowStats>& stats = {}) {
    auto text = show_refusals(c.derived.outputs.refusals, stats, name);
    return text ? *text : "error: " + text.error().message;
  }

  TestChassis c;
  Uuid datapath;
  sb::PortBinding row;
};

TEST_F(PortSecurityTest, APortWithoutItDoesntVisitItsTables) {
  EXPECT_THAT(c.flows(table::kClassify), Not(Contains(HasSubstr("resubmit(,82)"))));
  EXPECT_THAT(own(table::kPortSecurity), IsEmpty());
  EXPECT_THAT(own(table::kRefused), IsEmpty());
  EXPECT_THAT(own(table::kDeliver), Contains(HasSubstr("reg15=0x1,metadata=0x7 -> output:5")));
}

TEST_F(PortSecurityTest, ASecuredPortPassesItBeforeTheFirstStage) {
  secure({kMac});
  EXPECT_THAT(c.flows(table::kClassify),
              Contains(AllOf(HasSubstr("in_port=5,"), HasSubstr("resubmit(,82)"))));
  EXPECT_THAT(own(table::kPortSecurity), ElementsAre(AllOf(HasSubstr(kMac), HasSubstr("(,83)"))));
  EXPECT_THAT(c.flows(table::kPortSecurityIp), Contains("0  -> resubmit(,8)"));
  EXPECT_THAT(own(table::kRefused), Each(HasSubstr("-> drop")));
  EXPECT_EQ(own(table::kRefused).size(), 6u);
}

TEST_F(PortSecurityTest, WhatDoesntParseAllowsNothing) {
  secure({"bad", "02:00:00:00:00:01 10.0.0.1 bad"});
  EXPECT_THAT(own(table::kPortSecurity), IsEmpty());
  EXPECT_THAT(own(table::kPortSecurityIp), IsEmpty());
  auto deliver = own(table::kDeliver);
  std::erase_if(deliver, [](const std::string& flow) {
    return flow.find("reg15=0x1,") == std::string::npos;
  });
  EXPECT_THAT(deliver, ElementsAre("50 reg15=0x1,metadata=0x7 -> drop"));
}

TEST_F(PortSecurityTest, ADisabledPortHasNoFlows) {
  row.enabled = false;
  secure({kMac});
  EXPECT_EQ(own_count(), 0u);
  EXPECT_THAT(shown("vm1"), HasSubstr("error: no port \"vm1\""));
}

TEST_F(PortSecurityTest, ASubnetIsOneFlowAndAnAddressInItAnother) {
  secure({std::string(kMac) + " 10.0.0.0/24 10.1.0.1/16"});
  EXPECT_THAT(own(table::kPortSecurityIp), AllOf(Contains(HasSubstr("nw_src=10.0.0.0/24 ")),
                                                 Contains(HasSubstr("nw_src=10.1.0.1 ")),
                                                 Contains(HasSubstr("arp_spa=10.0.0.0/24,"))));
  EXPECT_THAT(own(table::kDeliver), AllOf(Contains(HasSubstr("nw_dst=10.1.255.255 ")),
                                          Contains(HasSubstr("nw_dst=10.0.0.0/24 "))));
}

// Each address costs the same, whatever else the port may use.
TEST_F(PortSecurityTest, FlowsGrowWithEntriesAndAddresses) {
  std::vector<std::size_t> ip4, ip6, entries;
  for (int n = 1; n <= 3; ++n) {
    std::string four(kMac), six(kMac);
    Set<std::string> more;
    for (int i = 1; i <= n; ++i) {
      four += " 10.0.0." + std::to_string(i);
      six += " fd00::" + std::to_string(i);
      more.insert("02:00:00:00:01:0" + std::to_string(i));
    }
    secure({four});
    ip4.push_back(own_count());
    secure({six});
    ip6.push_back(own_count());
    secure(more);
    entries.push_back(own_count());
  }
  EXPECT_EQ(ip4[1] - ip4[0], 3u);  // sent over IP, told by ARP, delivered
  EXPECT_EQ(ip4[2] - ip4[1], 3u);
  EXPECT_EQ(ip6[1] - ip6[0], 5u);  // sent, advertised with MAC and without, probed, delivered
  EXPECT_EQ(ip6[2] - ip6[1], 5u);
  EXPECT_EQ(entries[1] - entries[0], entries[2] - entries[1]);
  EXPECT_LT(ip4[0], 30u);
  EXPECT_LT(ip6[0], 40u);
}

TEST_F(PortSecurityTest, ATransparentNetworkTakesTags) {
  EXPECT_THAT(c.flows(table::kClassify), Contains("50 in_port=5,vlan_tci=0x1000/0x1000 -> drop"));
  sb::Uplink uplink;
  c.sb.uplink.for_each([&](const sb::Uplink& present) { uplink = present; });
  uplink.tag.reset();
  uplink.vlan_passthru = true;
  c.sb.uplink.put(uplink);
  c.update();
  EXPECT_THAT(c.flows(table::kClassify), Not(Contains(HasSubstr("-> drop"))));
}

TEST_F(PortSecurityTest, ShowsWhatTheSwitchHasCounted) {
  secure({kMac});
  std::vector<openflow::FlowStats> stats;
  c.derived.outputs.flows.for_each([&](const FlowKey& key, const auto& bodies) {
    if (bodies.front().origin != row.uuid) return;
    openflow::FlowStats one;
    one.flow.table = key.table;
    one.flow.priority = key.priority;
    one.flow.match = key.match;
    one.packets = key.table == table::kRefused ? key.match.find(openflow::Field::kReg12)->value.low
                  : key.table == table::kDeliver && bodies.front().actions.empty() ? 80
                                                                                   : 7;
    stats.push_back(one);
  });
  EXPECT_EQ(shown("", stats),
            "vm1\n"
            "  foreign-mac   1\n"
            "  foreign-ipv4  2\n"
            "  foreign-ipv6  3\n"
            "  arp           4\n"
            "  nd            5\n"
            "  dhcp-server   6\n"
            "  vlan-tag      7\n"
            "  not-for-port  80\n");
  EXPECT_EQ(shown("vm1", stats), shown("", stats));
  EXPECT_THAT(shown("vm2", stats), HasSubstr("error: no port \"vm2\""));
}

}  // namespace
}  // namespace mooring::controller

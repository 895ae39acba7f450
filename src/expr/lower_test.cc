#include "expr/lower.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>

#include "expr/parser.h"
#include "expr/testing/scope.h"

namespace mooring::expr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

FixedScope world() {
  FixedScope out;
  out.ports = {{"a", {1, {}}}, {"b", {2, {}}}, {"far", {3, 7}}};
  out.groups = {{"pg", {{1, {}}, {2, {}}, {4, {}}}},
                {"pg2", {{3, {}}, {4, {}}}},
                {"wide", {{1, 10}, {1, 11}}}};
  out.sets = {{"as", AddressSet::from({"10.0.0.1", "10.0.0.2", "10.1.0.0/16", "fe80::1", "bad"})},
              {"as2", AddressSet::from({"10.0.0.2", "10.1.7.0/24", "10.2.0.1"})},
              {"six", AddressSet::from({"fe80::1", "2001:db8::/32"})},
              {"none", {}}};
  out.residents = {"a"};
  return out;
}

LowerOptions conjunctive() {
  LowerOptions out;
  out.conjunction_id = [](std::uint32_t index) { return 100 + index; };
  return out;
}

// Each match with its clauses, as text.
std::vector<std::string> lowered(std::string_view text,
                                 const LowerOptions& options = conjunctive()) {
  const auto result = lower(parse(text).value(), world(), options);
  if (!result) return {result.error().message};
  std::vector<std::string> out;
  for (const LoweredMatch& m : *result) {
    std::string line = m.match.to_string();
    for (const Clause& c : m.clauses) {
      line += " " + std::to_string(c.id) + ":" + std::to_string(c.k) + "/" + std::to_string(c.n);
    }
    out.push_back(std::move(line));
  }
  return out;
}

std::size_t count(std::string_view text) { return lowered(text).size(); }

TEST(Lower, ConstantsAndPredicates) {
  EXPECT_THAT(lowered("1"), ElementsAre(""));
  EXPECT_THAT(lowered("0"), IsEmpty());
  EXPECT_THAT(lowered("ip4"), ElementsAre("ip"));
  EXPECT_THAT(lowered("ip"), UnorderedElementsAre("ip", "ipv6"));
  EXPECT_THAT(lowered("tcp.dst == 80"), UnorderedElementsAre("tcp,tp_dst=80", "tcp6,tp_dst=80"));
  EXPECT_THAT(lowered("ip4 && tcp.dst == 80"), ElementsAre("tcp,tp_dst=80"));
  EXPECT_THAT(lowered("ip4 && ip6"), IsEmpty());
  EXPECT_THAT(lowered("ip4 || ip4.src == 10.0.0.1"), ElementsAre("ip"));
  EXPECT_THAT(lowered("1 || ip4"), ElementsAre(""));
  EXPECT_THAT(lowered("ip4.src == 0.0.0.0/0"), ElementsAre("ip"));
  EXPECT_THAT(lowered("nd_ns && nd.target == fe80::1"),
              ElementsAre("icmp6,nw_ttl=255,icmp_type=135,icmp_code=0,nd_target=fe80::1"));
}

TEST(Lower, NamesOfPorts) {
  EXPECT_THAT(lowered("inport == \"a\""), ElementsAre("reg14=0x1"));
  EXPECT_THAT(lowered("outport == \"far\""), ElementsAre("reg15=0x3,metadata=0x7"));
  EXPECT_THAT(lowered("inport == \"gone\""), IsEmpty());
  EXPECT_THAT(lowered("inport == \"gone\" || inport == \"b\""), ElementsAre("reg14=0x2"));
  EXPECT_THAT(lowered("outport == @pg"), ElementsAre("reg15=0x1", "reg15=0x2", "reg15=0x4"));
  EXPECT_THAT(lowered("outport == @wide"),
              ElementsAre("reg15=0x1,metadata=0xa", "reg15=0x1,metadata=0xb"));
  EXPECT_THAT(lowered("is_chassis_resident(\"a\")"), ElementsAre(""));
  EXPECT_THAT(lowered("!is_chassis_resident(\"a\")"), IsEmpty());
}

TEST(Lower, RangesAndMasksBecomeFewestPrefixes) {
  EXPECT_EQ(count("ip4 && 1 <= tcp.dst <= 65534"), 30U);
  EXPECT_EQ(count("ip4 && tcp.dst == {80, 81, 82, 83}"), 1U);
  EXPECT_EQ(count("ip4 && tcp.dst >= 1024"), 6U);
  EXPECT_EQ(count("ip4 && tcp.dst < 1024 && tcp.dst >= 1024"), 0U);
  EXPECT_EQ(count("ip4.src == {10.0.0.0/25, 10.0.0.128/25, 10.0.0.7}"), 1U);
  EXPECT_EQ(count("ip4.src != 10.0.0.0/8"), 8U);
  EXPECT_EQ(count("ip4.src != 10.0.0.1"), 32U);
  EXPECT_EQ(count("reg0[0..3] != 5"), 4U);
  EXPECT_EQ(count("icmp4.type == {0, 1, 2, 3}"), 4U) << "a field that takes no mask";
}

TEST(Lower, SetsTakeMembersOfTheFieldsFamily) {
  EXPECT_EQ(count("ip4.src == $as"), 3U);
  EXPECT_EQ(count("ip6.src == $as"), 1U);
  EXPECT_EQ(count("ip6.src == $six"), 2U);
  EXPECT_EQ(count("ip4.src == $none"), 0U);
  EXPECT_EQ(count("ip4.src == $missing"), 0U);
  EXPECT_EQ(count("ip4.src != $missing"), 0U);
  EXPECT_EQ(count("ip4.src != $none"), 1U);
}

TEST(Lower, SetTimesSetIsAConjunction) {
  EXPECT_THAT(
      lowered("ip4 && ip4.src == {10.0.0.1, 10.0.0.9, 10.0.1.4} && tcp.dst == {1, 3, 5}"),
      UnorderedElementsAre("ip,nw_src=10.0.0.1 100:1/2", "ip,nw_src=10.0.0.9 100:1/2",
                           "ip,nw_src=10.0.1.4 100:1/2", "tcp,tp_dst=1 100:2/2",
                           "tcp,tp_dst=3 100:2/2", "tcp,tp_dst=5 100:2/2", "conj_id=100,tcp"));
  EXPECT_THAT(lowered("outport == @pg && ip4.src == $as"),
              UnorderedElementsAre("reg15=0x1 100:1/2", "reg15=0x2 100:1/2", "reg15=0x4 100:1/2",
                                   "ip,nw_src=10.0.0.1 100:2/2", "ip,nw_src=10.0.0.2 100:2/2",
                                   "ip,nw_src=10.1.0.0/16 100:2/2", "conj_id=100,ip"));
  EXPECT_THAT(lowered("outport == @pg && ip4.src == $as && tcp.dst == 80"),
              UnorderedElementsAre("reg15=0x1 100:1/3", "reg15=0x2 100:1/3", "reg15=0x4 100:1/3",
                                   "ip,nw_src=10.0.0.1 100:2/3", "ip,nw_src=10.0.0.2 100:2/3",
                                   "ip,nw_src=10.1.0.0/16 100:2/3", "tcp,tp_dst=80 100:3/3",
                                   "conj_id=100,tcp,tp_dst=80"));
}

// Open vSwitch counts the flows that apply, so a flow with two clauses of one conjunction is one
// too few (tests of Switch hold the same against Open vSwitch itself).
TEST(Lower, ClausesOfAConjunctionShareNoFlow) {
  EXPECT_THAT(lowered("ip4.src == $as && ip4.src == {10.0.0.1, 10.0.0.9}"),
              UnorderedElementsAre("ip,nw_src=10.0.0.1"));
  EXPECT_THAT(lowered("ip4.src == $as && ip4.src == $as2"),
              UnorderedElementsAre("ip,nw_src=10.0.0.2", "ip,nw_src=10.1.7.0/24"));
  EXPECT_THAT(lowered("outport == @pg && outport == @pg2"), UnorderedElementsAre("reg15=0x4"));
  EXPECT_THAT(lowered("ip4.src == $as && ip4.dst == $as2 && ip4.src == 10.1.0.0/17"),
              UnorderedElementsAre("ip,nw_src=10.1.0.0/17 100:1/2", "ip,nw_dst=10.0.0.2 100:2/2",
                                   "ip,nw_dst=10.1.7.0/24 100:2/2", "ip,nw_dst=10.2.0.1 100:2/2",
                                   "conj_id=100,ip"));
  EXPECT_THAT(lowered("(reg0 == 1 || reg1 == {5, 8}) && (reg0 == 1 || reg2 == {5, 8})"),
              UnorderedElementsAre("reg0=0x1", "reg1=0x5,reg2=0x5", "reg1=0x5,reg2=0x8",
                                   "reg1=0x8,reg2=0x5", "reg1=0x8,reg2=0x8"));
}

TEST(Lower, SmallProductsAreMultipliedOut) {
  EXPECT_THAT(lowered("ip4 && ip4.src == {1.1.1.1, 4.4.4.4} && tcp.dst == {1, 4}"),
              UnorderedElementsAre("tcp,nw_src=1.1.1.1,tp_dst=1", "tcp,nw_src=1.1.1.1,tp_dst=4",
                                   "tcp,nw_src=4.4.4.4,tp_dst=1", "tcp,nw_src=4.4.4.4,tp_dst=4"));
}

TEST(Lower, AlternativesOfDifferentFieldsShareToo) {
  // Eight pairs of alternatives: 256 products, or 16 clauses and the conjunction.
  std::string text = "ip4.src == 10.0.0.1";
  for (int i = 0; i < 8; ++i) {
    text += " && (reg" + std::to_string(i) + " == 1 || eth.src == 00:00:00:00:00:0" +
            std::to_string(i) + ")";
  }
  EXPECT_EQ(count(text), 17U);
}

TEST(Lower, WithoutIdsEverythingIsMultipliedOut) {
  LowerOptions flat;
  EXPECT_EQ(lowered("outport == @pg && ip4.src == $as", flat).size(), 9U);
  EXPECT_THAT(plan(parse("ip4.src == $as").value(), world(), flat)->slots, IsEmpty());
}

TEST(Lower, RefusesWhatIsTooLarge) {
  LowerOptions flat;
  flat.max_matches = 1000;
  EXPECT_THAT(lowered("tcp.src != 5 && tcp.dst != 7 && ip.ttl == {1, 3, 5, 7}", flat),
              ElementsAre(HasSubstr("would take 2048 OpenFlow matches; 1000 at most")));
  EXPECT_EQ(count("tcp.src != 5 && tcp.dst != 7 && ip.ttl == {1, 3, 5, 7}"), 74U);
}

TEST(Lower, VlanTags) {
  EXPECT_THAT(lowered("vlan.vid == 5"), ElementsAre("dl_vlan=5"));
  EXPECT_THAT(lowered("vlan.vid == 5 && vlan.pcp == 3"), ElementsAre("dl_vlan=5,dl_vlan_pcp=3"));
  EXPECT_EQ(count("vlan.pcp[2]"), 4U);
  EXPECT_THAT(lowered("!vlan.present"), ElementsAre("vlan_tci=0x0000/0x1fff"));
  EXPECT_THAT(lowered("vlan.tci == 0"), ElementsAre("vlan_tci=0x0000/0x1fff"));
  EXPECT_THAT(lowered("vlan.tci == 5"), IsEmpty());
}

TEST(Lower, LaterFragmentsHaveNoPorts) {
  EXPECT_THAT(lowered("ip4 && ip.later_frag && tcp.dst == 80"), IsEmpty());
  EXPECT_THAT(lowered("ip4 && ip.later_frag && tcp.dst < 1024"),
              ElementsAre(lowered("ip4 && ip.later_frag && tcp")[0]));
}

TEST(Lower, WideRegistersAreTheirParts) {
  EXPECT_THAT(lowered("xreg1 == 0x100000002"), ElementsAre("reg2=0x1,reg3=0x2"));
  EXPECT_THAT(lowered("xxreg0[96..127] == 7 && reg0 == 7"), ElementsAre("reg0=0x7"));
  EXPECT_THAT(lowered("xxreg1 == fe80::1"), ElementsAre("reg4=0xfe800000,reg5=0,reg6=0,reg7=0x1"));
}

TEST(Plan, AMemberMoreIsAFlowMore) {
  const FixedScope scope = world();
  const auto made = plan(parse("outport == @pg && ip4.src == $as && tcp.dst == {80, 443}").value(),
                         scope, conjunctive());
  ASSERT_TRUE(made.has_value());
  ASSERT_EQ(made->slots.size(), 2U);
  const Slot& ports = made->slots[0];
  const Slot& addresses = made->slots[1];
  EXPECT_EQ(ports.name(), "pg");
  EXPECT_FALSE(ports.is_address_set());
  EXPECT_TRUE(addresses.is_address_set());
  const auto one = addresses.lower(parse_member("192.0.2.1").value());
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].match.to_string(), "ip,nw_src=192.0.2.1");
  EXPECT_EQ(one[0].clauses, (std::vector<Clause>{{100, 3, 3}}));
  EXPECT_THAT(addresses.lower(parse_member("fe80::1").value()), IsEmpty());
  EXPECT_EQ(ports.lower(PortKey{9, {}})[0].match.to_string(), "reg15=0x9");
  EXPECT_EQ(made->fixed.size(), 3U);
  EXPECT_EQ(*made, *plan(parse("outport == @pg && ip4.src == $as && tcp.dst == {80, 443}").value(),
                         FixedScope(), conjunctive()))
      << "who is in doesn't matter";
}

TEST(Plan, TheSameSetInManyRulesIsInstalledOnce) {
  // 20 rules, 1,000 addresses, 5 ranges, 10 ports: flows by (priority, match).
  FixedScope scope = world();
  std::vector<std::string> members;
  for (int i = 0; i < 1000; ++i) {
    members.push_back("10.9." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  }
  scope.sets["big"] = AddressSet::from(members);
  scope.groups["pg"].clear();
  for (std::uint32_t i = 0; i < 10; ++i) scope.groups["pg"].push_back({i + 1, {}});
  std::map<openflow::Match, std::vector<Clause>> flows;
  for (std::uint32_t rule = 0; rule < 20; ++rule) {
    const std::string proto = rule % 2 == 0 ? "tcp" : "udp";
    std::string text = "outport == @pg && ip4 && ip4.src == $big && (";
    for (std::uint32_t r = 0; r < 5; ++r) {
      const std::uint32_t from = 1000 + rule * 1000 + r * 100;
      text += (r == 0 ? "" : " || ") + std::to_string(from) + " <= " + proto +
              ".dst <= " + std::to_string(from + 9);
    }
    text += ")";
    LowerOptions options;
    options.conjunction_id = [rule](std::uint32_t index) { return 1 + rule * 16 + index; };
    const auto result = lower(parse(text).value(), scope, options);
    ASSERT_TRUE(result.has_value());
    for (const LoweredMatch& m : *result) {
      auto& clauses = flows[m.match];
      clauses.insert(clauses.end(), m.clauses.begin(), m.clauses.end());
    }
  }
  EXPECT_LT(flows.size(), 2000U);
  RecordProperty("flows", static_cast<int>(flows.size()));
}

}  // namespace
}  // namespace mooring::expr

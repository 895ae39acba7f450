#include "openflow/match.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "openflow/testing/flow_generator.h"

namespace mooring::openflow {
namespace {

std::string oxm(std::uint32_t header, std::string_view payload) {
  std::string out;
  Writer<std::string> writer(out);
  writer.u32(header);
  writer.raw(payload);
  return out;
}

TEST(MatchTest, OrderOfBuildingLeavesNoTrace) {
  const Match a = Match().metadata(7).reg(14, 3).eth_dst(Mac(5)).tcp_dst(80);
  const Match b = Match().tcp_dst(80).eth_dst(Mac(5)).metadata(7).reg(14, 3);
  EXPECT_EQ(a, b);
  EXPECT_EQ(std::hash<Match>{}(a), std::hash<Match>{}(b));
  EXPECT_NE(a, Match(a).tcp_dst(81));
}

TEST(MatchTest, ContradictionIsSeenAndChangesNothing) {
  Match match;
  ASSERT_TRUE(match.set(Field::kEthType, 0x0800));
  const Match before = match;
  EXPECT_FALSE(match.set(Field::kEthType, 0x0806));
  EXPECT_EQ(match, before);
  EXPECT_TRUE(match.set(Field::kEthType, 0x0800));
  EXPECT_EQ(match, before);
}

TEST(MatchTest, MasksAddUp) {
  Match match;
  ASSERT_TRUE(match.set(reg(0), 0x1, 0x3));
  ASSERT_TRUE(match.set(reg(0), 0x5, 0xd));
  EXPECT_EQ(match.find(reg(0)), (Match::Constraint{0x5, 0xf}));
  EXPECT_FALSE(match.set(reg(0), 0x2, 0x2));
  EXPECT_EQ(match.to_string(), "reg0=0x5/0xf");
  ASSERT_TRUE(match.set(reg(0), 0xfffffff5));
  EXPECT_EQ(match, Match().reg(0, 0xfffffff5));
}

TEST(MatchTest, ZeroMaskIsNoConstraint) {
  Match match;
  ASSERT_TRUE(match.set(reg(0), 5, 0));
  EXPECT_TRUE(match.empty());
  EXPECT_EQ(Match().ip4_src({Ip4(1), 0}), Match().ip4());
}

TEST(MatchTest, WideRegistersAreTheirParts) {
  Match wide;
  ASSERT_TRUE(wide.set(xreg(3), U128(0x0000000600000007)));
  EXPECT_EQ(wide, Match().reg(6, 6).reg(7, 7));
  EXPECT_FALSE(wide.set(reg(7), 8));
  EXPECT_EQ(wide.find(xreg(3)), (Match::Constraint{0x0000000600000007, U128::ones(64)}));

  Match widest;
  ASSERT_TRUE(widest.set(xxreg(1), U128(4ULL << 32 | 5, 6ULL << 32 | 7)));
  EXPECT_EQ(widest, Match().reg(4, 4).reg(5, 5).reg(6, 6).reg(7, 7));
  const Match before = widest;
  EXPECT_FALSE(widest.set(xxreg(1), U128(1)));
  EXPECT_EQ(widest, before);
  widest.remove(xreg(2));
  EXPECT_EQ(widest, Match().reg(6, 6).reg(7, 7));
}

TEST(MatchTest, TagControlInformationIsVidAndPriority) {
  Match match;
  ASSERT_TRUE(match.set(Field::kVlanTci, 0xb065));
  EXPECT_EQ(match, Match().vlan(0x65).vlan_pcp(5));
  EXPECT_EQ(match.find(Field::kVlanTci), (Match::Constraint{0xb065, 0xffff}));
  // Part of the priority can't be said in OXM, unless all of it is there already.
  EXPECT_TRUE(match.set(Field::kVlanTci, 0x2000, 0x2000));
  EXPECT_FALSE(Match().set(Field::kVlanTci, 0x2000, 0x2000));
}

TEST(MatchTest, RefusesWhatTheFieldCantHold) {
  Match match;
  EXPECT_FALSE(match.set(Field::kEthType, 0x0800, 0xff00));
  EXPECT_FALSE(match.set(Field::kVlanPcp, 8));
  EXPECT_FALSE(match.set(reg(0), 0, U128(1) << 32));
  EXPECT_TRUE(match.empty());
}

TEST(MatchTest, PrerequisitesComeAlong) {
  EXPECT_EQ(Match().tcp_dst(80), Match().ip4().ip_proto(6).tcp_dst(80));
  EXPECT_EQ(Match().ip6().udp_src(53).to_string(), "udp6,tp_src=53");
  EXPECT_EQ(Match().nd_sll(Mac(1)), Match().nd_solicit().nd_sll(Mac(1)));
  EXPECT_EQ(Match().rarp().arp_spa(Ip4(1)).to_string(), "rarp,arp_spa=0.0.0.1");
  EXPECT_EQ(Match().vlan_pcp(3).to_string(), "dl_vlan_pcp=3");
  Match arp = Match().arp();
  EXPECT_FALSE(arp.set_prerequisites(Field::kTcpDst));
  EXPECT_EQ(arp, Match().arp());
}

TEST(MatchTest, CheckNamesWhatLacksItsPrerequisite) {
  EXPECT_TRUE(Match().tcp_dst(80).check());
  Match match;
  ASSERT_TRUE(match.set(Field::kTcpDst, 80));
  const auto checked = match.check();
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("tcp_dst"), std::string::npos);
  Match ct;
  ASSERT_TRUE(ct.set(Field::kCtNwProto, 6));
  EXPECT_FALSE(ct.check());
  EXPECT_TRUE(Match().ct_state(ct_state::kEst).with(Field::kCtNwProto, 6).check());
}

TEST(MatchTest, BuildersReplace) {
  EXPECT_EQ(Match().metadata(1).metadata(2), Match().metadata(2));
  EXPECT_EQ(Match().bits({reg(1), 4, 4}, 0xa).bits({reg(1), 0, 1}, 1).to_string(),
            "reg1=0xa1/0xf1");
}

TEST(MatchTest, MergeIsAnd) {
  Match match = Match().metadata(1).reg(0, 1, 1);
  EXPECT_TRUE(match.merge(Match().reg(0, 2, 2).tcp_dst(80)));
  EXPECT_EQ(match, Match().metadata(1).reg(0, 3, 3).tcp_dst(80));
  const Match before = match;
  EXPECT_FALSE(match.merge(Match().reg(9, 9).metadata(2)));
  EXPECT_EQ(match, before);
}

TEST(MatchTest, TextIsThatOfOvsOfctl) {
  EXPECT_EQ(Match().to_string(), "");
  EXPECT_EQ(Match().no_vlan().to_string(), "vlan_tci=0x0000/0x1fff");
  EXPECT_EQ(Match().any_vlan().to_string(), "vlan_tci=0x1000/0x1000");
  EXPECT_EQ(Match().vlan(101).in_port(port::kLocal).to_string(), "in_port=LOCAL,dl_vlan=101");
  EXPECT_EQ(Match().ct_state(ct_state::kTrk | ct_state::kNew, ct_state::kEst).to_string(),
            "ct_state=+new-est+trk");
  EXPECT_EQ(Match().eth_multicast().to_string(), "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00");
  EXPECT_EQ(Match().ip4_src(*Ip4Prefix::parse("10.0.0.0/8")).reg(2, 0).to_string(),
            "ip,reg2=0,nw_src=10.0.0.0/8");
  EXPECT_EQ(Match().ip6_dst(*Ip6Prefix::parse("2001:db8::/32")).to_string(),
            "ipv6,ipv6_dst=2001:db8::/32");
  EXPECT_EQ(Match().icmp6(135, 0).nd_target(*Ip6::parse("fe80::1")).to_string(),
            "icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::1");
}

TEST(MatchTest, DecodesAnyOrderAndEitherForm) {
  // NXM_OF_ETH_TYPE, NXM_NX_REG1 with a full mask, OXM_OF_METADATA, in another order than ours.
  const std::string bytes = oxm(0x00000602, {"\x08\x00", 2}) +
                            oxm(0x00010308, {"\0\0\0\x05\xff\xff\xff\xff", 8}) +
                            oxm(0x80000408, {"\0\0\0\0\0\0\0\x09", 8});
  const auto match = Match::decode(bytes);
  ASSERT_TRUE(match) << match.error().message;
  EXPECT_EQ(*match, Match().metadata(9).reg(1, 5).ip4());
}

TEST(MatchTest, RefusesBrokenFields) {
  const std::string value("\0\0\0\x05", 4);
  EXPECT_FALSE(Match::decode(oxm(0x00010204, "abc")));                         // cut short
  EXPECT_FALSE(Match::decode(oxm(0x00010203, "abc")));                         // wrong length
  EXPECT_FALSE(Match::decode("\x80"));                                         // no header
  EXPECT_FALSE(Match::decode(oxm(0x00010308, value + std::string(4, '\0'))));  // outside the mask
  EXPECT_FALSE(Match::decode(oxm(0x00010204, value) + oxm(0x00010204, "\0\0\0\x06")));
}

TEST(MatchTest, KeepsUnknownFieldsBehind) {
  const std::string unknown = oxm(0xffff0008, {"\x00\x00\x23\x20\1\2\3\4", 8});
  const std::string known = oxm(0x80000408, {"\0\0\0\0\0\0\0\x09", 8});
  const auto match = Match::decode(unknown + known);
  ASSERT_TRUE(match) << match.error().message;
  EXPECT_EQ(view(match->bytes()), known + unknown);
  EXPECT_EQ(match->to_string(), "metadata=0x9,oxm=0xffff00080000232001020304");
  EXPECT_EQ(*Match::decode(view(match->bytes())), *match);
  EXPECT_EQ(match->find(Field::kMetadata)->value, U128(9));
}

TEST(MatchTest, GeneratedMatchesSurviveShuffling) {
  FlowGenerator generator(3);
  std::mt19937 random(4);
  for (int i = 0; i < 2000; ++i) {
    const Match match = generator.match();
    EXPECT_TRUE(match.check()) << match.to_string();
    std::vector<std::string> fields;
    for (std::string_view rest = view(match.bytes()); !rest.empty();) {
      const std::size_t size = 4 + (Reader(rest).u32() & 0xff);
      fields.emplace_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    std::shuffle(fields.begin(), fields.end(), random);
    std::string bytes;
    for (const std::string& field : fields) bytes += field;
    const auto back = Match::decode(bytes);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, match);
    // Cut anywhere: an error or a shorter match.
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      static_cast<void>(Match::decode(std::string_view(bytes).substr(0, cut)));
    }
  }
}

TEST(FieldTest, NamesAndHeadersLeadBack) {
  for (unsigned i = 0; i < kFieldCount; ++i) {
    const FieldInfo& row = info(static_cast<Field>(i));
    EXPECT_EQ(field_by_oxm(row.oxm | row.bytes), row.field);
    EXPECT_EQ(field_by_oxm(row.nxm | 0x100), row.field);
    EXPECT_EQ(field_by_name(row.nxm_name), row.field);
    // "in_port" is said of the wide one.
    const bool narrow = row.field == Field::kInPort16;
    EXPECT_EQ(field_by_name(row.name), narrow ? Field::kInPort : row.field);
    EXPECT_LE(row.bits, row.bytes * 8);
  }
  EXPECT_EQ(field_by_name("dl_src"), Field::kEthSrc);
  EXPECT_EQ(field_by_name("nonsense"), std::nullopt);
  EXPECT_EQ(field_by_oxm(0xffff0008), std::nullopt);
  EXPECT_EQ(Subfield(reg(3), 4, 1).to_string(), "NXM_NX_REG3[4]");
  EXPECT_EQ(Subfield(reg(3)).to_string(), "NXM_NX_REG3[]");
}

}  // namespace
}  // namespace mooring::openflow

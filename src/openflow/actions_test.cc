#include "openflow/actions.h"

#include <gtest/gtest.h>

#include "openflow/learn.h"
#include "openflow/testing/flow_generator.h"

namespace mooring::openflow {
namespace {

TEST(ActionsTest, TextIsThatOfOvsOfctl) {
  EXPECT_EQ(Actions().to_string(), "drop");
  EXPECT_EQ(Actions().load(5, {reg(0), 0, 16}).resubmit(20).to_string(),
            "set_field:0x5/0xffff->reg0,resubmit(,20)");
  EXPECT_EQ(Actions().move(reg(1), Subfield(Field::kMetadata, 32, 32)).to_string(),
            "move:NXM_NX_REG1[]->OXM_OF_METADATA[32..63]");
  EXPECT_EQ(Actions().push_vlan().set_vlan_vid(101).output(3).pop_vlan().to_string(),
            "push_vlan:0x8100,set_field:4197->vlan_vid,output:3,pop_vlan");
  EXPECT_EQ(Actions().output_in_port().normal().controller(128).to_string(),
            "IN_PORT,NORMAL,CONTROLLER:128");
  EXPECT_EQ(Actions().resubmit(7, 0xff).resubmit(7, 3).resubmit_ct(4).to_string(),
            "resubmit:7,resubmit(7,3),resubmit(,4,ct)");
  EXPECT_EQ(Actions().conjunction(9, 2, 3).to_string(), "conjunction(9,2/3)");
  EXPECT_EQ(Actions().clone(Actions().output(1)).note("ab").to_string(),
            "clone(output:1),note:61.62.00.00.00.00");
  EXPECT_EQ(Actions().set_eth_src(Mac(1)).set_tunnel(5).dec_ttl().to_string(),
            "set_field:00:00:00:00:00:01->eth_src,set_field:0x5->tun_id,dec_ttl");
}

TEST(ActionsTest, TextOfConntrack) {
  Nat nat;
  nat.kind = Nat::Kind::kSource;
  nat.ip4_min = Ip4::parse("10.0.0.1");
  nat.ip4_max = Ip4::parse("10.0.0.9");
  nat.port_min = 1024;
  nat.port_max = 2048;
  Conntrack ct;
  ct.commit = true;
  ct.zone_from = Subfield(reg(13), 0, 16);
  ct.table = 21;
  EXPECT_EQ(Actions().ct(ct, nat, Actions().set_field(Field::kCtMark, 1, 1)).to_string(),
            "ct(commit,table=21,zone=NXM_NX_REG13[0..15],nat(src=10.0.0.1-10.0.0.9:1024-2048),"
            "exec(set_field:0x1/0x1->ct_mark))");
  EXPECT_EQ(Actions().ct({}).ct_clear().to_string(), "ct(),ct_clear");
}

TEST(ActionsTest, TextOfLearn) {
  Learn learn;
  learn.table = 10;
  learn.hard_timeout = 300;
  learn.match(Field::kMetadata).match(Field::kEthDst, Field::kEthSrc);
  learn.match_value(Field::kEthType, 0x0800).load(Field::kInPort16, Subfield(reg(0), 0, 16));
  learn.load_value(1, Subfield(reg(1), 3, 1)).output(Field::kInPort16);
  EXPECT_EQ(Actions().learn(learn).to_string(),
            "learn(table=10,hard_timeout=300,OXM_OF_METADATA[],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],"
            "eth_type=0x800,load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],load:0x1->NXM_NX_REG1[3],"
            "output:NXM_OF_IN_PORT[])");
}

TEST(ActionsTest, WholeFieldsNeedNoMask) {
  EXPECT_EQ(Actions().load(5, reg(0)), Actions().set_field(reg(0), 5));
  EXPECT_EQ(Actions().set_field(reg(0), 5, U128::ones(32)), Actions().set_reg(0, 5));
  EXPECT_TRUE(Actions().set_field(reg(0), 5, 0).empty());
  // Bits outside the mask don't count.
  EXPECT_EQ(Actions().set_field(reg(0), 0xff, 0x0f), Actions().set_field(reg(0), 0x0f, 0x0f));
}

TEST(ActionsTest, ListsHoldWholeActions) {
  FlowGenerator generator(5);
  for (int i = 0; i < 1000; ++i) {
    const Actions actions = generator.actions(generator.match());
    EXPECT_EQ(actions.bytes().size() % 8, 0U);
    const auto back = Actions::decode(view(actions.bytes()));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, actions);
    EXPECT_EQ(back->to_string().find("raw("), std::string::npos) << back->to_string();
    EXPECT_EQ(Actions(actions).append(actions).bytes().size(), 2 * actions.bytes().size());
  }
}

TEST(ActionsTest, KnowsClausesOfConjunctions) {
  EXPECT_TRUE(Actions().conjunction(7, 1, 2).has_conjunction());
  EXPECT_TRUE(Actions().note("x").conjunction(7, 2, 3).has_conjunction());
  EXPECT_FALSE(Actions().has_conjunction());
  EXPECT_FALSE(Actions().note("x").ct_clear().resubmit(9).output(4).has_conjunction());
}

TEST(ActionsTest, RefusesBrokenLengths) {
  const Actions good = Actions().output(1).resubmit(3);
  std::string bytes(view(good.bytes()));
  for (const std::size_t cut : {1, 8, 17, 31}) {
    EXPECT_FALSE(Actions::decode(std::string_view(bytes).substr(0, cut)));
  }
  bytes[3] = 0;
  EXPECT_FALSE(Actions::decode(bytes));
  bytes[3] = 12;
  EXPECT_FALSE(Actions::decode(bytes));
}

TEST(ActionsTest, SaysWhatItCantReadAsBytes) {
  const std::string unknown("\x12\x34\x00\x08\x01\x02\x03\x04", 8);
  const auto actions = Actions::decode(unknown);
  ASSERT_TRUE(actions);
  EXPECT_EQ(actions->to_string(), "raw(1234000801020304)");
}

TEST(ActionsTest, DeepNestingHasALimit) {
  Actions actions;
  for (int i = 0; i < 1000; ++i) actions = Actions().clone(actions);
  EXPECT_NE(actions.to_string().find("raw("), std::string::npos);
}

// Text of any bytes whatever: each flip of a byte of each kind of action.
TEST(ActionsTest, TextOfBrokenContentStaysInside) {
  FlowGenerator generator(6);
  for (int i = 0; i < 300; ++i) {
    const Actions actions = generator.actions(generator.match());
    for (std::size_t at = 0; at < actions.bytes().size(); ++at) {
      std::string bytes(view(actions.bytes()));
      bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + generator.below(255)));
      const auto broken = Actions::decode(bytes);
      if (broken) static_cast<void>(broken->to_string());
    }
  }
}

}  // namespace
}  // namespace mooring::openflow

#include "expr/actions.h"

#include <gmock/gmock.h>

#include "expr/lower_actions.h"
#include "openflow/actions.h"

namespace mooring::expr {
namespace {

using testing::HasSubstr;

std::string canonical(std::string_view text) {
  const auto parsed = parse_actions(text);
  return parsed ? to_string(*parsed) : parsed.error().error().message;
}

struct Case {
  std::string text;
  std::string result;
};

TEST(Actions, PrintsWhatItRead) {
  const std::vector<Case> cases = {
      {"", "drop;"},
      {"drop;", "drop;"},
      {" // nothing", "drop;"},
      {"next;", "next;"},
      {"next(5);", "next(5);"},
      {"next(table=5);", "next(5);"},
      {"next(pipeline=egress, table=5);", "next(pipeline=egress, table=5);"},
      {"output;", "output;"},
      {"ct_next;", "ct_next;"},
      {"ct_clear; next;", "ct_clear; next;"},
      {"ip.ttl--; next;", "ip.ttl--; next;"},
      {"reg0[0] = 1;", "reg0[0] = 1;"},
      {"vlan.pcp = 4/4;", "vlan.pcp = 4/4;"},
      {"eth.dst = eth.src;", "eth.dst = eth.src;"},
      {"eth.src <-> eth.dst;", "eth.src <-> eth.dst;"},
      {"ip4.src = 10.0.0.1;", "ip4.src = 10.0.0.1;"},
      {"outport = \"vif1\"; output;", "outport = \"vif1\"; output;"},
      {"outport = inport;", "outport = inport;"},
      {"flags.loopback = 1;", "flags.loopback = 1;"},
      {"ct_commit;", "ct_commit;"},
      {"ct_commit { };", "ct_commit;"},
      {"ct_commit { ct_mark = 1/1; ct_label = reg0[0]; };",
       "at 38: ct_label is 128 bits, reg0[0] is 1 bits: they must be alike"},
      {"ct_commit { ct_mark = 1/1; ct_label[96..127] = reg3; };",
       "ct_commit { ct_mark = 1/1; ct_label[96..127] = reg3; };"},
      {"clone { outport = \"a\"; output; }; next;", "clone { outport = \"a\"; output; }; next;"},
      {"lookup_l2();", "lookup_l2();"},
      {"lookup_l2;", "lookup_l2();"},
      {"reg0[3] = check_in_port_sec();", "reg0[3] = check_in_port_sec();"},
      {"put_arp(inport, arp.spa, arp.sha);", "put_arp(inport, arp.spa, arp.sha);"},
      {"log(name=\"x\", severity=info);", "log(name=\"x\", severity=info);"},
      {"reject { outport <-> inport; next(pipeline=egress, table=3); }",
       "reject { outport <-> inport; next(pipeline=egress, table=3); };"},
      {"arp { eth.dst = ff:ff:ff:ff:ff:ff; };", "arp { eth.dst = ff:ff:ff:ff:ff:ff; };"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(canonical(c.text), c.result) << c.text;
    if (c.result.starts_with("at ")) continue;
    EXPECT_EQ(parse_actions(c.text).value(), parse_actions(c.result).value()) << c.text;
  }
}

TEST(Actions, SaysWhatIsWrongAndWhere) {
  const std::vector<Case> cases = {
      {"next", "at 4: ';' is expected, not the end"},
      {"next; drop;", "at 6: drop stands alone: nothing can precede it"},
      {"drop; next;", "at 6: drop stands alone: nothing can follow it"},
      {"next(300);", "at 4: next takes (table) or (pipeline=ingress, table=5)"},
      {"eth.type = 5;", "at 0: eth.type can't be changed"},
      {"ct_mark = 5;", "at 0: ct_mark can't be changed outside of ct_commit { }"},
      {"ct_commit { reg0 = 1; };", "at 12: ct_commit sets ct_mark and ct_label only"},
      {"tcp.dst = 70000;", "at 10: tcp.dst is 16 bits, 70000 doesn't fit"},
      {"outport = 5;", "at 10: a quoted name or a field is expected, not 5"},
      {"reg0 = \"x\";", "at 7: a number or a field is expected, not a string"},
      {"reg0 = tcp.dst;", "at 7: reg0 is 32 bits, tcp.dst is 16 bits: they must be alike"},
      {"reg0 = inport;", "at 7: reg0 is 32 bits, inport is a port: they must be alike"},
      {"reg0[0] = ip4;", "at 10: ip4 is a condition, not a field"},
      {"reg1--;", "at 0: only ip.ttl can be decremented"},
      {"ip.ttl = 3/3;", "at 9: ip.ttl is set as a whole: it takes no mask"},
      {"ip4;", "at 3: =, <-> or -- is expected, not ';'"},
      {"clone next;", "at 6: '{' is expected, not 'next'"},
      {"f(1 2);", "at 4: ',' or ')' is expected, not 2"},
      {"f(,);", "at 2: an argument is expected, not ','"},
      {"= 5;", "at 0: an action is expected, not '='"},
      {"clone { next; ", "at 14: an action is expected, not the end"},
  };
  for (const Case& c : cases) EXPECT_EQ(canonical(c.text), c.result) << c.text;
  std::string nested;
  for (int i = 0; i < 200; ++i) nested += "clone { ";
  EXPECT_THAT(canonical(nested), HasSubstr("nest deeper than 100"));
}

TEST(Actions, WhatTheyRequireOfThePacket) {
  const auto required = [](std::string_view text) {
    return to_string(prerequisites(parse_actions(text).value()));
  };
  EXPECT_EQ(required("next;"), "1");
  EXPECT_EQ(required("ip.ttl--; ip4.src = 1.2.3.4; ip4.dst = 1.2.3.4; next;"), "ip && ip4");
  EXPECT_EQ(required("ct_next;"), "ip");
  EXPECT_EQ(required("ct_commit { ct_mark = 1; };"), "ip");
  EXPECT_EQ(required("put_arp(inport, arp.spa, arp.sha);"), "arp");
}

TEST(Actions, PortsThatTheyName) {
  EXPECT_EQ(
      ports_of(
          parse_actions("outport = \"a\"; clone { outport = \"b\"; }; outport = \"\";").value()),
      (Set<std::string>{"a", "b"}));
}

class Stages final : public ActionScope {
 public:
  std::optional<std::uint8_t> table_of(const Next& next) const override {
    if (next.pipeline == "egress") return static_cast<std::uint8_t>(40 + next.stage.value_or(0));
    const unsigned stage = next.stage.value_or(4);
    return stage < 24 ? std::optional(static_cast<std::uint8_t>(8 + stage)) : std::nullopt;
  }
  std::uint8_t output_table() const override { return 37; }
  std::optional<std::uint32_t> port_key(std::string_view name) const override {
    return name == "vif1" ? std::optional<std::uint32_t>(5) : std::nullopt;
  }
  openflow::Subfield ct_zone() const override {
    return openflow::Subfield(openflow::reg(13), 0, 16);
  }
  Result<void> call(const Call& call, openflow::Actions& out) const override {
    if (call.name != "lookup_l2") return fail("there is no function " + call.name);
    out.resubmit(65);
    return {};
  }
};

std::string lowered(std::string_view text) {
  const auto out = lower_actions(parse_actions(text).value(), Stages());
  return out ? out->to_string() : out.error().message;
}

TEST(LowerActions, EachAction) {
  const std::vector<Case> cases = {
      {"drop;", "drop"},
      {"next;", "resubmit(,12)"},
      {"next(7); output;", "resubmit(,15),resubmit(,37)"},
      {"next(pipeline=egress, table=2);", "resubmit(,42)"},
      {"next(30);", "next(30); leads nowhere: the pipeline has no such stage"},
      {"outport = \"vif1\"; output;", "set_field:0x5->reg15,resubmit(,37)"},
      {"outport = \"far\";", "there is no port \"far\" here"},
      {"eth.src <-> eth.dst;",
       "push:NXM_OF_ETH_SRC[],push:NXM_OF_ETH_DST[],pop:NXM_OF_ETH_SRC[],pop:NXM_OF_ETH_DST[]"},
      {"outport = inport;", "move:NXM_NX_REG14[]->NXM_NX_REG15[]"},
      {"ct_next;", "ct(table=12,zone=NXM_NX_REG13[0..15])"},
      {"ct_commit { ct_mark = 1/1; };",
       "ct(commit,zone=NXM_NX_REG13[0..15],exec(set_field:0x1/0x1->ct_mark))"},
      {"ip.ttl--;", "dec_ttl"},
      {"lookup_l2();", "resubmit(,65)"},
      {"frob();", "there is no function frob"},
      {"clone { output; };", "clone(resubmit(,37))"},
      {"xxreg0 = ip6.src;", "move:NXM_NX_IPV6_SRC[]->NXM_NX_XXREG0[]"},
      {"reg1 = 0x5/0x5;", "set_field:0x1/0x1->reg1,set_field:0x4/0x4->reg1"},
      {"flags.loopback = 1;", "set_field:0x1/0x1->reg10"},
  };
  for (const Case& c : cases) EXPECT_EQ(lowered(c.text), c.result) << c.text;
  EXPECT_EQ(lower_actions(parse_actions("outport = \"\";").value(), Stages()).value(),
            openflow::Actions().set_reg(15, 0));
}

}  // namespace
}  // namespace mooring::expr

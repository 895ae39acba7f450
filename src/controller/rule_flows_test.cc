// Rules of groups and datapaths as flows: what they share, and what a change costs.

#include "controller/rule_flows.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/test_scale.h"
#include "controller/tables.h"
#include "controller/test_chassis.h"

namespace mooring::controller {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint8_t kRulesTable = table::kEgress + model::stage::kOutAcl.id;

class RuleFlowsTest : public ::testing::Test {
 protected:
  RuleFlowsTest() { datapath = c.add_switch(7, "phys", 101); }

  void add_port(int n, Set<std::string> groups) {
    const std::string name = fmt::format("vm{}", n);
    auto row = c.add_binding(name, datapath, n, {fmt::format("02:00:00:00:00:{:02x}", n)});
    row.port_groups = std::move(groups);
    c.sb.port_binding.put(row);
    c.plug("tap" + name, 10 + n, name);
  }
  Uuid add_rule(const std::string& match, const std::string& group = "web",
                std::int64_t priority = 2000) {
    sb::Pipeline row;
    row.uuid = c.fresh();
    row.kind = model::kAclRow;
    row.pipeline = "egress";
    row.stage = model::stage::kOutAcl.name;
    row.table_id = model::stage::kOutAcl.id;
    row.priority = priority;
    row.match = match;
    row.actions = "flags.verdict = 1; next(7);";
    if (group.empty()) row.datapath.emplace().uuid = datapath;
    row.port_group = group;
    c.sb.pipeline.put(row);
    return row.uuid;
  }
  void set_members(const std::string& name, const std::vector<std::string>& members) {
    sb::AddressSet row;
    row.uuid = sets.try_emplace(name, c.fresh()).first->second;
    row.name = name;
    row.addresses.insert(members.begin(), members.end());
    c.sb.address_set.put(row);
  }
  // Five ranges of ports, each two prefixes or more, others for each rule.
  static std::string five_ranges(int rule) {
    std::string out;
    for (int range = 0; range < 5; ++range) {
      const int first = 1000 * (range + 1) + 7 * rule;
      out += fmt::format("{}(tcp.dst >= {} && tcp.dst <= {})", range == 0 ? "" : " || ", first,
                         first + 10);
    }
    return out;
  }
  std::vector<std::string> addresses(int n) {
    std::vector<std::string> out;
    for (int i = 0; i < n; ++i) out.push_back(fmt::format("192.0.{}.{}", i / 256, i % 256));
    return out;
  }
  std::uint64_t runs(std::string_view memo) {
    for (const auto& stats : c.derived.graph.stats().memos) {
      if (stats.name == memo) return stats.runs;
    }
    return 0;
  }

  TestChassis c;
  Uuid datapath;
  std::map<std::string, Uuid> sets;
};

TEST_F(RuleFlowsTest, ARuleIsForTheGroupsLocalPorts) {
  add_port(1, {"web"});
  add_port(2, {"web", "db"});
  add_port(3, {});
  add_rule("outport == @web && ip4 && tcp.dst == 80");
  c.update();
  EXPECT_THAT(c.flows(kRulesTable), ElementsAre(HasSubstr("reg15=0x1,metadata=0x7"),
                                                HasSubstr("reg15=0x2,metadata=0x7")));
  c.unplug("tapvm2");
  c.update();
  EXPECT_THAT(c.flows(kRulesTable), ElementsAre(HasSubstr("reg15=0x1")));
}

TEST_F(RuleFlowsTest, ARuleOfADatapathIsForItsPacketsAlone) {
  add_port(1, {});
  add_rule("ip4", "");
  c.update();
  EXPECT_THAT(c.flows(kRulesTable), ElementsAre(HasSubstr("metadata=0x7")));
}

TEST_F(RuleFlowsTest, RulesOfOnePriorityShareTheFlowsOfASet) {
  for (int n = 1; n <= 10; ++n) add_port(n, {"web"});
  set_members("friends", addresses(1000));
  for (int rule = 0; rule < 20; ++rule) {
    add_rule(fmt::format("outport == @web && ip4.src == $friends && ({})", five_ranges(rule)));
  }
  c.update();
  const std::size_t shared = c.flows(kRulesTable).size();
  fmt::print("20 rules of one priority with one set of 1000, 5 ranges each: {} flows\n", shared);
  EXPECT_THAT(c.findings(), IsEmpty());
  EXPECT_GT(shared, 1000u);
  EXPECT_LT(shared, 2000u);
}

TEST_F(RuleFlowsTest, RulesOfSeveralPrioritiesCostTheSumOfWhatTheyName) {
  for (int n = 1; n <= 10; ++n) add_port(n, {"web"});
  set_members("friends", addresses(1000));
  for (int rule = 0; rule < 20; ++rule) {
    add_rule(fmt::format("outport == @web && ip4.src == $friends && ({})", five_ranges(rule)),
             "web", 2000 + rule);
  }
  c.update();
  const std::size_t flows = c.flows(kRulesTable).size();
  fmt::print("the same with a priority each: {} flows\n", flows);
  EXPECT_THAT(c.findings(), IsEmpty());
  EXPECT_GT(flows, 20u * 1000);
  EXPECT_LE(flows, 20u * (1000 + 5 * 4 + 10) + 40);
}

TEST_F(RuleFlowsTest, OneAddressMoreIsOneFlowAndTheWorkForIt) {
  add_port(1, {"web"});
  add_port(2, {"web"});
  set_members("friends", addresses(500));
  add_rule("outport == @web && ip4.src == $friends && tcp.dst == {80, 443}");
  c.update();
  c.derived.outputs.flows.drain();
  const auto rules = runs("rule");
  const auto members = runs("set_member");
  auto more = addresses(500);
  more.push_back("203.0.113.1");
  set_members("friends", more);
  c.update();
  auto differences = c.derived.outputs.flows.drain();
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_THAT(differences[0].key.match.to_string(), HasSubstr("nw_src=203.0.113.1"));
  EXPECT_EQ(runs("rule"), rules);
  EXPECT_EQ(runs("set_member"), members + 1);
}

TEST_F(RuleFlowsTest, APortIsClosedUntilItsRulesHaveArrived) {
  c.answering = false;
  add_port(1, {"web"});
  add_rule("outport == @web && ip4");
  c.update();
  EXPECT_THAT(c.flows(table::kDeliver), Not(Contains(HasSubstr("reg15=0x1"))));
  EXPECT_TRUE(c.derived.outputs.ready.find("vm1").empty());
  c.answering = true;
  c.confirmations.confirm();
  c.update();
  c.make_patch_ports();
  c.update();
  EXPECT_THAT(c.flows(table::kDeliver), Contains(HasSubstr("reg15=0x1")));
  EXPECT_FALSE(c.derived.outputs.ready.find("vm1").empty());
}

TEST_F(RuleFlowsTest, TheSetsOfItsRulesAreAwaitedToo) {
  c.answering = false;
  add_port(1, {"web"});
  c.update();
  add_rule("outport == @web && ip4.src != $enemies");
  c.confirmations.confirm();  // the port and its group are here, the set hasn't been asked for
  c.derived.graph.update();
  EXPECT_THAT(c.flows(table::kDeliver), Not(Contains(HasSubstr("reg15=0x1"))));
  c.answering = true;
  c.update();
  EXPECT_THAT(c.flows(table::kDeliver), Contains(HasSubstr("reg15=0x1")));
}

TEST_F(RuleFlowsTest, AnUnreadableRuleIsReportedAndTheRestServes) {
  add_port(1, {"web"});
  add_rule("outport == @web &&");
  add_rule("outport == @web && udp");
  c.update();
  EXPECT_EQ(c.flows(kRulesTable).size(), 2u);  // IPv4 and IPv6
  EXPECT_THAT(c.findings(), Contains(::testing::Key(HasSubstr("flow-invalid"))));
}

// Rules, sets and ports that come, go and change end where a fresh start does.
TEST_F(RuleFlowsTest, RandomChangesEndWhereAFreshStartDoes) {
  std::mt19937 random(7);
  auto roll = [&](int sides) { return static_cast<int>(random() % static_cast<unsigned>(sides)); };
  const std::vector<std::string> matches = {
      "outport == @web && ip4.src == $a && tcp.dst == {80, 443}",
      "outport == @web && ip4.src == $b && udp.dst == {53, 123, 161}",
      "outport == {\"vm1\", \"vm2\"} && ip4.src == $a",
      "ip4.src != $b && outport == @web",
      "outport == @db && ip6",
      "ip4.src == {10.0.0.1, 10.0.0.2} && ip4.dst == {10.0.0.3, 10.0.0.4} && tcp.dst == {1, 3, 9}"};
  std::vector<Uuid> rules;
  for (int n = 1; n <= 4; ++n) add_port(n, {});
  for (int step = 0; step < 1000 / kTestSlowdown; ++step) {
    switch (roll(5)) {
      case 0:
        rules.push_back(add_rule(matches[static_cast<std::size_t>(roll(6))],
                                 roll(3) == 0   ? ""
                                 : roll(2) == 0 ? "web"
                                                : "db",
                                 2000 + roll(2)));
        break;
      case 1:
        if (rules.empty()) break;
        std::swap(rules[static_cast<std::size_t>(roll(static_cast<int>(rules.size())))],
                  rules.back());
        c.sb.pipeline.erase(rules.back());
        rules.pop_back();
        break;
      case 2:
        set_members(roll(2) == 0 ? "a" : "b", addresses(roll(5)));
        break;
      case 3: {
        auto uuid = c.derived.inputs.binding_by_name.find(fmt::format("vm{}", 1 + roll(4))).front();
        auto row = *c.sb.port_binding.find(uuid);
        row.port_groups = {};
        if (roll(2) == 0) row.port_groups.insert("web");
        if (roll(2) == 0) row.port_groups.insert("db");
        c.sb.port_binding.put(row);
        break;
      }
      default:
        if (c.interfaces.contains("tapvm4")) {
          c.unplug("tapvm4");
        } else {
          c.plug("tapvm4", 14, "vm4");
        }
    }
    c.update();
    c.derived.outputs.flows.drain();
    c.derived.graph.reset();
    c.update();
    ASSERT_EQ(c.derived.outputs.flows.differences(), 0u) << "at step " << step;
  }
  EXPECT_THAT(c.flows(kRulesTable), Not(IsEmpty()));
}

}  // namespace
}  // namespace mooring::controller

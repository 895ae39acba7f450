// Counting what ACLs have matched: when, of which flows, and what is written of it.

#include "controller/acl_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "controller/tables.h"
#include "controller/test_chassis.h"

namespace mooring::controller {
namespace {

using openflow::FlowStats;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr std::int64_t kStage = 6;
constexpr std::uint8_t kAclTable = table::kIngress + kStage;

class AclStatsTest : public testing::Test {
 protected:
  AclStatsTest()
      : stats(
            c.sb, c.derived.outputs,
            {.dump = [this](std::uint8_t table,
                            AclStats::Dumped done) { dumps.emplace_back(table, std::move(done)); },
             .on_counted = [this] { ++counted; },
             .on_failed = [this](const Error& error) { failures.push_back(error.message); }}) {
    sb::SBGlobal global;
    global.uuid = c.fresh();
    sb_global = global.uuid;
    c.sb.sb_global.put(global);
    sb::ChassisPrivate own;
    own.uuid = c.fresh();
    own.name = "hv1";
    own_row = own.uuid;
    c.sb.chassis_private.put(own);
  }

  void ask(const std::string& word) {
    sb::SBGlobal row = *c.sb.sb_global.find(sb_global);
    row.options = {{"acl-stats", word}};
    c.sb.sb_global.put(row);
  }
  void set_answered(const std::string& word) {
    sb::ChassisPrivate row = *c.sb.chassis_private.find(own_row);
    row.external_ids = {{"acl-stats", word}};
    c.sb.chassis_private.put(row);
  }

  // A Pipeline row of the ACL, lowered.
  Uuid add_row(const std::string& match, std::optional<Uuid> rule,
               const std::string& pipeline = "ingress") {
    sb::Pipeline row;
    row.uuid = c.fresh();
    row.pipeline = pipeline;
    row.stage = "acl";
    row.table_id = kStage;
    row.priority = 1000;
    row.match = match;
    row.actions = "next;";
    row.kind = "switch";
    row.acl = rule;
    c.sb.pipeline.put(row);
    c.update();
    return row.uuid;
  }

  // What the switch has of the table: every flow with packets packets of 100 bytes each.
  std::vector<FlowStats> in_switch(std::uint8_t table, std::uint64_t packets) const {
    std::vector<FlowStats> out;
    c.derived.outputs.flows.for_each([&](const FlowKey& key, const auto& bodies) {
      if (key.table != table) return;
      FlowStats one;
      one.flow.table = key.table;
      one.flow.priority = key.priority;
      one.flow.match = key.match;
      one.flow.actions = bodies.front().actions;
      one.flow.cookie = bodies.front().cookie();
      one.packets = packets;
      one.bytes = packets * 100;
      out.push_back(std::move(one));
    });
    return out;
  }

  // Answers the dump that waits.
  void answer(Result<std::vector<FlowStats>> flows) {
    ASSERT_FALSE(dumps.empty());
    auto done = std::move(dumps.front().second);
    dumps.erase(dumps.begin());
    done(std::move(flows));
  }

  std::string written() const {
    ovsdb::Transaction txn;
    stats.write("hv1", txn);
    return txn.empty() ? "" : txn.to_params("OVN_Southbound");
  }
  static std::string row_text(const Uuid& rule, int packets) {
    return "\"acl\":[\"uuid\",\"" + rule.to_string() +
           "\"],\"packets\":" + std::to_string(packets) +
           ",\"bytes\":" + std::to_string(packets * 100);
  }
  std::string word_text(const std::string& word) const {
    return "[\"acl-stats\",\"" + word + "\"]";
  }

  TestChassis c;
  std::vector<std::pair<std::uint8_t, AclStats::Dumped>> dumps;
  int counted = 0;
  std::vector<std::string> failures;
  AclStats stats;
  Uuid sb_global, own_row;
  Uuid acl = TestChassis::id(5000), other = TestChassis::id(5001);
};

TEST_F(AclStatsTest, NobodyAskedNothingIsDone) {
  add_row("ip4", acl);
  stats.update("hv1");
  EXPECT_THAT(dumps, IsEmpty());
  EXPECT_EQ(written(), "");
}

TEST_F(AclStatsTest, TheFlowsOfAllRowsOfAnAclAreSummedAndWrittenWithTheWord) {
  add_row("ip4 && tcp.dst == {80, 443}", acl);
  add_row("ip6", acl);
  add_row("arp", other);
  add_row("udp", std::nullopt);
  ask("w1");
  stats.update("hv1");
  ASSERT_THAT(dumps, ElementsAre(Pair(kAclTable, testing::_)));
  EXPECT_EQ(written(), "");                       // not before it is whole
  ASSERT_EQ(in_switch(kAclTable, 3).size(), 6u);  // two of tcp and of udp each
  answer(in_switch(kAclTable, 3));
  EXPECT_EQ(counted, 1);
  EXPECT_THAT(written(), AllOf(HasSubstr(row_text(acl, 9)), HasSubstr(row_text(other, 3)),
                               HasSubstr(word_text("w1")), HasSubstr("\"hv1\"")));
}

TEST_F(AclStatsTest, OnlyTablesWithRowsOfAclsAreRead) {
  add_row("ip4", acl, "egress");
  add_row("ip4", other);
  ask("w1");
  stats.update("hv1");
  ASSERT_THAT(dumps, ElementsAre(Pair(kAclTable, testing::_)));
  answer(in_switch(kAclTable, 1));
  EXPECT_EQ(counted, 0);
  const std::uint8_t egress = table::kEgress + kStage;
  ASSERT_THAT(dumps, ElementsAre(Pair(egress, testing::_)));
  answer(in_switch(egress, 2));
  EXPECT_THAT(written(), AllOf(HasSubstr(row_text(acl, 2)), HasSubstr(row_text(other, 1))));
}

TEST_F(AclStatsTest, ClausesStrangersAndSilentFlowsDontCount) {
  add_row("ip4", acl);
  add_row("arp", other);
  ask("w1");
  stats.update("hv1");
  std::vector<FlowStats> flows = in_switch(kAclTable, 7);
  ASSERT_EQ(flows.size(), 2u);
  FlowStats clause = flows[0];
  clause.flow.actions = openflow::Actions().conjunction(1, 1, 2);
  FlowStats strange = flows[0];
  strange.flow.priority = 7;  // not wanted by any row
  FlowStats old = flows[0];
  old.flow.cookie ^= 1;  // another row's, about to be replaced
  FlowStats silent = flows[1];
  silent.packets = silent.bytes = 0;
  answer(std::vector{clause, strange, old, silent});
  EXPECT_THAT(written(), AllOf(Not(HasSubstr("ACL_Stats")), HasSubstr(word_text("w1"))));
}

TEST_F(AclStatsTest, WithoutAclsTheAnswerIsGivenAtOnce) {
  ask("w1");
  stats.update("hv1");
  EXPECT_THAT(dumps, IsEmpty());
  EXPECT_EQ(counted, 1);
  EXPECT_THAT(written(), HasSubstr(word_text("w1")));
}

TEST_F(AclStatsTest, RowsOfBeforeAreChangedOrGo) {
  add_row("ip4", acl);
  for (const auto& [chassis, rule] : {std::pair{"hv1", acl}, {"hv1", other}, {"hv2", other}}) {
    sb::ACLStats row;
    row.uuid = c.fresh();
    row.chassis_name = chassis;
    row.acl = rule;
    row.packets = 4;
    row.bytes = 500;
    c.sb.acl_stats.put(row);
  }
  ask("w1");
  stats.update("hv1");
  answer(in_switch(kAclTable, 4));
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr("\"bytes\":400"));
  EXPECT_THAT(text, Not(HasSubstr("\"packets\"")));
  EXPECT_THAT(text, Not(HasSubstr("\"insert\",\"table\"")));
  std::size_t deletions = 0;
  for (std::size_t at = 0; (at = text.find("\"op\":\"delete\"", at)) != std::string::npos; ++at) {
    ++deletions;
  }
  EXPECT_EQ(deletions, 1u);  // the other chassis' row stays
}

TEST_F(AclStatsTest, AnAnsweredQuestionIsntAnsweredAgain) {
  add_row("ip4", acl);
  ask("w1");
  stats.update("hv1");
  answer(in_switch(kAclTable, 1));
  stats.update("hv1");  // counted, not yet written
  EXPECT_THAT(dumps, IsEmpty());
  set_answered("w1");
  EXPECT_EQ(written(), "");
  stats.update("hv1");
  EXPECT_THAT(dumps, IsEmpty());
  ask("w2");
  stats.update("hv1");
  EXPECT_EQ(dumps.size(), 1u);
}

TEST_F(AclStatsTest, AQuestionThatComesMeanwhileIsTheOneAnswered) {
  add_row("ip4", acl);
  ask("w1");
  stats.update("hv1");
  ask("w2");
  stats.update("hv1");
  EXPECT_EQ(dumps.size(), 1u);
  answer(in_switch(kAclTable, 1));
  EXPECT_EQ(written(), "");
  stats.update("hv1");
  answer(in_switch(kAclTable, 2));
  EXPECT_THAT(written(), AllOf(HasSubstr(row_text(acl, 2)), HasSubstr(word_text("w2"))));
}

TEST_F(AclStatsTest, AFailureIsTriedAgainAndLeavesNothingHalf) {
  add_row("ip4", acl);
  add_row("ip4", acl, "egress");
  ask("w1");
  stats.update("hv1");
  answer(in_switch(kAclTable, 1));
  answer(fail("connection lost"));
  EXPECT_THAT(failures, ElementsAre("connection lost"));
  EXPECT_EQ(written(), "");
  stats.update("hv1");
  answer(in_switch(kAclTable, 2));
  answer(in_switch(table::kEgress + kStage, 0));
  EXPECT_THAT(written(), HasSubstr(row_text(acl, 2)));
}

TEST_F(AclStatsTest, BeforeTheChassisIsRegisteredNothingIsCounted) {
  c.sb.chassis_private.erase(own_row);
  add_row("ip4", acl);
  ask("w1");
  stats.update("hv1");
  EXPECT_THAT(dumps, IsEmpty());
  EXPECT_EQ(written(), "");
}

}  // namespace
}  // namespace mooring::controller

#include "controller/attempts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/test_chassis.h"
#include "model/row_uuid.h"

namespace mooring::controller {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AttemptsTest : public testing::Test {
 protected:
  std::vector<std::string> attempts() {
    c.derived.graph.update();
    std::vector<std::string> out;
    c.derived.outputs.attempts.for_each(
        [&](const auto& port, const auto&) { out.push_back(port); });
    std::sort(out.begin(), out.end());
    return out;
  }
  bool asked_by_name(const std::string& port) {
    c.derived.graph.update();
    return !c.derived.outputs.wanted.find(Wanted::port_named(port)).empty();
  }
  // The server's answer to a claim of one port: how many rows the two operations touched.
  void answer(std::int64_t free, std::int64_t ours) {
    ovsdb::Transaction txn;
    c.attempts.write(c.derived.outputs, c.self, txn);
    ASSERT_EQ(txn.size(), 2u);
    ovsdb::TransactionResult result;
    result.operations.resize(2);
    result.operations[0].count = free;
    result.operations[1].count = ours;
    c.attempts.done(result);
  }
  TestChassis c;
};

TEST_F(AttemptsTest, APluggedPortIsClaimedByTheUuidOfItsName) {
  c.plug("tap1", 5, "vm1");
  EXPECT_THAT(attempts(), ElementsAre("vm1"));
  EXPECT_FALSE(asked_by_name("vm1"));
  ovsdb::Transaction txn;
  c.attempts.write(c.derived.outputs, c.self, txn);
  const std::string text = txn.to_params("OVN_Southbound");
  const std::string row =
      R"({"op":"update","table":"Port_Binding","where":[["_uuid","==",["uuid",")" +
      model::port_binding_uuid("vm1").to_string() + R"("]],)";
  const std::string self = R"(["uuid",")" + c.self.to_string() + R"("])";
  EXPECT_THAT(text, HasSubstr(row +
                              R"(["chassis","==",["set",[]]],["claimable","==",true],)"
                              R"(["logical_port","==","vm1"]],"row":{"chassis":)" +
                              self));
  EXPECT_THAT(text, HasSubstr(row + R"(["chassis","!=",)" + self +
                              R"(],["logical_port","==","vm1"],["requested_chassis","==",)" + self +
                              R"(],["type","==",""]],"row":{"chassis":)" + self));
}

TEST_F(AttemptsTest, OneThatIsHadIsNotAskedFor) {
  c.plug("tap1", 5, "vm1");
  attempts();
  answer(1, 0);
  EXPECT_FALSE(asked_by_name("vm1"));
  auto row = c.add_binding("vm1", c.add_switch(7, "phys"), 1, {"02:00:00:00:00:01"});
  EXPECT_THAT(attempts(), IsEmpty());
  EXPECT_FALSE(asked_by_name("vm1"));
  EXPECT_FALSE(c.derived.outputs.claims.find(row.uuid).empty());
}

TEST_F(AttemptsTest, OneThatWasRequestedIsHadToo) {
  c.plug("tap1", 5, "vm1");
  attempts();
  answer(0, 1);
  EXPECT_FALSE(asked_by_name("vm1"));
}

TEST_F(AttemptsTest, OneThatIsNotIsAskedForByNameUntilItIsUnplugged) {
  c.plug("tap1", 5, "vm1");
  attempts();
  answer(0, 0);
  EXPECT_TRUE(asked_by_name("vm1"));
  EXPECT_THAT(attempts(), IsEmpty());
  c.attempts.forget(c.derived.outputs);
  EXPECT_TRUE(asked_by_name("vm1"));
  c.unplug("tap1");
  EXPECT_FALSE(asked_by_name("vm1"));
  c.attempts.forget(c.derived.outputs);
  c.plug("tap1", 5, "vm1");
  EXPECT_THAT(attempts(), ElementsAre("vm1"));
}

TEST_F(AttemptsTest, AFailureThatIsTheConnectionsIsTriedAgain) {
  c.plug("tap1", 5, "vm1");
  attempts();
  ovsdb::Transaction txn;
  c.attempts.write(c.derived.outputs, c.self, txn);
  c.attempts.done(ovsdb::lost_outcome("gone"));
  EXPECT_THAT(attempts(), ElementsAre("vm1"));
  c.attempts.write(c.derived.outputs, c.self, txn);
  ovsdb::TransactionError refused;
  refused.tag = "permission error";
  c.attempts.done(tl::unexpected(refused));
  EXPECT_TRUE(asked_by_name("vm1"));
}

}  // namespace
}  // namespace mooring::controller

// What a chassis derives from its rows: claims, patch ports, flows, findings.

#include "controller/derivations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/test_scale.h"
#include "controller/tables.h"
#include "controller/test_chassis.h"

namespace mooring::controller {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;

class DerivationsTest : public testing::Test {
 protected:
  // A VLAN network with one plugged port, its patch ports made.
  void set_up_vlan() {
    datapath = c.add_switch(7, "phys", 101);
    c.add_binding("vm1", datapath, 1, {"02:00:00:00:00:01 10.0.0.1"});
    c.plug("tap1", 5, "vm1");
    settle();
  }
  void settle() {
    c.update();
    c.make_patch_ports();
    c.update();
  }
  bool ready(const std::string& name) { return !c.derived.outputs.ready.find(name).empty(); }
  std::size_t patch_ports() {
    std::size_t count = 0;
    c.derived.outputs.patch_ports.for_each([&](const auto&, const auto&) { ++count; });
    return count;
  }

  TestChassis c;
  Uuid datapath;
};

TEST_F(DerivationsTest, AMappingAloneMakesNoPatchPort) {
  c.add_switch(7, "phys", 101);
  c.update();
  EXPECT_EQ(patch_ports(), 0u);
}

TEST_F(DerivationsTest, APluggedPortIsClaimedAndItsNetworkAttached) {
  set_up_vlan();
  EXPECT_EQ(patch_ports(), 2u);
  auto patch = c.derived.outputs.patch_ports.find("patch-br-int-to-net");
  ASSERT_FALSE(patch.empty());
  EXPECT_EQ(patch.front().peer, "patch-net-to-br-int");
  EXPECT_TRUE(ready("vm1"));
  EXPECT_THAT(c.findings(), IsEmpty());
}

TEST_F(DerivationsTest, APortIsNotReadyBeforeItsPatchPortIsThere) {
  datapath = c.add_switch(7, "phys", 101);
  c.add_binding("vm1", datapath, 1, {"02:00:00:00:00:01"});
  c.plug("tap1", 5, "vm1");
  c.update();
  EXPECT_FALSE(ready("vm1"));
  settle();
  EXPECT_TRUE(ready("vm1"));
}

TEST_F(DerivationsTest, FramesEnterUntaggedOrPriorityTagged) {
  set_up_vlan();
  EXPECT_THAT(c.flows(table::kClassify), Contains(HasSubstr("in_port=5,vlan_tci=0x0000/0x1fff")));
  EXPECT_THAT(c.flows(table::kClassify), Contains(HasSubstr("in_port=5,dl_vlan=0 ")));
  EXPECT_THAT(c.flows(table::kClassify), Contains(HasSubstr("dl_vlan=101 ")));
}

TEST_F(DerivationsTest, TheWayToTheWireTagsAndStripsAgain) {
  set_up_vlan();
  EXPECT_THAT(c.flows(table::kDeliver),
              Contains(testing::ContainsRegex(
                  "push_vlan:0x8100,set_field:4197->vlan_vid,.*output:100[12],pop_vlan")));
}

TEST_F(DerivationsTest, AnUnmappedNetworkIsLocal) {
  datapath = c.add_switch(7, "elsewhere", 101);
  c.add_binding("vm1", datapath, 1, {"02:00:00:00:00:01"});
  c.plug("tap1", 5, "vm1");
  settle();
  EXPECT_EQ(patch_ports(), 0u);
  EXPECT_FALSE(ready("vm1"));
  EXPECT_THAT(c.flows(table::kLookup), Contains(HasSubstr("02:00:00:00:00:01")));
}

TEST_F(DerivationsTest, AMissingBridgeIsReportedUntilItAppears) {
  c.remove_bridge("br-eth1");
  c.update();
  EXPECT_THAT(c.findings(), Contains(Key("bridge-missing:br-eth1")));
  c.add_bridge("br-eth1");
  c.plug("eth9", 9, "", "br-eth1");
  c.update();
  EXPECT_THAT(c.findings(), Not(Contains(Key("bridge-missing:br-eth1"))));
}

TEST_F(DerivationsTest, ABridgeWithoutPhysicalPortIsReported) {
  c.unplug("eth1");
  c.update();
  EXPECT_THAT(c.findings(), Contains(Key("uplink-down:br-eth1")));
}

TEST_F(DerivationsTest, RequestedChassisDecides) {
  datapath = c.add_switch(7, "phys", 101);
  auto row = c.add_binding("vm1", datapath, 1, {"02:00:00:00:00:01"});
  row.options = {{"requested-chassis", "hv2"}};
  c.sb.port_binding.put(row);
  c.plug("tap1", 5, "vm1");
  settle();
  EXPECT_TRUE(c.derived.outputs.claims.find(row.uuid).empty());
  row.options = {{"requested-chassis", "hv1"}};
  row.chassis = store::Ref<sb::Chassis>{TestChassis::id(77)};
  c.sb.port_binding.put(row);
  c.update();
  EXPECT_FALSE(c.derived.outputs.claims.find(row.uuid).empty());
}

TEST_F(DerivationsTest, APortThatIsBoundElsewhereIsTakenByAFreshInterfaceOnly) {
  datapath = c.add_switch(7, "phys", 101);
  auto row = c.add_binding("vm1", datapath, 1, {"02:00:00:00:00:01"});
  row.chassis = store::Ref<sb::Chassis>{TestChassis::id(77)};
  c.sb.port_binding.put(row);
  Uuid interface = c.plug("tap1", 5, "vm1");
  c.update();
  EXPECT_FALSE(c.derived.outputs.claims.find(row.uuid).empty());
  ovs::Interface marked = *c.ovs.interface.find(interface);
  marked.external_ids.emplace("ovn-installed", "true");
  c.ovs.interface.put(marked);
  c.update();
  EXPECT_TRUE(c.derived.outputs.claims.find(row.uuid).empty());
  EXPECT_THAT(c.findings(), Contains(Key("port-claimed-twice:vm1")));
}

TEST_F(DerivationsTest, SeveralMappedUplinksAreReportedAndTheFirstServes) {
  c.set_external_ids({{"system-id", "hv1"},
                      {"ovn-encap-type", "geneve"},
                      {"ovn-encap-ip", "192.0.2.1"},
                      {"ovn-bridge-mappings", "phys:br-eth1,other:br-eth1"}});
  datapath = c.add_switch(7, "phys", 101, "b");
  c.add_uplink(datapath, "other", 102, "a");
  c.add_binding("vm1", datapath, 1, {"02:00:00:00:00:01"});
  c.plug("tap1", 5, "vm1");
  settle();
  EXPECT_THAT(c.findings(), Contains(Key("uplink-ambiguous:b")));
  EXPECT_FALSE(c.derived.outputs.patch_ports.find("patch-br-int-to-a").empty());
}

TEST_F(DerivationsTest, ABrokenProgramRowIsReportedAndTheOthersServe) {
  set_up_vlan();
  sb::Pipeline row;
  row.uuid = c.fresh();
  row.pipeline = "ingress";
  row.stage = "ls_in_x";
  row.table_id = 5;
  row.match = "tcp.dst == 70000";
  row.actions = "next;";
  c.sb.pipeline.put(row);
  c.update();
  EXPECT_THAT(c.findings(), Contains(Key("flow-invalid:ls_in_x")));
  EXPECT_THAT(c.flows(table::kDeliver), Not(IsEmpty()));
  c.sb.pipeline.erase(row.uuid);
  c.update();
  EXPECT_THAT(c.findings(), IsEmpty());
}

TEST_F(DerivationsTest, APortWithThePlaceOfAnotherInheritsNoLearntAddresses) {
  datapath = c.add_switch(7, "phys", 101);
  auto before = c.add_binding("vm1", datapath, 1, {"unknown"});
  c.plug("tap1", 5, "vm1");
  settle();
  ASSERT_EQ(c.derived.outputs.learners.drain().size(), 1u);
  c.sb.port_binding.erase(before.uuid);
  c.add_binding("vm1", datapath, 1, {"unknown"});
  c.update();
  EXPECT_EQ(c.derived.outputs.learners.drain().size(), 2u);  // one cookie goes, another comes
}

TEST_F(DerivationsTest, WhatIsPluggedElsewhereCostsNothing) {
  set_up_vlan();
  auto before = c.derived.graph.stats().runs;
  std::size_t flows = c.flow_count();
  // Rows that a monitor without conditions would bring; none concerns this chassis.
  for (int n = 0; n < 1000; ++n) {
    c.add_binding("far" + std::to_string(n), datapath, 100 + n, {"02:00:00:00:01:00"});
  }
  c.update();
  EXPECT_EQ(c.derived.graph.stats().runs, before);
  EXPECT_EQ(c.flow_count(), flows);
}

TEST_F(DerivationsTest, AStageOfRowsThatAreLeftOutIsPassedOver) {
  set_up_vlan();
  const auto before = c.flows(table::kIngress + model::stage::kInLearn.id);
  const auto learn = c.flows(table::kLearn);
  for (const char* actions :
       {"fly;", "next(pipeline=ingress, table=99);", "lookup_l2(1);", "next"}) {
    sb::Pipeline row;
    row.uuid = c.fresh();
    row.pipeline = "ingress";
    row.stage = "ls_in_x";
    row.table_id = 5;
    row.match = "1";
    row.actions = actions;
    c.sb.pipeline.put(row);
    c.update();
    EXPECT_THAT(c.findings(), Contains(Key("flow-invalid:ls_in_x"))) << actions;
    EXPECT_THAT(c.flows(table::kIngress + 5), IsEmpty()) << actions;
    EXPECT_EQ(c.flows(table::kIngress + model::stage::kInLearn.id), before) << actions;
    EXPECT_EQ(c.flows(table::kLearn), learn) << actions;
    row.actions = "next;";
    c.sb.pipeline.put(row);
    c.update();
    EXPECT_THAT(c.flows(table::kIngress + 5), testing::SizeIs(1)) << actions;
    EXPECT_NE(c.flows(table::kLearn), learn) << actions;
    c.sb.pipeline.erase(row.uuid);
    c.update();
    EXPECT_EQ(c.flows(table::kLearn), learn) << actions;
  }
}

TEST_F(DerivationsTest, RandomChangesEndWhereAFreshStartDoes) {
  std::mt19937 random(11);
  std::vector<Uuid> switches;
  for (int n = 0; n < 4; ++n) {
    switches.push_back(c.add_switch(10 + n, n == 3 ? "elsewhere" : "phys",
                                    n == 0 ? std::nullopt : std::optional<std::int64_t>(100 + n),
                                    "net" + std::to_string(n)));
  }
  std::map<std::string, Uuid> bindings;
  for (int step = 0; step < 1500 / kTestSlowdown; ++step) {
    int n = static_cast<int>(random() % 20);
    std::string name = "vm" + std::to_string(n);
    std::string tap = "tap" + std::to_string(n);
    switch (random() % 5) {
      case 0:
        if (!c.interfaces.contains(tap)) c.plug(tap, 10 + n, name);
        break;
      case 1:
        if (c.interfaces.contains(tap)) c.unplug(tap);
        break;
      case 2:
        if (!bindings.contains(name)) {
          std::string mac = "02:00:00:00:00:" + std::to_string(10 + n);
          auto row = c.add_binding(
              name, switches[random() % 4], 1 + n,
              random() % 3 ? Set<std::string>{mac} : Set<std::string>{mac, "unknown"});
          if (random() % 2) row.port_security = {mac + " 10.0.0.1/24 fd00::1", "bad"};
          c.sb.port_binding.put(row);
          bindings[name] = row.uuid;
        }
        break;
      case 3:
        if (bindings.contains(name)) {
          c.sb.port_binding.erase(bindings[name]);
          bindings.erase(name);
        }
        break;
      default:
        c.make_patch_ports();
    }
    c.update();
    c.derived.outputs.settle();
    c.derived.outputs.flows.drain();
    c.derived.outputs.learners.drain();
    c.derived.outputs.wanted.drain();
    c.derived.graph.reset();
    c.update();
    ASSERT_EQ(c.derived.outputs.differences(), 0u) << "at step " << step;
  }
}

}  // namespace
}  // namespace mooring::controller

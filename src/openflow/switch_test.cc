// Against a real ovs-vswitchd, with ovs-ofctl as the other reader and writer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>

#include "io/loop.h"
#include "openflow/connection.h"
#include "openflow/testing/flow_generator.h"
#include "openflow/testing/test_switch.h"

namespace mooring::openflow {
namespace {

using std::chrono::milliseconds;

// A switch and a connection to it, up.
class SwitchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Connection::Callbacks callbacks;
    callbacks.on_packet_in = [this](PacketIn packet) { packets_.push_back(std::move(packet)); };
    callbacks.on_port_status = [this](const PortStatus& s) { port_changes_.push_back(s); };
    callbacks.on_flow_removed = [this](const FlowRemoved& r) { removed_.push_back(r); };
    callbacks.on_error = [this](const ErrorReply& e) { errors_.push_back(e); };
    callbacks.on_tlv_table = [this](const TlvTableReply& t) { tlv_ = t; };
    callbacks.on_disconnected = [this](const Error&) { ++disconnects_; };
    connection_ =
        std::make_unique<Connection>(loop_, Connection::Options{}, std::move(callbacks), Logger());
    connection_->start(*io::Remote::parse(switch_.remote(), 6653));
    ASSERT_TRUE(wait([this] { return connection_->connected(); }));
  }

  bool wait(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      loop_.run_for(milliseconds(100));
    }
    return true;
  }

  // Asks and waits for the one answer.
  template <class T, class Ask>
  T ask(Ask request) {
    std::optional<T> answer;
    request([&](T got) { answer = std::move(got); });
    EXPECT_TRUE(wait([&] { return answer.has_value(); }));
    return std::move(*answer);
  }

  Result<void> barrier() {
    return ask<Result<void>>([this](auto done) { connection_->barrier(done); });
  }
  tl::expected<void, BundleFailure> commit(const std::vector<BundleItem>& items) {
    return ask<tl::expected<void, BundleFailure>>(
        [&](auto done) { connection_->commit_bundle(items, done); });
  }
  std::vector<FlowStats> dump() {
    auto flows =
        ask<Result<std::vector<FlowStats>>>([this](auto done) { connection_->dump_flows(done); });
    EXPECT_TRUE(flows) << flows.error().message;
    return flows ? *flows : std::vector<FlowStats>();
  }

  // What generated flows refer to.
  void prepare() {
    connection_->send(TlvTableMod{TlvTableMod::Command::kAdd, {{0x0102, 0x80, 4, 0}}});
    connection_->send(MeterMod{MeterMod::Command::kAdd,
                               {1, meter_flag::kKbps, {{MeterBand::Type::kDrop, 1000, 0, 0}}}});
    Group group;
    group.id = 1;
    group.buckets.push_back({0, 1, Actions().output(1)});
    connection_->send(GroupMod::add(group));
    ASSERT_TRUE(barrier());
    ASSERT_TRUE(errors_.empty()) << errors_.front().name();
  }

  // That ovs-ofctl prints these flows, and no others, in our words.
  void expect_text(const std::map<FlowKey, Flow>& sent) {
    std::vector<std::string> expected;
    for (const auto& [key, flow] : sent) expected.push_back(flow.to_string());
    std::vector<std::string> lines = switch_.flow_lines();
    std::sort(expected.begin(), expected.end());
    std::sort(lines.begin(), lines.end());
    ASSERT_EQ(lines.size(), expected.size());
    int differences = 0;
    for (std::size_t i = 0; i < lines.size() && differences < 10; ++i) {
      EXPECT_EQ(lines[i], expected[i]);
      differences += lines[i] != expected[i];
    }
  }

  io::Loop loop_;
  TestSwitch switch_{4};
  std::unique_ptr<Connection> connection_;
  std::vector<PacketIn> packets_;
  std::vector<PortStatus> port_changes_;
  std::vector<FlowRemoved> removed_;
  std::vector<ErrorReply> errors_;
  std::optional<TlvTableReply> tlv_;
  int disconnects_ = 0;
};

// Ours go in, ovs-ofctl and we read them back: the same text, and the same bytes.
TEST_F(SwitchTest, GeneratedFlowsComeBackAsTheyWent) {
  prepare();
  FlowGenerator generator(1);
  std::vector<BundleItem> items;
  std::map<FlowKey, Flow> sent;
  for (int i = 0; i < 3000; ++i) {
    Flow flow = generator.next();
    sent[flow.key()] = flow;
    items.push_back(FlowMod::add(std::move(flow)));
  }
  const auto committed = commit(items);
  if (!committed) {
    for (const auto& rejected : committed.error().rejected) {
      ADD_FAILURE() << rejected.error.name() << " "
                    << std::get<FlowMod>(items[rejected.index]).flow.to_string();
    }
    FAIL() << committed.error().message;
  }

  const auto back = dump();
  EXPECT_EQ(back.size(), sent.size());
  int differences = 0;
  for (const FlowStats& stats : back) {
    const auto found = sent.find(stats.flow.key());
    const bool same = found != sent.end() && found->second == stats.flow;
    if (same || ++differences > 10) continue;
    ADD_FAILURE() << "came back: " << stats.flow.to_string() << "\nsent:      "
                  << (found == sent.end() ? "no such flow" : found->second.to_string());
  }

  expect_text(sent);
}

constexpr const char* kFlowsOfOvsOfctl = R"(
table=1,priority=1,in_port=LOCAL,vlan_tci=0x1000/0x1000,actions=strip_vlan,output:2
table=1,priority=2,vlan_tci=0x1000/0x1000,actions=mod_vlan_vid:5,mod_vlan_pcp:3,NORMAL
table=1,priority=3,vlan_tci=0x0000,actions=push_vlan:0x8100,mod_vlan_vid:7,FLOOD
table=1,priority=4,dl_vlan=5,dl_vlan_pcp=0,actions=drop
table=1,priority=5,vlan_vid=0x1005/0x1fff,actions=load:0x1->OXM_OF_VLAN_PCP[]
table=1,priority=6,tcp,tp_dst=80,tcp_flags=+syn-ack,actions=load:0x50->NXM_OF_TCP_SRC[]
table=1,priority=7,tcp6,tcp_flags=syn|ack,actions=move:NXM_OF_TCP_SRC[]->NXM_NX_REG0[0..15]
table=1,priority=8,xreg0=0x100000002/0xff0000000f,xxreg1=5,actions=load:0xffffffffffffffff->OXM_OF_PKT_REG1[]
table=1,priority=10,ipv6,ipv6_src=::ffff:1.2.3.4,ipv6_dst=::1.2.3.4,actions=drop
table=1,priority=11,ipv6,ipv6_src=::,ipv6_dst=::1/ffff::ffff,actions=dec_ttl
table=1,priority=12,ip,nw_tos=252,nw_ecn=3,nw_ttl=64,nw_frag=first,actions=mod_nw_tos:16,mod_nw_src:1.2.3.4
table=1,priority=13,arp,arp_op=2,arp_spa=1.2.3.0/24,arp_sha=00:00:00:00:00:05,actions=load:0x2->NXM_OF_ARP_OP[],IN_PORT
table=1,priority=14,dl_type=0x8100,actions=CONTROLLER:100,controller(id=3,max_len=5,reason=no_match)
table=1,priority=15,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=controller(userdata=01.02.03,pause)
table=1,priority=16,icmp,icmp_type=8,icmp_code=0,actions=load:0->NXM_OF_ICMP_TYPE[]
table=1,priority=17,icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::1,nd_sll=00:00:00:00:00:09,actions=drop
table=1,priority=18,ct_state=+trk+est-inv,ct_zone=5,ct_mark=0x1/0x1,ct_label=0x5/0xf,ip,actions=ct(table=2,zone=NXM_NX_REG11[0..15],nat)
table=1,priority=19,ip,actions=ct(commit,zone=3,nat(src=10.0.0.1-10.0.0.9:1000-2000,random),exec(set_field:1->ct_mark,set_field:0x5->ct_label))
table=1,priority=20,ipv6,actions=ct(commit,force,nat(dst=[2001:db8::1]:80))
table=1,priority=21,tun_id=0x5,tun_metadata0=0x10003,tun_flags=oam,actions=set_field:7->tun_id,load:0x1->NXM_NX_TUN_METADATA0[0..15]
table=1,priority=22,actions=learn(table=5,idle_timeout=10,hard_timeout=20,priority=7,cookie=0x9,send_flow_rem,delete_learned,limit=3,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],dl_type=0x800,reg1[3..5]=2,load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],load:0x5->NXM_NX_REG1[],output:NXM_OF_IN_PORT[])
table=1,priority=23,actions=conjunction(7,1/3),conjunction(8,3/4)
table=1,priority=24,conj_id=7,actions=clone(load:1->NXM_NX_REG0[],clone(output:1)),ct_clear,resubmit(,3),resubmit(4,5),resubmit:6
table=1,priority=25,actions=push:NXM_NX_REG0[5..9],pop:NXM_NX_REG1[0..4],note:01.02.03
table=1,priority=26,actions=meter:1,enqueue:3:5,set_queue:1,output:1,pop_queue,group:1
table=1,priority=27,actions=output:NXM_NX_REG15[0..15],check_pkt_larger(1500)->NXM_NX_REG10[0]
table=1,priority=28,actions=sample(probability=9,collector_set_id=1,obs_domain_id=2,obs_point_id=3)
table=1,priority=29,pkt_mark=0x5/0xff,metadata=0x5/0xff,reg3=0,actions=load:0x3->NXM_NX_PKT_MARK[],load:5->OXM_OF_METADATA[0..7]
table=1,priority=30,sctp,tp_src=5/0xff,actions=set_field:9->sctp_dst
table=1,priority=31,tun_src=1.2.3.4,tun_dst=1.2.0.0/16,tun_ipv6_src=::1,actions=set_field:1.2.3.5->tun_dst
table=2,idle_timeout=5,hard_timeout=6,importance=7,send_flow_rem,no_packet_counts,cookie=0x99,ip,actions=drop
)";

// ovs-ofctl's go in: our text of what we read is ovs-ofctl's.
TEST_F(SwitchTest, FlowsOfOvsOfctlReadAsItPrintsThem) {
  prepare();
  const std::string path = switch_.directory() + "/flows";
  std::ofstream(path) << kFlowsOfOvsOfctl;
  const auto added = switch_.ofctl({"add-flows"}, {path});
  ASSERT_EQ(added.code, 0) << added.text;
  std::vector<std::string> ours;
  for (const FlowStats& stats : dump()) {
    EXPECT_FALSE(stats.foreign) << stats.flow.to_string();
    ours.push_back(stats.flow.to_string());
  }
  EXPECT_THAT(ours, ::testing::UnorderedElementsAreArray(switch_.flow_lines()));
}

TEST_F(SwitchTest, AForeignFlowIsSeenAndCanBeDeleted) {
  ASSERT_EQ(
      switch_.ofctl({"add-flow"}, {"table=3,tun_gbp_id=5,actions=write_actions(output:1)"}).code,
      0);
  ASSERT_EQ(switch_.ofctl({"add-flow"}, {"table=4,mpls,mpls_label=5,actions=goto_table:7"}).code,
            0);
  const auto flows = dump();
  ASSERT_EQ(flows.size(), 2U);
  std::vector<BundleItem> items;
  for (const FlowStats& stats : flows) {
    EXPECT_TRUE(stats.foreign);
    items.push_back(FlowMod::remove_strict(stats.flow.key()));
  }
  EXPECT_TRUE(commit(items));
  EXPECT_TRUE(dump().empty());
}

Flow simple(std::uint16_t priority, const Actions& actions) {
  Flow flow;
  flow.priority = priority;
  flow.actions = actions;
  return flow;
}

TEST_F(SwitchTest, ABundleNamesItsBadFlowsAndLeavesTheSwitchAlone) {
  ASSERT_TRUE(commit({FlowMod::add(simple(1, Actions().output(1)))}));
  std::vector<BundleItem> items;
  for (std::uint16_t i = 10; i < 20; ++i) items.push_back(FlowMod::add(simple(i, Actions())));
  // Form: seen as the items arrive, all of them. Content: seen at commit, the first.
  std::get<FlowMod>(items[3]).flow.actions.set_field(Field::kTcpDst, 5);
  std::get<FlowMod>(items[7]).flow.actions.conjunction(1, 1, 2).output(1);
  std::get<FlowMod>(items[5]).flow.actions.group(99);
  auto result = commit(items);
  ASSERT_FALSE(result);
  ASSERT_EQ(result.error().rejected.size(), 2U) << result.error().message;
  EXPECT_EQ(result.error().rejected[0].index, 3U);
  EXPECT_EQ(result.error().rejected[0].error.name(), "OFPBAC_MATCH_INCONSISTENT");
  EXPECT_EQ(result.error().rejected[1].index, 7U);
  EXPECT_EQ(result.error().rejected[1].error.name(), "NXBAC_BAD_CONJUNCTION");
  EXPECT_EQ(dump().size(), 1U);
  items.erase(items.begin() + 7);
  items.erase(items.begin() + 3);
  result = commit(items);
  ASSERT_FALSE(result);
  ASSERT_EQ(result.error().rejected.size(), 1U) << result.error().message;
  EXPECT_EQ(result.error().rejected[0].index, 4U);
  EXPECT_EQ(result.error().rejected[0].error.name(), "OFPBAC_BAD_OUT_GROUP");
  EXPECT_EQ(dump().size(), 1U);
  items.erase(items.begin() + 4);
  EXPECT_TRUE(commit(items));
  EXPECT_EQ(dump().size(), 8U);
  EXPECT_TRUE(errors_.empty());
}

TEST_F(SwitchTest, ManyFlowsInOneBundle) {
  constexpr std::uint32_t kCount = 20000;
  std::vector<BundleItem> items = {FlowMod::remove_all()};
  for (std::uint32_t i = 0; i < kCount; ++i) {
    Flow flow;
    flow.match.metadata(i);
    flow.actions.set_reg(0, i).resubmit(1);
    items.push_back(FlowMod::add(std::move(flow)));
  }
  const auto committed = commit(items);
  EXPECT_TRUE(committed) << committed.error().message;
  EXPECT_EQ(dump().size(), kCount);
}

TEST_F(SwitchTest, GroupsComeBackAsTheyWent) {
  FlowGenerator generator(2);
  std::vector<BundleItem> items;
  std::vector<Group> sent;
  for (std::uint32_t id = 1; id <= 50; ++id) {
    sent.push_back(generator.group(id));
    items.push_back(GroupMod::add(sent.back()));
  }
  const auto committed = commit(items);
  ASSERT_TRUE(committed) << committed.error().message;
  const auto back =
      ask<Result<std::vector<Group>>>([this](auto done) { connection_->dump_groups(done); });
  ASSERT_TRUE(back) << back.error().message;
  const std::string text = switch_.ofctl({"dump-groups"}).text;
  for (const Group& group : *back) {
    EXPECT_NE(text.find(group.to_string() + "\n"), std::string::npos) << group.to_string() << text;
    Group& mine = sent.at(group.id - 1);
    EXPECT_EQ(group, mine) << group.to_string() << "\n" << mine.to_string();
  }
  EXPECT_EQ(back->size(), sent.size());
  sent[0].buckets[0].actions.output(2);
  EXPECT_TRUE(commit({GroupMod::modify(sent[0]), GroupMod::remove(2)}));
  EXPECT_FALSE(commit({GroupMod::add(sent[0])}));
  EXPECT_TRUE(commit({GroupMod::remove(GroupMod::kAllGroups)}));
}

TEST_F(SwitchTest, MetersComeBackAsTheyWent) {
  Meter meter{5, meter_flag::kPktps | meter_flag::kBurst, {{MeterBand::Type::kDrop, 100, 20, 0}}};
  connection_->send(MeterMod{MeterMod::Command::kAdd, meter});
  auto back =
      ask<Result<std::vector<Meter>>>([this](auto done) { connection_->dump_meters(done); });
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_THAT(*back, ::testing::ElementsAre(meter));
  EXPECT_NE(switch_.ofctl({"dump-meters"}).text.find(meter.to_string()), std::string::npos);
  meter.bands[0].rate = 200;
  connection_->send(MeterMod{MeterMod::Command::kModify, meter});
  connection_->send(MeterMod{MeterMod::Command::kAdd, meter});
  ASSERT_TRUE(barrier());
  ASSERT_EQ(errors_.size(), 1U);
  EXPECT_EQ(errors_[0].name(), "OFPMMFC_METER_EXISTS");
}

TEST_F(SwitchTest, PortsAndTheirChanges) {
  auto ports = ask<Result<std::vector<Port>>>([this](auto done) { connection_->dump_ports(done); });
  ASSERT_TRUE(ports) << ports.error().message;
  std::map<std::string, std::uint32_t> numbers;
  for (const Port& port : *ports) numbers[port.name] = port.number;
  EXPECT_EQ(numbers, (std::map<std::string, std::uint32_t>{
                         {"br0", port::kLocal}, {"p1", 1}, {"p2", 2}, {"p3", 3}, {"p4", 4}}));
  ASSERT_EQ(switch_.vsctl({"del-port", "br0", "p3"}).code, 0);
  ASSERT_TRUE(wait([this] {
    return std::any_of(port_changes_.begin(), port_changes_.end(), [](const PortStatus& s) {
      return s.reason == PortStatus::Reason::kDelete && s.port.name == "p3";
    });
  }));
  switch_.vsctl(
      {"add-port", "br0", "p9", "--", "set", "Interface", "p9", "type=dummy", "ofport_request=9"});
  ASSERT_TRUE(wait([this] {
    return std::any_of(port_changes_.begin(), port_changes_.end(), [](const PortStatus& s) {
      return s.reason == PortStatus::Reason::kAdd && s.port.number == 9 && s.port.name == "p9";
    });
  }));
}

TEST_F(SwitchTest, PacketsOutAndIn) {
  const std::string frame =
      std::string("\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\x06", 14) + std::string(46, 'x');
  Flow flow = simple(5, Actions().set_reg(3, 0x1234).controller(ToController{.userdata = "hello"}));
  flow.cookie = 0x77;
  flow.table = 4;
  flow.match.in_port(2);
  ASSERT_TRUE(commit({FlowMod::add(flow)}));
  connection_->send(PacketOut{Match().in_port(2).reg(0, 9), Actions().resubmit(4), frame});
  ASSERT_TRUE(wait([this] { return !packets_.empty(); }));
  const PacketIn& packet = packets_[0];
  EXPECT_EQ(packet.packet, frame);
  EXPECT_EQ(packet.userdata, "hello");
  EXPECT_EQ(packet.table, 4);
  EXPECT_EQ(packet.cookie, 0x77U);
  EXPECT_EQ(packet.value(Field::kInPort), U128(2));
  EXPECT_EQ(packet.value(reg(3)), U128(0x1234));
  EXPECT_EQ(packet.value(reg(0)), U128(9));
  EXPECT_TRUE(errors_.empty());
}

TEST_F(SwitchTest, APausedPacketGoesOnWhenResumed) {
  ToController pause;
  pause.pause = true;
  ASSERT_TRUE(
      commit({FlowMod::add(simple(1, Actions().controller(pause).set_reg(1, 5).resubmit(7)))}));
  Flow next = simple(1, Actions().controller(ToController{.userdata = "resumed"}));
  next.table = 7;
  ASSERT_TRUE(commit({FlowMod::add(next)}));
  connection_->send(PacketOut{Match().in_port(1), Actions().resubmit(0), std::string(60, 'x')});
  ASSERT_TRUE(wait([this] { return !packets_.empty(); }));
  ASSERT_FALSE(packets_[0].continuation.empty());
  Match metadata = packets_[0].metadata;
  metadata.reg(2, 42);
  connection_->send(Resume{std::string(60, 'y'), metadata, packets_[0].continuation});
  ASSERT_TRUE(wait([this] { return packets_.size() == 2; }));
  EXPECT_EQ(packets_[1].userdata, "resumed");
  EXPECT_EQ(packets_[1].packet, std::string(60, 'y'));
  EXPECT_EQ(packets_[1].value(reg(1)), U128(5));
  EXPECT_EQ(packets_[1].value(reg(2)), U128(42));
}

TEST_F(SwitchTest, TellsOfRemovedFlows) {
  Flow flow = simple(9, Actions().output(1));
  flow.match.tcp_dst(80);
  flow.flags = flow_flag::kSendFlowRemoved;
  flow.cookie = 5;
  ASSERT_TRUE(commit({FlowMod::add(flow)}));
  ASSERT_TRUE(commit({FlowMod::remove_strict(flow.key())}));
  ASSERT_TRUE(wait([this] { return !removed_.empty(); }));
  EXPECT_EQ(removed_[0].key, flow.key());
  EXPECT_EQ(removed_[0].reason, 2);
  EXPECT_EQ(removed_[0].cookie, 5U);
}

TEST_F(SwitchTest, SmallMessages) {
  connection_->send(TlvTableMod{TlvTableMod::Command::kAdd, {{0x0102, 0x80, 4, 0}}});
  connection_->send(TlvTableRequest{});
  ASSERT_TRUE(wait([this] { return tlv_.has_value(); }));
  EXPECT_THAT(tlv_->maps, ::testing::ElementsAre(TlvMap{0x0102, 0x80, 4, 0}));
  connection_->send(SetAsync{.packet_in = 0x3f, .port_status = 7, .flow_removed = 0x3f});
  connection_->send(CtFlushZone{7});
  connection_->send(SetPacketInFormat{SetPacketInFormat::Format::kStandard});
  ASSERT_TRUE(barrier());
  EXPECT_TRUE(errors_.empty()) << errors_[0].name();
}

TEST_F(SwitchTest, TheStandardPacketInServesToo) {
  connection_->send(SetPacketInFormat{SetPacketInFormat::Format::kStandard});
  connection_->send(
      PacketOut{Match().in_port(3).metadata(8), Actions().controller(), std::string(60, 'x')});
  ASSERT_TRUE(wait([this] { return !packets_.empty(); }));
  EXPECT_EQ(packets_[0].packet, std::string(60, 'x'));
  EXPECT_EQ(packets_[0].value(Field::kInPort), U128(3));
  EXPECT_EQ(packets_[0].value(Field::kMetadata), U128(8));
}

TEST_F(SwitchTest, ComesBackAfterTheSwitchWasKilled) {
  ASSERT_TRUE(commit({FlowMod::add(simple(1, Actions()))}));
  switch_.kill_vswitchd();
  ASSERT_TRUE(wait([this] { return disconnects_ == 1; }));
  switch_.start_vswitchd();
  ASSERT_TRUE(wait([this] { return connection_->connected(); }));
  EXPECT_TRUE(dump().empty());
  EXPECT_TRUE(commit({FlowMod::add(simple(1, Actions()))}));
}

TEST_F(SwitchTest, SaysWhenTheBridgeMayNotSpeakTheVersion) {
  switch_.vsctl({"set", "Bridge", "br0", "protocols=OpenFlow13"});
  Connection other(loop_, {}, {}, Logger());
  other.start(*io::Remote::parse(switch_.remote(), 6653));
  EXPECT_TRUE(wait([&] { return other.status().find("OpenFlow15") != std::string::npos; }))
      << other.status();
}

}  // namespace
}  // namespace mooring::openflow

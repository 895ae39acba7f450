// Open vSwitch takes the lowered flows and finds by them what direct evaluation says.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "expr/lower_actions.h"
#include "expr/parser.h"
#include "expr/testing/flow_table.h"
#include "expr/testing/generator.h"
#include "expr/testing/scope.h"
#include "openflow/actions.h"
#include "openflow/testing/test_switch.h"

namespace mooring::expr {
namespace {

constexpr int kTables = 60;
constexpr int kPackets = 40;

FixedScope world() {
  FixedScope out;
  out.ports = {{"a", {1, {}}}, {"b", {2, {}}}, {"far", {3, 7}}};
  out.groups = {{"pg", {{1, {}}, {2, {}}, {0xff, {}}}}, {"wide", {{1, 7}, {1, 8}}}};
  out.sets = {{"as", AddressSet::from({"0.0.0.1", "0.0.0.2", "10.1.0.0/16", "fe80::1"})},
              {"six", AddressSet::from({"::1", "::2", "2001:db8::/32"})}};
  return out;
}

std::string line_of(int table, const LoweredMatch& flow) {
  std::string out = "table=" + std::to_string(table) + ",priority=100";
  const std::string match = flow.match.to_string();
  if (!match.empty()) out += "," + match;
  openflow::Actions actions;
  for (const Clause& c : flow.clauses) actions.conjunction(c.id, c.k, c.n);
  return out + ",actions=" + actions.to_string() + "\n";
}

// ovs-ofctl misreads IPv6 masks that begin with a digit and aren't prefixes, and has no words for a
// fragment that is a later one and none at all.
bool can_be_written(const std::vector<LoweredMatch>& flows) {
  bool out = true;
  for (const LoweredMatch& flow : flows) {
    flow.match.each([&](openflow::Field field, const openflow::Match::Constraint& c) {
      const U128 wild = ~from_wide(c.mask);
      const bool address = openflow::info(field).notation == openflow::Notation::kIp6;
      out = out && (!address || (wild & (wild + 1)) == 0);
      out = out && (field != openflow::Field::kIpFrag || c.mask.low != 3 || c.value.low != 2);
    });
  }
  return out;
}

// Writes flows into a file of the switch's directory and installs them.
void install(const openflow::TestSwitch& ovs, const std::string& flows) {
  const std::string file = ovs.directory() + "/flows";
  std::ofstream(file) << flows;
  const auto added = ovs.ofctl({"add-flows"}, {file});
  ASSERT_EQ(added.code, 0) << added.text;
}

// Which tables found a flow, as ofproto/trace shows it.
std::map<int, bool> trace(const openflow::TestSwitch& ovs, const std::string& packet) {
  const auto traced = ovs.appctl({"ofproto/trace", "br0", "in_port=1," + packet});
  EXPECT_EQ(traced.code, 0) << traced.text;
  std::map<int, bool> out;
  std::istringstream lines(traced.text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find_first_not_of(' ');
    const std::size_t dot = line.find(". ");
    if (start == std::string::npos || dot == std::string::npos) continue;
    const std::string number = line.substr(start, dot - start);
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) continue;
    out[std::stoi(number)] = line.find("No match") == std::string::npos;
  }
  return out;
}

// A packet without what a trace would change before the lookup.
Packet traceable(Packet packet) {
  packet.set(Var::kIpFrag, 0);
  if ((packet.get(Var::kCtState) & 0x20) == 0) packet.set(Var::kCtState, 0);
  return packet;
}

std::string text_of(const Packet& packet) {
  openflow::Match match = exact(packet);
  EXPECT_TRUE(match.set(openflow::Field::kVlanTci, to_wide(packet.get(Var::kVlanTci))));
  std::string out = match.to_string();
  // ofproto/trace, unlike flows, wants each protocol's own names.
  const auto rename = [&out](const std::string& from, const std::string& to) {
    const std::size_t at = out.find("," + from);
    if (at != std::string::npos) out.replace(at + 1, from.size(), to);
  };
  const bool icmp6 = packet.get(Var::kEthType) == 0x86dd;
  const U128 proto = packet.get(Var::kIpProto);
  const std::string transport = proto == 6 ? "tcp" : proto == 17 ? "udp" : "sctp";
  for (const std::string end : {"src", "dst"}) rename("tp_" + end, transport + "_" + end);
  for (const std::string part : {"type", "code"}) {
    if (icmp6) rename("icmp_" + part, "icmpv6_" + part);
  }
  return out;
}

TEST(Switch, TraceAgreesWithEvaluation) {
  const openflow::TestSwitch ovs(1);
  const FixedScope scope = world();
  LowerOptions options;
  options.conjunction_id = [](std::uint32_t index) { return 1 + index; };
  options.max_matches = 400;
  std::string flows = "table=0,priority=0,actions=";
  for (int t = 1; t <= kTables; ++t)
    flows += (t == 1 ? "resubmit(,1)" : ",resubmit(," + std::to_string(t) + ")");
  flows += "\n";
  std::vector<Expr> exprs;
  std::vector<Packet> packets;
  int conjunctions = 0;
  for (std::uint32_t seed = 0; exprs.size() < kTables; ++seed) {
    Generator generate(seed);
    const Expr expr = parse(generate.expression(4)).value();
    const auto lowered = lower(expr, scope, options);
    if (!lowered || lowered->size() < 2 || !can_be_written(*lowered)) continue;
    exprs.push_back(expr);
    if (packets.size() < kPackets) packets.push_back(traceable(generate.packet()));
    for (const LoweredMatch& flow : *lowered) {
      flows += line_of(static_cast<int>(exprs.size()), flow);
      if (!flow.clauses.empty()) ++conjunctions;
    }
  }
  install(ovs, flows);
  if (HasFatalFailure()) return;
  int matched = 0;
  for (const Packet& packet : packets) {
    const auto found = trace(ovs, text_of(packet));
    ASSERT_EQ(found.size(), kTables + 1U) << text_of(packet);
    for (int t = 1; t <= kTables; ++t) {
      const Expr& expr = exprs[static_cast<std::size_t>(t - 1)];
      const bool meaning = evaluate(expr, packet, scope);
      ASSERT_EQ(found.at(t), meaning) << to_string(expr) << "\n" << text_of(packet);
      if (meaning) ++matched;
    }
  }
  EXPECT_GT(conjunctions, 50);
  EXPECT_GT(matched, kPackets * kTables / 10);
}

class Stages final : public ActionScope {
 public:
  std::optional<std::uint8_t> table_of(const Next&) const override { return 9; }
  std::uint8_t output_table() const override { return 10; }
  std::optional<std::uint32_t> port_key(std::string_view) const override { return 5; }
  openflow::Subfield ct_zone() const override { return {openflow::reg(13), 0, 16}; }
  Result<void> call(const Call&, openflow::Actions&) const override { return {}; }
};

// Every field that may be assigned to, in whole and in part, from a constant and from a register.
TEST(Switch, TakesEveryAction) {
  std::string text;
  std::vector<std::string> rows = {"ct_next;",
                                   "ct_clear;",
                                   "ct_commit { ct_mark = 1/1; ct_label[96..127] = reg3; };",
                                   "ip.ttl--;",
                                   "clone { eth.src <-> eth.dst; outport = \"a\"; output; };",
                                   "ip4.src <-> ip4.dst; next;",
                                   "ct_commit { ct_label = 0x10000000000000001; }; next;"};
  for (const Symbol& symbol : all_symbols()) {
    if (!symbol.writable || symbol.kind != SymbolKind::kField) continue;
    const std::string name(symbol.name);
    rows.push_back(name + " = 1;");
    if (symbol.width <= 32)
      rows.push_back(name + " = reg9[0.." + std::to_string(symbol.width - 1) + "];");
    if (symbol.level == Level::kOrdinal && symbol.width > 1) rows.push_back(name + "[1] = 1;");
  }
  LowerOptions options;
  std::size_t priority = 1;
  for (const std::string& row : rows) {
    const auto actions = parse_actions(row);
    ASSERT_TRUE(actions.has_value()) << row << " " << actions.error().error().message;
    const auto lowered = lower_actions(*actions, Stages());
    ASSERT_TRUE(lowered.has_value()) << row;
    const auto matches = lower(prerequisites(*actions), FixedScope(), options);
    ASSERT_TRUE(matches.has_value() && !matches->empty()) << row;
    for (const LoweredMatch& m : *matches) {
      text += "table=1,priority=" + std::to_string(priority++) + "," + m.match.to_string() +
              ",actions=" + lowered->to_string() + "\n";
    }
  }
  const openflow::TestSwitch ovs(1);
  install(ovs, text);
}

}  // namespace
}  // namespace mooring::expr

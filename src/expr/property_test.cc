// Lowered flows say what direct evaluation says.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "expr/parser.h"
#include "expr/testing/flow_table.h"
#include "expr/testing/generator.h"
#include "expr/testing/scope.h"

namespace mooring::expr {
namespace {

FixedScope world() {
  FixedScope out;
  out.ports = {{"a", {1, {}}}, {"b", {2, {}}}, {"far", {3, 7}}};
  out.groups = {{"pg", {{1, {}}, {2, {}}, {0xff, {}}}}, {"wide", {{1, 7}, {1, 8}, {0, 7}}}};
  out.sets = {
      {"as", AddressSet::from({"0.0.0.1", "0.0.0.2", "10.1.0.0/16", "fe80::1", "7", "bad"})},
      {"six", AddressSet::from({"::1", "::2", "2001:db8::/32", "00:00:00:00:00:01"})}};
  out.residents = {"a"};
  return out;
}

LowerOptions options(bool conjunctions) {
  LowerOptions out;
  if (conjunctions) out.conjunction_id = [](std::uint32_t index) { return 1 + index; };
  out.max_matches = 3000;
  return out;
}

struct Tally {
  int refused = 0, checked = 0, matched = 0, conjunctive = 0;
};

// Holds a text's flows against its meaning for some packets.
void hold(const std::string& text, const std::vector<Packet>& packets, bool conjunctions,
          Tally& tally) {
  static const FixedScope scope = world();
  const auto expr = parse(text);
  ASSERT_TRUE(expr.has_value()) << text << "\n" << expr.error().caret(text);
  const std::string printed = to_string(*expr);
  const auto again = parse(printed);
  ASSERT_TRUE(again.has_value()) << printed << again.error().error().message;
  ASSERT_EQ(*again, *expr) << text;
  const auto flows = lower(*expr, scope, options(conjunctions));
  if (!flows) {
    ++tally.refused;
    return;
  }
  for (const LoweredMatch& flow : *flows) {
    const auto checked = flow.match.check();
    ASSERT_TRUE(checked.has_value()) << text << "\n"
                                     << flow.match.to_string() << ": " << checked.error().message;
    if (!flow.clauses.empty()) ++tally.conjunctive;
  }
  for (const Packet& packet : packets) {
    const bool meaning = evaluate(*expr, packet, scope);
    const Verdict found = look_up(*flows, packet);
    ASSERT_EQ(found.matched, meaning) << text << "\npacket " << exact(packet).to_string();
    ASSERT_FALSE(found.dangling) << text;
    ++tally.checked;
    if (meaning) ++tally.matched;
  }
}

TEST(Property, RandomExpressionsAndPackets) {
  Tally tally;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    Generator generate(seed);
    const std::string text = generate.expression(static_cast<int>(seed % 5));
    std::vector<Packet> packets;
    for (int i = 0; i < 24; ++i) packets.push_back(generate.packet());
    hold(text, packets, seed % 4 != 0, tally);
    if (HasFatalFailure()) return;
  }
  // Numbers that say the test tests: few refused, both answers common, conjunctions met.
  EXPECT_LT(tally.refused, 400);
  EXPECT_GT(tally.matched, tally.checked / 10);
  EXPECT_LT(tally.matched, tally.checked * 9 / 10);
  EXPECT_GT(tally.conjunctive, 1000);
}

// Every packet that differs in what the atoms below ask about.
std::vector<Packet> all_small_packets() {
  std::vector<Packet> out;
  for (const unsigned type : {0x800U, 0x86ddU, 0x806U}) {
    for (const unsigned proto : {6U, 17U}) {
      for (unsigned bits = 0; bits < 16; ++bits) {
        Packet p;
        p.set(Var::kEthType, type);
        if (type != 0x806) p.set(Var::kIpProto, proto);
        if (type != 0x806 && proto == 6) p.set(Var::kTcpDst, bits & 3);
        p.set(reg(0), bits >> 2 & 1);
        p.set(kInportVar, 1 + (bits >> 3));
        out.push_back(p);
      }
    }
  }
  return out;
}

TEST(Property, EverySmallExpression) {
  // Atoms with their negations where the language has one.
  const std::vector<std::pair<std::string, std::string>> atoms = {
      {"ip4", ""},
      {"tcp", ""},
      {"reg0[0]", "!reg0[0]"},
      {"tcp.dst == {1, 2}", "tcp.dst != {1, 2}"},
      {"tcp.dst < 2", "tcp.dst >= 2"},
      {"inport == \"a\"", ""},
      {"inport == @pg", ""}};
  std::vector<std::string> literals;
  for (const auto& [positive, negative] : atoms) {
    literals.push_back(positive);
    if (!negative.empty()) literals.push_back(negative);
  }
  const auto packets = all_small_packets();
  Tally tally;
  for (const std::string& a : literals) {
    for (const std::string& b : literals) {
      for (const std::string& c : literals) {
        for (const char* shape : {"(A && B) || C", "(A || B) && C", "A && B && C"}) {
          std::string text;
          for (const char* at = shape; *at != '\0'; ++at) {
            text += *at == 'A'   ? "(" + a + ")"
                    : *at == 'B' ? "(" + b + ")"
                    : *at == 'C' ? "(" + c + ")"
                                 : std::string(1, *at);
          }
          hold(text, packets, true, tally);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
  EXPECT_EQ(tally.refused, 0);
}

// What the plan's slots give for each member is what lowering the whole gives.
TEST(Property, OrderOfMembersDoesNotMatter) {
  FixedScope turned = world();
  for (auto& [name, ports] : turned.groups) std::reverse(ports.begin(), ports.end());
  for (auto& [name, set] : turned.sets) std::reverse(set.members.begin(), set.members.end());
  for (std::uint32_t seed = 5000; seed < 5300; ++seed) {
    Generator generate(seed);
    const Expr expr = parse(generate.expression(3)).value();
    const auto one = lower(expr, world(), options(true)), two = lower(expr, turned, options(true));
    ASSERT_EQ(one.has_value(), two.has_value());
    if (!one) continue;
    ASSERT_EQ(*one, *two) << to_string(expr);
  }
}

}  // namespace
}  // namespace mooring::expr

#include "expr/parser.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace mooring::expr {
namespace {

using testing::HasSubstr;

// The canonical text of what a text says, or its error.
std::string canonical(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? to_string(*parsed) : parsed.error().error().message;
}

struct Case {
  std::string text;
  std::string canonical;
};

TEST(Parser, PrintsWhatItRead) {
  const std::vector<Case> cases = {
      {"1", "1"},
      {"0", "0"},
      {"!1", "0"},
      {"ip4", "ip4"},
      {"ip4 == 1", "ip4"},
      {"eth.bcast == 0", "!eth.bcast"},
      {"!eth.mcast", "!eth.mcast"},
      {"eth.dst[40]", "eth.dst[40]"},
      {"eth.dst[40] != 1", "!eth.dst[40]"},
      {"tcp.dst == 80", "tcp.dst == 80"},
      {"80 == tcp.dst", "tcp.dst == 80"},
      {"80 < tcp.dst", "tcp.dst > 80"},
      {"0 < tcp.dst < 5", "tcp.dst > 0 && tcp.dst < 5"},
      {"5 >= tcp.dst > 1", "tcp.dst <= 5 && tcp.dst > 1"},
      {"tcp.dst == {80, 443 8080,}", "tcp.dst == {80, 443, 8080}"},
      {"{1, 2} != tcp.src", "tcp.src != {1, 2}"},
      {"tcp.dst=={80}", "tcp.dst == 80"},
      {"ip4.src==10.0.0.0/8", "ip4.src == 10.0.0.0/8"},
      {"ip4.src == 10.0.0.0/255.0.0.0", "ip4.src == 10.0.0.0/8"},
      {"ip4.src == 10.0.0.1/32", "ip4.src == 10.0.0.1"},
      {"ip4.src == 10.0.0.0/255.0.255.0", "ip4.src == 10.0.0.0/255.0.255.0"},
      {"ip4.src == 0.0.0.0/0", "ip4.src == 0.0.0.0/0"},
      {"ip6.dst == {ff02::1, 2001:db8::/32}", "ip6.dst == {ff02::1, 2001:db8::/32}"},
      {"ip6.src == fe80::1", "ip6.src == fe80::1"},
      {"eth.src == 01:02:03:04:05:06", "eth.src == 01:02:03:04:05:06"},
      {"eth.src == fe:00:00:00:00:00/ff:00:00:00:00:00",
       "eth.src == fe:00:00:00:00:00/ff:00:00:00:00:00"},
      {"eth.type == 0x0800", "eth.type == 0x800"},
      {"reg0[0..3] == 0x4/0xc", "reg0[0..3] == 0x4/0xc"},
      {"xxreg0 == 0x123456789abcdef0123456789abcdef0",
       "xxreg0 == 0x123456789abcdef0123456789abcdef0"},
      {"inport == \"a b\"", "inport == \"a b\""},
      {R"(outport == "q\"\\\u00e4\n")", "outport == \"q\\\"\\\\\xc3\xa4\\u000a\""},
      {"inport == @pg1 && ip4.src == $set_1.x", "inport == @pg1 && ip4.src == $set_1.x"},
      {"ip4.src == {$a, 10.0.0.1, $b}", "ip4.src == {$a, 10.0.0.1, $b}"},
      {"(ip4) && ((tcp))", "ip4 && tcp"},
      {"(ip4 && tcp) && udp", "ip4 && tcp && udp"},
      {"(ip4 || ip6) && tcp", "(ip4 || ip6) && tcp"},
      {"!(ip4.src == 10.0.0.1)", "!(ip4.src == 10.0.0.1)"},
      {"!(!(ip4))", "ip4"},
      {"!(inport != \"x\")", "!(inport != \"x\")"},
      {"is_chassis_resident(\"p\") && !is_chassis_resident(\"q\")",
       "is_chassis_resident(\"p\") && !is_chassis_resident(\"q\")"},
      {"ct.est && !ct.rel && ct_mark[0] == 0", "ct.est && !ct.rel && !ct_mark[0]"},
      {"/* all */ ip4 // of it", "ip4"},
      {"vlan.vid == 5 || !vlan.present", "vlan.vid == 5 || !vlan.present"},
      {"ip.proto == {1, 2}", "ip.proto == {1, 2}"},
      {"tcp.dst == 80//x", "tcp.dst == 80"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(canonical(c.text), c.canonical) << c.text;
    EXPECT_EQ(canonical(c.canonical), c.canonical);
    EXPECT_EQ(parse(c.text).value(), parse(c.canonical).value()) << c.text;
  }
}

TEST(Parser, SaysWhatIsWrongAndWhere) {
  const std::vector<Case> cases = {
      {"ip4 && tcp.dst == 70000", "at 18: tcp.dst is 16 bits, 70000 doesn't fit"},
      {"ip4.src == ::1", "at 11: ip4.src is 32 bits, an IPv6 address (128 bits) doesn't fit"},
      {"vlan.pcp == 8", "at 12: vlan.pcp is 3 bits, 8 doesn't fit"},
      {"tcp.dts == 1", "at 0: there is no field or predicate 'tcp.dts': is tcp.dst meant?"},
      {"frobnicate", "at 0: there is no field or predicate 'frobnicate'"},
      {"ip4.src == 10.0.0.1/24",
       "at 11: 10.0.0.1/24 has bits set outside its mask: 10.0.0.0/24 would be right"},
      {"ip4.src == 10.0.0.0/33", "at 11: a prefix of /33 is too long: 32 bits at most"},
      {"ip4 && tcp || udp", "at 11: && and || need parentheses when used together"},
      {"!tcp.dst == 80", "at 0: ! before a comparison needs parentheses: !(...)"},
      {"tcp.dst", "at 0: tcp.dst isn't one bit: say what it is compared with, as in tcp.dst != 0"},
      {"inport",
       "at 0: inport isn't one bit: say what it is compared with, as in inport != \"name\""},
      {"inport == 5", "at 10: inport is compared with a quoted name or @group, not with 5"},
      {"ip4.src == \"x\"", "at 11: ip4.src is compared with numbers, not with a string"},
      {"ip4.src == @pg", "at 11: ip4.src is compared with numbers, not with a port group"},
      {"inport == $set", "at 10: inport can't be compared with an address set"},
      {"", "at 0: a field, a constant, ! or ( is expected, not the end"},
      {"ip4 &&", "at 6: a field, a constant, ! or ( is expected, not the end"},
      {"(ip4", "at 4: &&, || or ')' is expected, not the end"},
      {"ip4)", "at 3: &&, || or the end is expected, not ')'"},
      {"tcp.dst == {}", "at 12: a constant is expected, not '}'"},
      {"tcp.dst == {1", "at 13: a constant or '}' is expected, not the end"},
      {"tcp.dst < {1, 2}", "at 11: < takes one number: sets go with == and != only"},
      {"ip.ttl < 5", "at 0: ip.ttl has no order: only == and != can follow, not <"},
      {"1 < tcp.dst > 5",
       "at 12: both relations of a range point the same way: 1 < field <= 5 or 5 >= field > 1"},
      {"tcp.dst < 5 < 6", "at 12: a range is written 1 < field < 5, the field in the middle"},
      {"eth.src[3..1] == 1", "at 7: [3..1] is the wrong way round: [1..3]"},
      {"tcp.dst[16]", "at 7: tcp.dst has 16 bits, so there is no bit 16"},
      {"ip.ttl[0]", "at 6: ip.ttl can't be taken apart into bits"},
      {"5", "at 0: a constant alone is no condition: only 0 (never) and 1 (always) are"},
      {"ip4 & tcp", "at 4: '&' has no meaning here"},
      {"inport == \"x", "at 10: the string isn't closed by a quote"},
      {"tcp.dst == 08", "at 11: 08 has leading zeros: octal isn't known here"},
      {"tcp.dst == 0x", "at 11: 0x has no hexadecimal digits"},
      {"eth.src == 1:2", "at 11: 1:2 is neither a MAC address nor an IPv6 address"},
      {"ip4.src == 1.2.3", "at 11: 1.2.3 isn't an IPv4 address"},
      {"is_chassis_resident(5)", "at 20: the quoted name of a port is expected, not 5"},
      {"/* x", "at 0: the comment isn't closed by */"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(canonical(c.text), c.canonical) << c.text;
  }
}

TEST(Parser, NominalFieldsAreNotNegated) {
  for (const std::string text : {"eth.type != 0x800", "!(eth.type == 0x800)", "inport != \"a\"",
                                 "!(inport == @pg)", "ip.proto != {1, 2}"}) {
    EXPECT_THAT(canonical(text), HasSubstr("only be tested for equality")) << text;
  }
  for (const std::string text : {"!ip4", "ip4 == 0", "!(tcp && udp)", "!(ip4 != 0)"}) {
    EXPECT_THAT(canonical(text), HasSubstr("only be tested in the positive")) << text;
  }
  for (const std::string text :
       {"!(eth.type != 0x800)", "!(ip4 == 0)", "!(tcp.dst == 80)", "!ct.trk"}) {
    EXPECT_TRUE(parse(text).has_value()) << canonical(text);
  }
}

TEST(Parser, NestingIsLimited) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "ip4" + std::string(depth, ')');
  };
  EXPECT_TRUE(parse(nested(kMaxNesting)).has_value());
  EXPECT_THAT(canonical(nested(kMaxNesting + 1)), HasSubstr("nest deeper than 100"));
  EXPECT_FALSE(parse(nested(kMaxText / 4)).has_value());
}

TEST(Parser, CaretPointsAtTheError) {
  const std::string text = "ip4 &&\ntcp.dst == 70000";
  EXPECT_EQ(parse(text).error().caret(text), "tcp.dst == 70000\n           ^\n");
  const std::string umlaut = "inport == \"\xc3\xa4\" && x";
  EXPECT_EQ(parse(umlaut).error().caret(umlaut), umlaut + "\n                 ^\n");
}

TEST(Parser, NamesThatAnExpressionRefersTo) {
  const auto refs = references(
      parse("inport == {\"a\", @g} && (ip4.src == $s || is_chassis_resident(\"r\"))").value());
  EXPECT_EQ(refs.ports, Set<std::string>{"a"});
  EXPECT_EQ(refs.port_groups, Set<std::string>{"g"});
  EXPECT_EQ(refs.address_sets, Set<std::string>{"s"});
  EXPECT_EQ(refs.residents, Set<std::string>{"r"});
}

TEST(Symbols, TextsOfTheTableAreRight) {
  for (const Symbol& symbol : all_symbols()) {
    EXPECT_EQ(find_symbol(symbol.name), &symbol);
    for (const std::string_view text : {symbol.prerequisite, symbol.expansion}) {
      const bool right = text.empty() || parse(text).has_value();
      EXPECT_TRUE(right) << symbol.name << ": " << canonical(text);
    }
    EXPECT_EQ(symbol.expansion.empty(), symbol.kind != SymbolKind::kPredicate);
  }
}

}  // namespace
}  // namespace mooring::expr

// Every production broken in every way that a generator finds: no crash, and an error with its
// place.
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <vector>

#include "expr/actions.h"
#include "expr/lower.h"
#include "expr/parser.h"
#include "expr/testing/generator.h"
#include "expr/testing/scope.h"

namespace mooring::expr {
namespace {

// One of each token, right and wrong ones.
const std::vector<std::string> kTokens = {"(",          ")",
                                          "{",          "}",
                                          "[",          "]",
                                          ",",          ";",
                                          "..",         "==",
                                          "!=",         "<",
                                          "<=",         ">",
                                          ">=",         "!",
                                          "&&",         "||",
                                          "=",          "<->",
                                          "--",         "0",
                                          "1",          "70000",
                                          "0x1/0x1",    "10.0.0.1",
                                          "10.0.0.0/8", "::1",
                                          "fe80::/10",  "00:00:00:00:00:01",
                                          "\"a\"",      "\"",
                                          "$as",        "@pg",
                                          "$",          "@",
                                          "ip4",        "ip4.src",
                                          "tcp.dst",    "inport",
                                          "reg0",       "ct.est",
                                          "eth.type",   "vlan.tci",
                                          "next",       "clone",
                                          "ct_commit",  "is_chassis_resident",
                                          "nonsense",   "&",
                                          "/*",         "//",
                                          "\x01",       "\xff",
                                          "1.2.3",      "0x",
                                          "5/",         "9999999999999999999999"};

// Texts that together use every production.
const std::vector<std::string> kMatches = {
    "ip4 && (tcp.dst == 80 || !ct.est) && inport == @pg",
    "0 < tcp.dst <= 5 && ip4.src == {10.0.0.0/8, $as, 1.2.3.4}",
    "!(ip4.src != 10.0.0.1) || is_chassis_resident(\"a\")",
    "reg0[0..3] == 0x4/0xc && eth.src[40] && 5 == reg1 && inport == {\"a\", @pg}",
    "eth.dst == 01:00:00:00:00:00/01:00:00:00:00:00 && vlan.present == 0",
};
const std::vector<std::string> kActions = {
    "reg0[0] = 1; eth.dst = eth.src; eth.src <-> eth.dst; ip.ttl--; next(pipeline=egress, "
    "table=5);",
    "outport = \"a\"; clone { output; }; ct_commit { ct_mark = 1/1; ct_label[0..31] = reg0; }; "
    "next;",
    "reg0[1] = f(inport, key=5, word=info); log(name=\"x\"); reject { drop; }; ct_next; ct_clear;",
};

// Where tokens of a text begin, roughly: words, numbers and single signs.
std::vector<std::pair<std::size_t, std::size_t>> pieces(const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  const auto word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
  };
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (word(text[i]) && end < text.size() && word(text[end])) ++end;
    if (text[i] != ' ') out.emplace_back(i, end - i);
    i = end;
  }
  return out;
}

std::vector<std::string> broken(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t length = 0; length < text.size(); ++length)
    out.push_back(text.substr(0, length));
  for (const auto& [at, length] : pieces(text)) {
    std::string without = text;
    without.erase(at, length);
    out.push_back(without);
    std::string doubled = text;
    doubled.insert(at, text.substr(at, length) + " ");
    out.push_back(doubled);
    for (const std::string& token : kTokens) {
      std::string replaced = text, inserted = text;
      replaced.replace(at, length, token);
      inserted.insert(at, token + " ");
      out.push_back(replaced);
      out.push_back(inserted);
    }
  }
  return out;
}

void expect_placed(const SyntaxError& error, const std::string& text) {
  EXPECT_LE(error.position, text.size()) << text;
  EXPECT_FALSE(error.message.empty()) << text;
  EXPECT_FALSE(error.caret(text).empty());
}

TEST(Grammar, BrokenMatches) {
  FixedScope scope;
  scope.ports["a"] = {1, {}};
  std::size_t errors = 0, total = 0;
  for (const std::string& right : kMatches) {
    ASSERT_TRUE(parse(right).has_value()) << right << parse(right).error().error().message;
    for (const std::string& text : broken(right)) {
      ++total;
      const auto parsed = parse(text);
      if (!parsed) {
        ++errors;
        expect_placed(parsed.error(), text);
        continue;
      }
      const auto again = parse(to_string(*parsed));
      ASSERT_TRUE(again.has_value()) << text << " became " << to_string(*parsed);
      ASSERT_EQ(*again, *parsed) << text;
    }
  }
  EXPECT_GT(errors, total / 2);
  EXPECT_LT(errors, total);
}

TEST(Grammar, BrokenActions) {
  for (const std::string& right : kActions) {
    ASSERT_TRUE(parse_actions(right).has_value())
        << right << parse_actions(right).error().error().message;
    for (const std::string& text : broken(right)) {
      const auto parsed = parse_actions(text);
      if (!parsed) {
        expect_placed(parsed.error(), text);
        continue;
      }
      const auto again = parse_actions(to_string(*parsed));
      ASSERT_TRUE(again.has_value()) << text << " became " << to_string(*parsed);
      ASSERT_EQ(*again, *parsed) << text;
      EXPECT_TRUE(parse(to_string(prerequisites(*parsed))).has_value());
    }
  }
}

TEST(Grammar, RandomTokens) {
  Generator random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (unsigned n = random.below(12); n > 0; --n) {
      text += kTokens[random.below(static_cast<unsigned>(kTokens.size()))];
      if (random.chance(80)) text += ' ';
    }
    if (const auto match = parse(text); !match) expect_placed(match.error(), text);
    if (const auto actions = parse_actions(text); !actions) expect_placed(actions.error(), text);
  }
}

TEST(Grammar, LongTexts) {
  std::string wide = "tcp.dst == {";
  for (int i = 0; i < 60000; ++i) wide += std::to_string(i) + ",";
  const auto parsed = parse(wide + "}");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(lower(*parsed, FixedScope(), {}).value().size(), 14U) << "0 to 59999 is 7 prefixes";
  std::string chain = "ip4";
  for (int i = 0; i < 20000; ++i) chain += " && reg0[" + std::to_string(i % 32) + "]";
  EXPECT_EQ(lower(parse(chain).value(), FixedScope(), {}).value().size(), 1U);
  std::string negations;
  for (int i = 0; i < 90; ++i) negations += "!(";
  EXPECT_TRUE(parse(negations + "ct.trk" + std::string(90, ')')).has_value());
  EXPECT_FALSE(parse(std::string(kMaxText + 1, ' ')).has_value());
}

// Many protocols, each with an alternative of its own: work must not be their number squared.
TEST(Grammar, ManyKindsOfPackets) {
  const auto text = [](const std::string& before, int kinds) {
    std::string out = before;
    for (int i = 1; i <= kinds; ++i) {
      const std::string n = std::to_string(i);
      out += (i == 1 ? "((" : " || (") + ("eth.type == " + n + " && reg1 == " + n) + ")";
    }
    return out + ")";
  };
  EXPECT_EQ(lower(parse(text("", 9000)).value(), FixedScope(), {}).value().size(), 9000U);
  const auto nested = lower(parse(text("reg0 != 5 && ", 9000)).value(), FixedScope(), {});
  ASSERT_FALSE(nested.has_value());
  EXPECT_NE(nested.error().message.find("too complex"), std::string::npos)
      << nested.error().message;
}

TEST(Grammar, WhatExpandsToMillionsIsRefusedWithItsSize) {
  // Sixteen alternatives of which each has two fields with two values: (2 x 2 + 2 x 2) ^ 16.
  std::string text;
  for (int i = 0; i < 16; ++i) {
    const std::string bits =
        "[" + std::to_string(2 * i) + ".." + std::to_string(2 * i + 1) + "] == {1, 2}";
    if (i != 0) text += " && ";
    text += "((reg0" + bits + " && reg1" + bits + ") || (reg2" + bits + " && reg3" + bits + "))";
  }
  LowerOptions options;
  options.conjunction_id = [](std::uint32_t index) { return index + 1; };
  const auto out = lower(parse(text).value(), FixedScope(), options);
  ASSERT_FALSE(out.has_value());
  EXPECT_NE(out.error().message.find("281474976710656 OpenFlow matches"), std::string::npos)
      << out.error().message;
}

}  // namespace
}  // namespace mooring::expr

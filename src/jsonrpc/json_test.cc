#include "jsonrpc/json.h"

#include <gtest/gtest.h>

#include <limits>

#include "jsonrpc/writer.h"

namespace mooring::json {
namespace {

TEST(Json, ReadsWhatItWrites) {
  const std::string text =
      R"({"a":[1,-9223372036854775808,2.5,true,false,null,"x\"\\\n\u0001é"],"b":{"c":[]},"":{}})";
  Parser parser;
  auto value = parser.parse(text);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->dump(), text);
  EXPECT_EQ((*value)["a"].size(), 7u);
  EXPECT_EQ((*value)["a"].at(1).integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ((*value)["a"].at(2).real(), 2.5);
  EXPECT_EQ((*value)["a"].at(0).real(), 1.0);
  EXPECT_EQ((*value)["a"].at(6).string(), "x\"\\\n\x01é");
}

TEST(Json, WrongQuestionsHaveEmptyAnswers) {
  Parser parser;
  Value object = *parser.parse(R"({"a":1})");
  EXPECT_EQ(object.integer(), std::nullopt);
  EXPECT_EQ(object.string(), std::nullopt);
  EXPECT_TRUE(object.elements().empty());
  EXPECT_TRUE(object["b"].is_null());
  EXPECT_TRUE(object["b"]["c"].at(3)["d"].is_null());
  EXPECT_TRUE(object["a"].members().empty());
  EXPECT_EQ(object["a"].boolean(), std::nullopt);
  EXPECT_TRUE(Value().elements().empty());
  EXPECT_EQ(Value().dump(), "null");
  EXPECT_EQ(parser.parse("2.5")->integer(), std::nullopt);
  EXPECT_EQ(parser.parse("18446744073709551615")->kind(), Kind::kReal);
}

TEST(Json, RefusesWhatIsNotJson) {
  Parser parser;
  for (std::string text : {"", "{", "{]", "nul", "\"\x01\"", "\"\xff\"", "[1,]", "{\"a\"}", "1 2",
                           "01", "\"\\ud800\"", "[1}", "1e999"}) {
    EXPECT_FALSE(parser.parse(text)) << text;
  }
  EXPECT_TRUE(parser.parse("[]"));
}

TEST(Json, LimitsHold) {
  Parser parser({.bytes = 100, .depth = 8});
  EXPECT_FALSE(parser.parse(std::string(101, ' ')));
  EXPECT_TRUE(parser.parse("[[[[[[[1]]]]]]]"));
  EXPECT_FALSE(parser.parse("[[[[[[[[[[1]]]]]]]]]]"));
  EXPECT_TRUE(parser.parse("[]"));
}

TEST(Json, ParsesAfterGivingMemoryBack) {
  Parser parser;
  std::string big = "[\"" + std::string(8 << 20, 'x') + "\"]";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(parser.parse(big)->at(0).string()->size(), std::size_t{8} << 20);
    parser.release(1000);
    EXPECT_EQ(parser.parse("[7]")->at(0).integer(), 7);
  }
}

TEST(JsonWriter, MendsWhatIsNotUtf8) {
  EXPECT_EQ(quoted("a\xff"
                   "b"),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(quoted(std::string_view("\0", 1)), "\"\xef\xbf\xbd\"");
  EXPECT_EQ(quoted("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");  // a surrogate
  EXPECT_EQ(quoted("\xc0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");                  // overlong
  EXPECT_EQ(quoted("\xf0\x9f\x98\x80 \xe2\x82"), "\"\xf0\x9f\x98\x80 \xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonWriter, NumbersComeBack) {
  for (double number : {0.1, -1e300, 5e-324, 3.0}) {
    std::string out;
    Writer(out).real(number);
    Parser parser;
    EXPECT_EQ(parser.parse(out)->real(), number) << out;
  }
  std::string out;
  Writer(out).begin_array().real(std::numeric_limits<double>::infinity()).integer(-5).end_array();
  EXPECT_EQ(out, "[0,-5]");
}

}  // namespace
}  // namespace mooring::json

#include "ovsdb/datum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ovsdb/codec.h"
#include "ovsdb/schema.h"

namespace mooring::ovsdb {
namespace {

using ::testing::HasSubstr;

ColumnType type_of(const std::string& json) {
  json::Parser parser;
  auto schema = Schema::parse(
      *parser.parse(R"({"name":"T","tables":{"t":{"columns":{"c":{"type":)" + json + "}}}}}"));
  EXPECT_TRUE(schema) << schema.error().message;
  return schema ? schema->tables.at("t").columns.at("c").type : ColumnType{};
}

const ColumnType kString = type_of(R"("string")");
const ColumnType kInteger =
    type_of(R"({"key":{"type":"integer","minInteger":1,"maxInteger":4094},"min":0,"max":1})");
const ColumnType kStrings = type_of(R"({"key":"string","min":0,"max":"unlimited"})");
const ColumnType kThree = type_of(R"({"key":"string","min":0,"max":3})");
const ColumnType kMap = type_of(R"({"key":"string","value":"string","min":0,"max":"unlimited"})");
const ColumnType kCounts = type_of(R"({"key":"integer","value":"real","min":0,"max":"unlimited"})");
const ColumnType kUuids =
    type_of(R"({"key":{"type":"uuid","refTable":"t"},"min":0,"max":"unlimited"})");
const ColumnType kEnum = type_of(R"({"key":{"type":"string","enum":["set",["access","trunk"]]}})");
const ColumnType kShort = type_of(R"({"key":{"type":"string","minLength":2,"maxLength":3}})");

std::string through_text(const ColumnType& type, std::string_view text) {
  auto datum = Datum::from_text(type, text);
  return datum ? datum->to_text(type) : "error: " + datum.error().message;
}

TEST(DatumText, IsReadAndPrinted) {
  EXPECT_EQ(through_text(kString, "eth0"), "eth0");
  EXPECT_EQ(through_text(kString, "two words, [x]"), R"("two words, [x]")");
  EXPECT_EQ(through_text(kString, R"("q\"\u00e9")"), "\"q\\\"é\"");
  EXPECT_EQ(through_text(kString, R"("")"), R"("")");
  EXPECT_EQ(through_text(kString, "true"), R"("true")");
  EXPECT_EQ(through_text(kString, "0a:00"), R"("0a:00")");
  EXPECT_EQ(through_text(kInteger, "101"), "101");
  EXPECT_EQ(through_text(kInteger, "[101]"), "101");
  EXPECT_EQ(through_text(kInteger, "[]"), "[]");
  EXPECT_EQ(through_text(kInteger, ""), "[]");
  EXPECT_EQ(through_text(kStrings, "b a,c"), "[a, b, c]");
  EXPECT_EQ(through_text(kStrings, R"([ "x y" ,z ])"), R"(["x y", z])");
  EXPECT_EQ(through_text(kStrings, "0a:00:00:00:00:01"), R"(["0a:00:00:00:00:01"])");
  EXPECT_EQ(through_text(kMap, "k=v, a=10.0.0.0/8"), R"({a="10.0.0.0/8", k=v})");
  EXPECT_EQ(through_text(kMap, "{k = \"\"}"), R"({k=""})");
  EXPECT_EQ(through_text(kMap, "{}"), "{}");
  EXPECT_EQ(through_text(kCounts, "2=1 -1=0.5"), "{-1=0.5, 2=1}");
  EXPECT_EQ(through_text(kEnum, "trunk"), "trunk");
  EXPECT_EQ(through_text(kShort, "éé"), "\"éé\"");
}

TEST(DatumText, ErrorsSayWhatIsWrong) {
  auto error = [](const ColumnType& type, std::string_view text) {
    auto datum = Datum::from_text(type, text);
    return datum ? "read: " + datum->to_text(type) : datum.error().message;
  };
  EXPECT_THAT(error(kInteger, "0"), HasSubstr("between 1 and 4094"));
  EXPECT_THAT(error(kInteger, "1 2"), HasSubstr("2 values where the type is optional integer"));
  EXPECT_THAT(error(kInteger, "x"), HasSubstr("\"x\" isn't an integer"));
  EXPECT_THAT(error(kInteger, "99999999999999999999"), HasSubstr("isn't an integer"));
  EXPECT_THAT(error(kInteger, "\"5\""), HasSubstr("in quotes"));
  EXPECT_THAT(error(kStrings, "[a"), HasSubstr("']' is missing"));
  EXPECT_THAT(error(kStrings, "[a] b"), HasSubstr("after the bracket"));
  EXPECT_THAT(error(kStrings, "a=b"), HasSubstr("'='"));
  EXPECT_THAT(error(kStrings, "a a"), HasSubstr("appears twice"));
  EXPECT_THAT(error(kStrings, "\"a"), HasSubstr("quote isn't closed"));
  EXPECT_THAT(error(kStrings, "\"a\\"), HasSubstr("quote isn't closed"));
  EXPECT_THAT(error(kStrings, R"("\x")"), HasSubstr("isn't a string"));
  EXPECT_THAT(error(kThree, "a b c d"), HasSubstr("set of up to 3 strings"));
  EXPECT_THAT(error(kMap, "k"), HasSubstr("no '=' after k"));
  EXPECT_THAT(error(kMap, "k="), HasSubstr("missing at the end"));
  EXPECT_THAT(error(kMap, "k=1,k=2"), HasSubstr("k appears twice"));
  EXPECT_THAT(error(kEnum, "native"), HasSubstr("allowed values (access, trunk)"));
  EXPECT_THAT(error(kShort, "a"), HasSubstr("shorter than 2"));
  EXPECT_THAT(error(kShort, "abcd"), HasSubstr("longer than 3"));
  EXPECT_THAT(error(kUuids, "@x"), HasSubstr("isn't a UUID"));
  EXPECT_THAT(error(kString, "["), HasSubstr("missing"));
}

TEST(DatumText, NamesStandForRowsToCome) {
  Symbols symbols;
  auto first = Datum::from_text(kUuids, "@a @b", &symbols);
  auto second = Datum::from_text(kUuids, "@a", &symbols);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(symbols.size(), 2u);
  EXPECT_TRUE(first->contains(second->keys[0]));
  EXPECT_TRUE(is_placeholder(symbols.at("a")));
  EXPECT_THAT(to_json(symbols.at("a")), HasSubstr("[\"named-uuid\",\"row"));
}

TEST(AtomText, TakesStringsAsTheyAre) {
  EXPECT_EQ(Atom::from_text(kString.key, "a b=c")->to_text(), "\"a b=c\"");
  EXPECT_EQ(Atom::from_text(kString.key, "\"a\"")->to_text(), "a");
  EXPECT_EQ(Atom::from_text(kInteger.key, "7")->to_text(), "7");
  EXPECT_FALSE(Atom::from_text(kInteger.key, "7 8"));
}

TEST(DatumJson, GoesThereAndBack) {
  json::Parser parser;
  for (auto [type, text] : std::vector<std::pair<ColumnType, std::string>>{
           {kString, R"("x")"},
           {kInteger, "5"},
           {kInteger, R"(["set",[]])"},
           {kStrings, R"(["set",["a","b"]])"},
           {kMap, R"(["map",[["a","1"],["b","2"]]])"},
           {kUuids, R"(["uuid","00000000-0000-4000-8000-000000000001"])"}}) {
    auto datum = Datum::from_json(type, *parser.parse(text));
    ASSERT_TRUE(datum) << text;
    std::string out;
    json::Writer writer(out);
    datum->to_json(type, writer);
    EXPECT_EQ(out, text);
  }
}

TEST(DatumJson, RefusesOtherTypes) {
  json::Parser parser;
  for (auto [type, text] :
       std::vector<std::pair<ColumnType, std::string>>{{kString, "5"},
                                                       {kString, R"(["set",[]])"},
                                                       {kString, R"(["set",["a","b"]])"},
                                                       {kInteger, "2.5"},
                                                       {kStrings, R"(["set",["a",5]])"},
                                                       {kStrings, R"(["set",["a","a"]])"},
                                                       {kStrings, "{}"},
                                                       {kStrings, R"(["map",[]])"},
                                                       {kMap, R"(["map",[["a"]]])"},
                                                       {kMap, R"(["map",[["a","b"],["a","c"]]])"},
                                                       {kMap, R"(["set",[]])"},
                                                       {kUuids, R"(["uuid","x"])"},
                                                       {kUuids, R"(["set",[["uuid"]]])"}}) {
    EXPECT_FALSE(Datum::from_json(type, *parser.parse(text))) << text;
  }
}

TEST(Datum, IsCanonical) {
  json::Parser parser;
  auto a = Datum::from_json(kMap, *parser.parse(R"(["map",[["b","2"],["a","1"]]])"));
  Datum b;
  b.put({std::string("b")}, {std::string("x")});
  b.put({std::string("a")}, {std::string("1")});
  b.put({std::string("b")}, {std::string("2")});
  EXPECT_EQ(*a, b);
  b.erase({std::string("a")});
  EXPECT_EQ(b.values.size(), 1u);
  EXPECT_EQ(Datum::initial(kString).to_text(kString), "\"\"");
  EXPECT_EQ(Datum::initial(kStrings), Datum());
}

TEST(Schema, ErrorsNameTheColumn) {
  auto schema = Schema::parse_text(
      R"({"name":"T","tables":{"t":{"columns":{"c":{"type":{"key":"strong"}}}}}})");
  ASSERT_FALSE(schema);
  EXPECT_THAT(schema.error().message,
              HasSubstr("schema of T, table t: column c: type \"strong\" is none of"));
  EXPECT_FALSE(Schema::parse_text("[]"));
  EXPECT_FALSE(Schema::parse_text("{"));
  EXPECT_FALSE(Schema::parse_text(
      R"({"name":"T","tables":{"t":{"columns":{"c":{"type":{"key":"string","max":-1}}}}}})"));
}

}  // namespace
}  // namespace mooring::ovsdb

#include "cli/column_argument.h"

#include <gtest/gtest.h>

#include "ovsdb/schema.h"

namespace mooring::cli {
namespace {

ovsdb::TableSchema example_schema() {
  auto schema =
      ovsdb::Schema::parse_text(R"({"name":"D","version":"1.0.0","tables":{"T":{"columns":{
      "name":{"type":"string"},
      "tag":{"type":{"key":{"type":"integer","minInteger":0,"maxInteger":9},"min":0,"max":1}},
      "on":{"type":"boolean"},
      "words":{"type":{"key":"string","min":0,"max":"unlimited"}},
      "options":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}}}}}})");
  return *schema->find("T");
}

class ColumnArgumentTest : public testing::Test {
 protected:
  std::string assigned(std::string_view argument) {
    auto parsed = parse_assignment(table_, argument, symbols_);
    if (!parsed) return "error: " + parsed.error().message;
    std::string out = parsed->target.column->name;
    if (!parsed->target.key) return out + " " + parsed->value.to_text(parsed->target.column->type);
    return out + " " + parsed->target.key->to_text() + " " + parsed->value.keys[0].to_text();
  }

  ovsdb::TableSchema table_ = example_schema();
  ovsdb::Symbols symbols_;
};

TEST_F(ColumnArgumentTest, ReadsAssignments) {
  EXPECT_EQ(assigned("name=a"), "name a");
  EXPECT_EQ(assigned("TAG=7"), "tag 7");
  EXPECT_EQ(assigned("tag=[]"), "tag []");
  EXPECT_EQ(assigned("words=b,a"), "words [a, b]");
  EXPECT_EQ(assigned("opt={a=b}"), "options {a=b}");
  EXPECT_EQ(assigned("options:a=b"), "options a b");
}

// After column:key= all the rest is the value, whatever is in it.
TEST_F(ColumnArgumentTest, TakesTheValueOfAKeyWhole) {
  EXPECT_EQ(assigned("options:a=b=c,d e"), "options a \"b=c,d e\"");
  EXPECT_EQ(assigned(R"(options:"a:b"="c\nd")"), R"(options "a:b" "c\nd")");
  EXPECT_EQ(assigned("options:a=\"\""), "options a \"\"");
}

TEST_F(ColumnArgumentTest, NamesWhatIsWrong) {
  EXPECT_EQ(assigned("=x"), "error: \"=x\" does not begin with a column's name");
  EXPECT_EQ(assigned("nmae=x"), "error: table T: unknown column \"nmae\"; did you mean name?");
  EXPECT_EQ(assigned("name:k=x"), "error: \"name:k=x\": column name is no map, so it has no keys");
  for (const std::string_view wrong :
       {"tag=10", "tag=x", "on=maybe", "options:a", "options:a=", "options:a=\"b", "on=true,false",
        "options:\"a=b", "options:=", ":", "", "options=a", "words"}) {
    EXPECT_TRUE(assigned(wrong).starts_with("error: ")) << wrong;
  }
}

TEST_F(ColumnArgumentTest, ReadsEveryOperator) {
  const std::vector<std::pair<std::string, Relation>> known{
      {"=", Relation::kEqual},          {"!=", Relation::kNotEqual},
      {"<", Relation::kLess},           {">", Relation::kGreater},
      {"<=", Relation::kLessOrEqual},   {">=", Relation::kGreaterOrEqual},
      {"{=}", Relation::kSetEqual},     {"{!=}", Relation::kSetNotEqual},
      {"{<}", Relation::kProperSubset}, {"{>}", Relation::kProperSuperset},
      {"{<=}", Relation::kSubset},      {"{in}", Relation::kSubset},
      {"{>=}", Relation::kSuperset},    {"{not-in}", Relation::kNotIn}};
  for (const auto& [sign, relation] : known) {
    auto parsed = parse_comparison(table_, "tag" + sign + "3", symbols_);
    ASSERT_TRUE(parsed) << sign;
    EXPECT_EQ(parsed->relation, relation) << sign;
    parsed = parse_comparison(table_, "options:k" + sign + "v", symbols_);
    ASSERT_TRUE(parsed) << sign;
    EXPECT_EQ(parsed->value, ovsdb::Datum::of({std::string("v")})) << sign;
  }
  EXPECT_FALSE(parse_comparison(table_, "tag~3", symbols_));
}

// A set is compared with several even where the column holds one.
TEST_F(ColumnArgumentTest, SetsMayBeLargerThanTheColumn) {
  auto parsed = parse_comparison(table_, "name{in}a,b", symbols_);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->value.size(), 2U);
  EXPECT_FALSE(parse_comparison(table_, "tag=1,2", symbols_));
}

}  // namespace
}  // namespace mooring::cli

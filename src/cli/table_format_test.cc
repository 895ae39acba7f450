#include "cli/table_format.h"

#include <gtest/gtest.h>

namespace mooring::cli {
namespace {

Table example_table() {
  Table table;
  table.headings = {"name", "ports"};
  table.rows = {{{"a", "\"a\""}, {"[]", "[\"set\",[]]"}},
                {{"\"b,c\"", "\"b,c\""}, {"", "[\"set\",[]]"}}};
  return table;
}

TEST(TableFormat, List) {
  EXPECT_EQ(format_table(example_table(), TableFormat::kList, {}),
            "name                : a\n"
            "ports               : []\n"
            "\n"
            "name                : \"b,c\"\n"
            "ports               : \n");
  EXPECT_EQ(format_table(example_table(), TableFormat::kList, {.headings = false}),
            "a\n[]\n\n\"b,c\"\n\n");
}

TEST(TableFormat, Columns) {
  EXPECT_EQ(format_table(example_table(), TableFormat::kTable, {}),
            "name  ports\n"
            "----- -----\n"
            "a     []\n"
            "\"b,c\"\n");
}

// RFC 4180, 2: quotes are doubled, and what has commas or quotes is quoted.
TEST(TableFormat, Csv) {
  EXPECT_EQ(format_table(example_table(), TableFormat::kCsv, {}),
            "name,ports\na,[]\n\"\"\"b,c\"\"\",\n");
}

TEST(TableFormat, Json) {
  EXPECT_EQ(format_table(example_table(), TableFormat::kJson, {}),
            R"({"data":[["a",["set",[]]],["b,c",["set",[]]]],"headings":["name","ports"]})"
            "\n");
}

TEST(TableFormat, Html) {
  Table table;
  table.headings = {"a<b"};
  EXPECT_EQ(format_table(table, TableFormat::kHtml, {}),
            "<table border=1>\n  <tr>\n    <th>a&lt;b</th>\n  </tr>\n</table>\n");
}

TEST(IndentJson, ChangesNothingInsideStrings) {
  EXPECT_EQ(indent_json(R"({"a":[1,{}],"b\"{,":"[]:"})"),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\\\"{,\": \"[]:\"\n}");
  EXPECT_EQ(indent_json(R"("\\")"), R"("\\")");
}

TEST(DisplayWidth, CountsCodePoints) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("a\xc3\xa4\xe2\x82\xac"), 3U);
}

}  // namespace
}  // namespace mooring::cli

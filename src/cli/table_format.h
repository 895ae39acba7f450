// Tables as text: lists, aligned columns, CSV, JSON and HTML, in the forms of the ovs utilities.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::cli {

enum class TableFormat { kList, kTable, kCsv, kJson, kHtml };
// How a cell is written outside kJson: as OVSDB's text syntax, without quotes and brackets, or as
// OVSDB's JSON.
enum class CellFormat { kString, kBare, kJson };

struct TableStyle {
  CellFormat cells = CellFormat::kString;
  bool headings = true;
  bool pretty = false;  // JSON over several lines
};

// Error: lists the words that are known.
Result<TableFormat> parse_table_format(std::string_view word);
Result<CellFormat> parse_cell_format(std::string_view word);

struct Cell {
  std::string text;  // in the CellFormat that was asked for
  std::string json;  // the OVSDB JSON of the value
};

struct Table {
  std::vector<std::string> headings;
  std::vector<std::vector<Cell>> rows;  // each as long as headings
};

// The table with a newline after each line. Lists put a blank line between rows.
std::string format_table(const Table& table, TableFormat format, const TableStyle& style);

// One JSON text indented by two blanks a level; elsewhere than between tokens nothing changes.
std::string indent_json(std::string_view json);
// How many columns a terminal gives to UTF-8 text, one for each code point.
std::size_t display_width(std::string_view text);

}  // namespace mooring::cli

#include "cli/table_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "jsonrpc/writer.h"

namespace mooring::cli {
namespace {

// A list's values start in one column for all but the longest names.
constexpr std::size_t kListHeading = 20;

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t used = display_width(text);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::string as_list(const Table& table, const TableStyle& style) {
  std::string out;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (i > 0) out += '\n';
    for (std::size_t j = 0; j < table.headings.size(); ++j) {
      if (style.headings) out += padded(table.headings[j], kListHeading) + ": ";
      out += table.rows[i][j].text + "\n";
    }
  }
  return out;
}

// Trailing blanks are cut, so that a line's end shows nothing of the widest row.
void put_line(std::string& out, const std::vector<std::string>& cells,
              const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t j = 0; j < cells.size(); ++j) {
    if (j > 0) line += ' ';
    line += padded(cells[j], widths[j]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

std::string as_columns(const Table& table, const TableStyle& style) {
  std::vector<std::size_t> widths(table.headings.size(), 0);
  for (std::size_t j = 0; j < widths.size(); ++j) {
    if (style.headings) widths[j] = display_width(table.headings[j]);
    for (const auto& row : table.rows) widths[j] = std::max(widths[j], display_width(row[j].text));
  }
  std::string out;
  if (style.headings) {
    put_line(out, table.headings, widths);
    std::vector<std::string> rules;
    for (const std::size_t width : widths) rules.emplace_back(width, '-');
    put_line(out, rules, widths);
  }
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const Cell& cell : row) cells.push_back(cell.text);
    put_line(out, cells, widths);
  }
  return out;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string as_csv(const Table& table, const TableStyle& style) {
  std::string out;
  const auto put = [&out](const auto& cells, auto&& text) {
    for (std::size_t j = 0; j < cells.size(); ++j) {
      if (j > 0) out += ',';
      out += csv_field(text(cells[j]));
    }
    out += '\n';
  };
  if (style.headings) put(table.headings, [](const std::string& heading) { return heading; });
  for (const auto& row : table.rows) put(row, [](const Cell& cell) { return cell.text; });
  return out;
}

std::string as_json(const Table& table, const TableStyle& style) {
  std::string out = "{\"data\":[";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    out += i > 0 ? ",[" : "[";
    for (std::size_t j = 0; j < table.rows[i].size(); ++j) {
      if (j > 0) out += ',';
      out += table.rows[i][j].json;
    }
    out += ']';
  }
  out += "],\"headings\":[";
  for (std::size_t j = 0; j < table.headings.size(); ++j) {
    if (j > 0) out += ',';
    out += json::quoted(table.headings[j]);
  }
  out += "]}";
  return (style.pretty ? indent_json(out) : out) + "\n";
}

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string as_html(const Table& table, const TableStyle& style) {
  std::string out = "<table border=1>\n";
  const auto put = [&out](std::string_view tag, const auto& cells, auto&& text) {
    out += "  <tr>\n";
    for (const auto& cell : cells) {
      out += fmt::format("    <{}>{}</{}>\n", tag, html_text(text(cell)), tag);
    }
    out += "  </tr>\n";
  };
  if (style.headings) put("th", table.headings, [](const std::string& text) { return text; });
  for (const auto& row : table.rows) put("td", row, [](const Cell& cell) { return cell.text; });
  return out + "</table>\n";
}

class Indenter {
 public:
  explicit Indenter(std::string_view json) : json_(json) {}

  std::string run() {
    while (at_ < json_.size()) {
      if (json_[at_] == '"') {
        copy_string();
      } else {
        put(json_[at_++]);
      }
    }
    return std::move(out_);
  }

 private:
  void copy_string() {
    do {
      if (json_[at_] == '\\') out_ += json_[at_++];
      if (at_ < json_.size()) out_ += json_[at_++];
    } while (at_ < json_.size() && json_[at_] != '"');
    if (at_ < json_.size()) out_ += json_[at_++];
  }

  void put(char c) {
    const bool closes_next = at_ < json_.size() && (json_[at_] == '}' || json_[at_] == ']');
    if ((c == '{' || c == '[') && closes_next) {
      out_ += c;
      out_ += json_[at_++];
    } else if (c == '{' || c == '[') {
      out_ += c;
      new_line(++depth_);
    } else if (c == '}' || c == ']') {
      new_line(depth_ > 0 ? --depth_ : 0);
      out_ += c;
    } else {
      out_ += c;
      if (c == ',') new_line(depth_);
      if (c == ':') out_ += ' ';
    }
  }

  void new_line(std::size_t depth) { out_ += '\n' + std::string(depth * 2, ' '); }

  std::string_view json_;
  std::string out_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

Result<TableFormat> parse_table_format(std::string_view word) {
  if (word == "list") return TableFormat::kList;
  if (word == "table") return TableFormat::kTable;
  if (word == "csv") return TableFormat::kCsv;
  if (word == "json") return TableFormat::kJson;
  if (word == "html") return TableFormat::kHtml;
  return fail(fmt::format("--format={}: known are list, table, csv, json and html", word));
}

Result<CellFormat> parse_cell_format(std::string_view word) {
  if (word == "string") return CellFormat::kString;
  if (word == "bare") return CellFormat::kBare;
  if (word == "json") return CellFormat::kJson;
  return fail(fmt::format("--data={}: known are string, bare and json", word));
}

std::string format_table(const Table& table, TableFormat format, const TableStyle& style) {
  switch (format) {
    case TableFormat::kList:
      return as_list(table, style);
    case TableFormat::kTable:
      return as_columns(table, style);
    case TableFormat::kCsv:
      return as_csv(table, style);
    case TableFormat::kJson:
      return as_json(table, style);
    case TableFormat::kHtml:
      return as_html(table, style);
  }
  return "";
}

std::string indent_json(std::string_view json) { return Indenter(json).run(); }

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace mooring::cli

#include "cli/naming.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/suggest.h"

namespace mooring::cli {
namespace {

// Fewer digits of a UUID than these are too likely a name.
constexpr std::size_t kShortestUuid = 4;

// What every row has beside its table's columns (RFC 7047, 3.2).
const ovsdb::ColumnSchema& uuid_column() {
  static const ovsdb::ColumnSchema column = [] {
    ovsdb::ColumnSchema out;
    out.name = "_uuid";
    out.type.key.type = ovsdb::AtomType::kUuid;
    out.is_mutable = false;
    return out;
  }();
  return column;
}

std::string folded(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::tolower(c));
  });
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// The one of names that word means; error begins with `what`.
Result<std::string> pick(std::string_view what, std::string_view word,
                         const std::vector<std::string>& names) {
  const std::string wanted = folded(word);
  std::vector<std::string> matches;
  for (const std::string& name : names) {
    const std::string own = folded(name);
    if (own == wanted) return name;
    if (!wanted.empty() && own.starts_with(wanted)) matches.push_back(name);
  }
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1) {
    return fail(fmt::format("\"{}\" may mean several {}s: {}", word, what, joined(matches)));
  }
  const std::string near = did_you_mean(word, names);
  return fail(fmt::format("unknown {} \"{}\"{}", what, word,
                          near.empty() ? "; there are " + joined(names) : near));
}

bool is_hex_prefix(std::string_view word) {
  return word.size() >= kShortestUuid && word.size() < 36 &&
         std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0 || c == '-'; });
}

bool is_name_type(const ovsdb::ColumnType& type) {
  return type.max == 1 && !type.is_map() && type.key.type == ovsdb::AtomType::kString;
}

Result<std::optional<RowId>> only(std::vector<RowId> rows, std::string_view table,
                                  std::string_view word) {
  if (rows.empty()) return std::optional<RowId>();
  if (rows.size() == 1) return std::optional(std::move(rows.front()));
  std::vector<std::string> uuids;
  for (const RowId& row : rows) uuids.push_back(row.uuid.to_string());
  return fail(
      fmt::format("\"{}\" is the name of several rows in table {}; name one by its UUID: {}", word,
                  table, joined(uuids)));
}

std::vector<RowId> by_uuid_prefix(const Draft& draft, std::string_view table,
                                  std::string_view prefix) {
  std::vector<RowId> out;
  const std::string wanted = folded(prefix);
  for (RowId& row : draft.rows(table)) {
    std::string digits = row.uuid.to_string();
    std::replace(digits.begin(), digits.end(), '-', '_');
    if (digits.starts_with(wanted)) out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

Result<const ovsdb::TableSchema*> find_table(const ovsdb::Schema& schema, std::string_view word) {
  std::vector<std::string> names;
  for (const auto& [name, table] : schema.tables) names.push_back(name);
  auto name = pick("table", word, names);
  if (!name) return tl::unexpected(name.error());
  return schema.find(*name);
}

Result<const ovsdb::ColumnSchema*> find_column(const ovsdb::TableSchema& table,
                                               std::string_view word) {
  if (word == uuid_column().name) return &uuid_column();
  std::vector<std::string> names;
  for (const auto& [name, column] : table.columns) names.push_back(name);
  auto name = pick("column", word, names);
  if (!name) return fail("table " + table.name + ": " + name.error().message);
  return table.find(*name);
}

std::vector<std::string> naming_columns(const ovsdb::TableSchema& table) {
  std::vector<std::string> out;
  const auto take = [&](const std::string& name) {
    const ovsdb::ColumnSchema* column = table.find(name);
    const bool known = std::find(out.begin(), out.end(), name) != out.end();
    if (column != nullptr && !known && is_name_type(column->type)) out.push_back(name);
  };
  take("name");
  for (const auto& index : table.indexes) {
    if (index.size() == 1) take(index.front());
  }
  return out;
}

std::string display_name(const Draft& draft, const RowId& row) {
  if (const ovsdb::TableSchema* table = draft.schema().find(row.table)) {
    for (const std::string& column : naming_columns(*table)) {
      std::string name = draft.text(row, column);
      if (!name.empty()) return name;
    }
  }
  return row.uuid.short_string();
}

Result<std::optional<RowId>> find_row(const Draft& draft, const ovsdb::TableSchema& table,
                                      std::string_view word, const ovsdb::Symbols& symbols) {
  if (word.starts_with('@')) {
    const auto symbol = symbols.find(word.substr(1));
    const RowId row{table.name, symbol == symbols.end() ? Uuid() : symbol->second};
    if (draft.exists(row)) return std::optional(row);
  }
  if (const auto uuid = Uuid::parse(word)) {
    const RowId row{table.name, *uuid};
    if (draft.exists(row)) return std::optional(row);
  }
  if (word == "." && table.max_rows == 1) return only(draft.rows(table.name), table.name, word);
  for (const std::string& column : naming_columns(table)) {
    auto named = only(draft.with_text(table.name, column, word), table.name, word);
    if (!named || *named) return named;
  }
  if (is_hex_prefix(word)) return only(by_uuid_prefix(draft, table.name, word), table.name, word);
  return std::optional<RowId>();
}

Result<RowId> need_row(const Draft& draft, const ovsdb::TableSchema& table, std::string_view word,
                       const ovsdb::Symbols& symbols) {
  auto row = find_row(draft, table, word, symbols);
  if (!row) return tl::unexpected(row.error());
  if (*row) return **row;
  std::vector<std::string> names;
  for (const std::string& column : naming_columns(table)) {
    for (const RowId& other : draft.rows(table.name)) names.push_back(draft.text(other, column));
  }
  return fail(
      fmt::format("no row \"{}\" in table {}{}", word, table.name, did_you_mean(word, names)));
}

}  // namespace mooring::cli

// Which table, column and row a word means.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/draft.h"

namespace mooring::cli {

// Case and the difference of - and _ are ignored, and a unique abbreviation will do. "_uuid" is a
// column too. Error: lists what it might have been.
Result<const ovsdb::TableSchema*> find_table(const ovsdb::Schema& schema, std::string_view word);
Result<const ovsdb::ColumnSchema*> find_column(const ovsdb::TableSchema& table,
                                               std::string_view word);

// The columns by which a table's rows have names: `name`, and each string that is an index alone.
std::vector<std::string> naming_columns(const ovsdb::TableSchema& table);
// What a person calls the row: its name, else the beginning of its UUID.
std::string display_name(const Draft& draft, const RowId& row);

// A row by "@name", UUID, the first four or more digits of it, a naming column's value, or "." in a
// table that has one row at most. Nullopt: there is none. Error: there are several.
Result<std::optional<RowId>> find_row(const Draft& draft, const ovsdb::TableSchema& table,
                                      std::string_view word, const ovsdb::Symbols& symbols);
// The same, but that there is none is an error as well; it suggests names that are near.
Result<RowId> need_row(const Draft& draft, const ovsdb::TableSchema& table, std::string_view word,
                       const ovsdb::Symbols& symbols);

}  // namespace mooring::cli

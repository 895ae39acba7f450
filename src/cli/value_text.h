// Values as the words of a command line and as cells of a table. Whole values in OVSDB's text
// syntax are Datum::from_text and to_text; here is what goes beyond.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/table_format.h"
#include "ovsdb/datum.h"
#include "ovsdb/schema.h"

namespace mooring::cli {

// One value that is a whole word, as after "column:key=": nothing in it separates; text in double
// quotes is a JSON string. "@name" is a UUID by symbols; one not yet there is entered. Error: says
// what is wrong and what would be right, the type's limits among it.
Result<ovsdb::Atom> parse_atom(const ovsdb::BaseType& type, std::string_view word,
                               ovsdb::Symbols* symbols = nullptr);

// Without quotes, brackets and commas: "a b k=v".
std::string bare_text(const ovsdb::Datum& datum);

Cell make_cell(const ovsdb::ColumnType& type, const ovsdb::Datum& datum, CellFormat format);

}  // namespace mooring::cli

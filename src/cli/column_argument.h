// Arguments of the form column[:key], column[:key]=value and column[:key] OPERATOR value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/draft.h"

namespace mooring::cli {

// ovn-nbctl(8), find: comparisons of values, and of sets (in braces).
enum class Relation {
  kEqual,
  kNotEqual,
  kLess,
  kGreater,
  kLessOrEqual,
  kGreaterOrEqual,
  kSetEqual,
  kSetNotEqual,
  kProperSubset,
  kProperSuperset,
  kSubset,
  kSuperset,
  kNotIn,
};

struct ColumnArgument {
  const ovsdb::ColumnSchema* column = nullptr;
  std::optional<ovsdb::Atom> key;
};

struct Assignment {
  ColumnArgument target;
  ovsdb::Datum value;  // with a key: the one value that it shall have
};

struct Comparison {
  ColumnArgument subject;
  Relation relation = Relation::kEqual;
  ovsdb::Datum value;

  // Whether the row's column, or what it has under the key, stands in that relation to the value.
  bool holds(const Draft& draft, const RowId& row) const;
};

// Error: names the part that is wrong, and the columns or forms that would be right.
Result<ColumnArgument> parse_column_argument(const ovsdb::TableSchema& table,
                                             std::string_view argument);
Result<Assignment> parse_assignment(const ovsdb::TableSchema& table, std::string_view argument,
                                    ovsdb::Symbols& symbols);
Result<Comparison> parse_comparison(const ovsdb::TableSchema& table, std::string_view argument,
                                    ovsdb::Symbols& symbols);

}  // namespace mooring::cli

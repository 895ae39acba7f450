#include "cli/column_argument.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <compare>

#include "cli/naming.h"
#include "cli/value_text.h"

namespace mooring::cli {
namespace {

constexpr std::string_view kDelimiters = ":=, []{}!<>";

struct Operator {
  std::string_view sign;
  Relation relation;
};

// Longer signs stand before their beginnings.
constexpr std::array<Operator, 14> kOperators{{
    {"{not-in}", Relation::kNotIn},
    {"{in}", Relation::kSubset},
    {"{<=}", Relation::kSubset},
    {"{>=}", Relation::kSuperset},
    {"{!=}", Relation::kSetNotEqual},
    {"{=}", Relation::kSetEqual},
    {"{<}", Relation::kProperSubset},
    {"{>}", Relation::kProperSuperset},
    {"!=", Relation::kNotEqual},
    {"<=", Relation::kLessOrEqual},
    {">=", Relation::kGreaterOrEqual},
    {"=", Relation::kEqual},
    {"<", Relation::kLess},
    {">", Relation::kGreater},
}};

bool is_of_sets(Relation relation) { return relation >= Relation::kSetEqual; }

// A word up to a delimiter, or a quoted string whole; empty when a delimiter stands first.
std::string_view take_word(std::string_view& rest) {
  std::size_t end = std::min(rest.find_first_of(kDelimiters), rest.size());
  if (rest.starts_with('"')) {
    end = 1;
    while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, rest.size());
  }
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

Result<ColumnArgument> take_column(const ovsdb::TableSchema& table, std::string_view argument,
                                   std::string_view& rest) {
  const std::string_view name = take_word(rest);
  if (name.empty())
    return fail(fmt::format("\"{}\" does not begin with a column's name", argument));
  auto column = find_column(table, name);
  if (!column) return tl::unexpected(column.error());
  ColumnArgument out{*column, std::nullopt};
  if (!rest.starts_with(':')) return out;
  rest.remove_prefix(1);
  if (!out.column->type.is_map()) {
    return fail(
        fmt::format("\"{}\": column {} is no map, so it has no keys", argument, out.column->name));
  }
  const std::string_view key = take_word(rest);
  auto atom = parse_atom(out.column->type.key, key);
  if (!atom) return fail(fmt::format("\"{}\": {}", argument, atom.error().message));
  out.key = std::move(*atom);
  return out;
}

// The type of what a comparison with sets is made with: any number of elements.
ovsdb::ColumnType many_of(const ovsdb::ColumnType& type) {
  ovsdb::ColumnType out = type;
  out.min = 0;
  out.max = ovsdb::ColumnType::kUnlimited;
  return out;
}

ovsdb::ColumnType many_values_of(const ovsdb::ColumnType& map) {
  ovsdb::ColumnType out;
  out.key = *map.value;
  out.min = 0;
  out.max = ovsdb::ColumnType::kUnlimited;
  return out;
}

// The value on the right. With a key it is one value that is a whole word, but of sets it may be
// several.
Result<ovsdb::Datum> read_value(const ColumnArgument& target, bool of_sets, std::string_view text,
                                ovsdb::Symbols& symbols) {
  const ovsdb::ColumnType& type = target.column->type;
  if (of_sets) {
    const auto many = target.key ? many_values_of(type) : many_of(type);
    return ovsdb::Datum::from_text(many, text, &symbols);
  }
  if (!target.key) return ovsdb::Datum::from_text(type, text, &symbols);
  auto atom = parse_atom(*type.value, text, &symbols);
  if (!atom) return tl::unexpected(atom.error());
  return ovsdb::Datum::of(std::move(*atom));
}

// ovn-nbctl(8): fewer elements are less; then keys decide, then values.
std::strong_ordering order(const ovsdb::Datum& a, const ovsdb::Datum& b) {
  if (a.keys.size() != b.keys.size()) return a.keys.size() <=> b.keys.size();
  const auto by = [](const auto& left, const auto& right) {
    if (left == right) return std::strong_ordering::equal;
    return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
  };
  const auto keys = by(a.keys, b.keys);
  return keys != 0 ? keys : by(a.values, b.values);
}

// How many elements of a, pairs with their values, are in b.
std::size_t common(const ovsdb::Datum& a, const ovsdb::Datum& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    const std::size_t place = b.find(a.keys[i]);
    if (place == ovsdb::Datum::npos) continue;
    if (a.values.empty() || a.values[i] == b.values[place]) ++count;
  }
  return count;
}

bool related(Relation relation, const ovsdb::Datum& a, const ovsdb::Datum& b) {
  switch (relation) {
    case Relation::kEqual:
    case Relation::kSetEqual:
      return a == b;
    case Relation::kNotEqual:
    case Relation::kSetNotEqual:
      return a != b;
    case Relation::kLess:
      return order(a, b) < 0;
    case Relation::kGreater:
      return order(a, b) > 0;
    case Relation::kLessOrEqual:
      return order(a, b) <= 0;
    case Relation::kGreaterOrEqual:
      return order(a, b) >= 0;
    case Relation::kSubset:
      return common(a, b) == a.size();
    case Relation::kProperSubset:
      return common(a, b) == a.size() && a.size() < b.size();
    case Relation::kSuperset:
      return common(b, a) == b.size();
    case Relation::kProperSuperset:
      return common(b, a) == b.size() && a.size() > b.size();
    case Relation::kNotIn:
      return common(a, b) == 0;
  }
  return false;
}

}  // namespace

bool Comparison::holds(const Draft& draft, const RowId& row) const {
  const ovsdb::Datum whole = draft.value(row, subject.column->name);
  if (!subject.key) return related(relation, whole, value);
  const std::size_t place = whole.find(*subject.key);
  if (place != ovsdb::Datum::npos) {
    return related(relation, ovsdb::Datum::of(whole.values[place]), value);
  }
  return is_of_sets(relation) && related(relation, ovsdb::Datum(), value);
}

Result<ColumnArgument> parse_column_argument(const ovsdb::TableSchema& table,
                                             std::string_view argument) {
  std::string_view rest = argument;
  auto out = take_column(table, argument, rest);
  if (out && !rest.empty()) {
    return fail(fmt::format("\"{}\": column or column:key is needed, and \"{}\" is left over",
                            argument, rest));
  }
  return out;
}

Result<Assignment> parse_assignment(const ovsdb::TableSchema& table, std::string_view argument,
                                    ovsdb::Symbols& symbols) {
  std::string_view rest = argument;
  auto target = take_column(table, argument, rest);
  if (!target) return tl::unexpected(target.error());
  if (!rest.starts_with('=')) {
    return fail(
        fmt::format("\"{}\": column=value or column:key=value is needed (quote a key that "
                    "has punctuation in it)",
                    argument));
  }
  auto value = read_value(*target, false, rest.substr(1), symbols);
  if (!value) return fail(fmt::format("\"{}\": {}", argument, value.error().message));
  return Assignment{std::move(*target), std::move(*value)};
}

Result<Comparison> parse_comparison(const ovsdb::TableSchema& table, std::string_view argument,
                                    ovsdb::Symbols& symbols) {
  std::string_view rest = argument;
  auto subject = take_column(table, argument, rest);
  if (!subject) return tl::unexpected(subject.error());
  const auto found = std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& known) {
    return rest.starts_with(known.sign);
  });
  if (found == kOperators.end()) {
    return fail(
        fmt::format("\"{}\": column[:key] is followed by one of = != < > <= >= {{=}} {{!=}} "
                    "{{<}} {{>}} {{<=}} {{>=}} {{in}} {{not-in}} and a value",
                    argument));
  }
  rest.remove_prefix(found->sign.size());
  auto value = read_value(*subject, is_of_sets(found->relation), rest, symbols);
  if (!value) return fail(fmt::format("\"{}\": {}", argument, value.error().message));
  return Comparison{std::move(*subject), found->relation, std::move(*value)};
}

}  // namespace mooring::cli

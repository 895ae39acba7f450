#include "cli/value_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "jsonrpc/json.h"
#include "jsonrpc/writer.h"
#include "ovsdb/codec.h"

namespace mooring::cli {
namespace {

template <class T>
Result<ovsdb::Atom> parse_number(std::string_view word, std::string_view wanted) {
  T number{};
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || stop != word.data() + word.size()) {
    return fail(fmt::format("\"{}\" is not {}", word, wanted));
  }
  return ovsdb::Atom{number};
}

Result<ovsdb::Atom> parse_boolean(std::string_view word) {
  for (const std::string_view yes : {"true", "yes", "on", "1"}) {
    if (word == yes) return ovsdb::Atom{true};
  }
  for (const std::string_view no : {"false", "no", "off", "0"}) {
    if (word == no) return ovsdb::Atom{false};
  }
  return fail(fmt::format("\"{}\" is not a boolean: true or false is needed", word));
}

Result<ovsdb::Atom> parse_string(std::string_view word) {
  if (word.empty()) return fail("an empty word is no value: the empty string is written \"\"");
  if (word.front() != '"') return ovsdb::Atom{std::string(word)};
  json::Parser parser;
  auto parsed = parser.parse(word);
  const auto text = parsed ? parsed->string() : std::nullopt;
  if (!text) {
    return fail(
        fmt::format("{} is not a quoted string: quotes stand at both ends, and inside "
                    "backslashes escape as in JSON",
                    word));
  }
  return ovsdb::Atom{std::string(*text)};
}

Result<ovsdb::Atom> parse_uuid(std::string_view word, ovsdb::Symbols* symbols) {
  if (word.starts_with('@') && symbols != nullptr) {
    const auto it = symbols->try_emplace(std::string(word.substr(1)), Uuid()).first;
    if (it->second.is_nil()) it->second = ovsdb::make_placeholder();
    return ovsdb::Atom{it->second};
  }
  const auto uuid = Uuid::parse(word);
  if (!uuid) {
    return fail(
        fmt::format("\"{}\" is not a UUID; the @name of a row created by the same run "
                    "would serve as well",
                    word));
  }
  return ovsdb::Atom{*uuid};
}

Result<ovsdb::Atom> parse_any(ovsdb::AtomType type, std::string_view word,
                              ovsdb::Symbols* symbols) {
  switch (type) {
    case ovsdb::AtomType::kInteger:
      return parse_number<std::int64_t>(word, "an integer");
    case ovsdb::AtomType::kReal:
      return parse_number<double>(word, "a number");
    case ovsdb::AtomType::kBoolean:
      return parse_boolean(word);
    case ovsdb::AtomType::kString:
      return parse_string(word);
    case ovsdb::AtomType::kUuid:
      return parse_uuid(word, symbols);
  }
  return fail("a value of unknown type");
}

std::string bare_atom(const ovsdb::Atom& atom) {
  if (const auto* text = std::get_if<std::string>(&atom.value)) return *text;
  return atom.to_text();
}

}  // namespace

Result<ovsdb::Atom> parse_atom(const ovsdb::BaseType& type, std::string_view word,
                               ovsdb::Symbols* symbols) {
  auto atom = parse_any(type.type, word, symbols);
  if (!atom) return atom;
  if (auto fits = ovsdb::check(type, *atom); !fits) return tl::unexpected(fits.error());
  return atom;
}

std::string bare_text(const ovsdb::Datum& datum) {
  std::string out;
  for (std::size_t i = 0; i < datum.keys.size(); ++i) {
    if (i > 0) out += ' ';
    out += bare_atom(datum.keys[i]);
    if (!datum.values.empty()) out += "=" + bare_atom(datum.values[i]);
  }
  return out;
}

Cell make_cell(const ovsdb::ColumnType& type, const ovsdb::Datum& datum, CellFormat format) {
  Cell cell;
  json::Writer writer(cell.json);
  datum.to_json(type, writer);
  switch (format) {
    case CellFormat::kString:
      cell.text = datum.to_text(type);
      break;
    case CellFormat::kBare:
      cell.text = bare_text(datum);
      break;
    case CellFormat::kJson:
      cell.text = cell.json;
      break;
  }
  return cell;
}

}  // namespace mooring::cli

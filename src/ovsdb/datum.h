// Values of columns whose type is known at run time only, as tools and tests have them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "jsonrpc/json.h"
#include "jsonrpc/writer.h"

namespace mooring::ovsdb {

struct BaseType;
struct ColumnType;

enum class AtomType { kInteger, kReal, kBoolean, kString, kUuid };
std::string_view to_string(AtomType type);

// What "@name" in text stands for, and new names for it: a command line's --id=@name.
using Symbols = std::map<std::string, Uuid, std::less<>>;

// One value. A UUID may be a placeholder (codec.h): a row that the transaction inserts.

struct Atom {
  std::variant<std::int64_t, double, bool, std::string, Uuid> value;

  AtomType type() const { return static_cast<AtomType>(value.index()); }
  // The default of a type: 0, false, "" or the nil UUID.
  static Atom zero(AtomType type);

  static Result<Atom> from_json(AtomType type, json::Value value);
  void to_json(json::Writer& out) const;
  // As ovs-vsctl(8) prints it: strings are quoted only where they would be read as something else.
  std::string to_text() const;
  // One value written alone: a string that doesn't begin with a double quote is taken as it is.
  // Checks the type's limits; symbols as for Datum.
  static Result<Atom> from_text(const BaseType& type, std::string_view text,
                                Symbols* symbols = nullptr);

  friend auto operator<=>(const Atom&, const Atom&) = default;
};

// A scalar, optional, set or map. Canonical: sorted by key without duplicates, so equal values are
// equal objects.
struct Datum {
  std::vector<Atom> keys;
  std::vector<Atom> values;  // of a map, as many as keys; else empty

  static Datum of(Atom atom) { return Datum{{std::move(atom)}, {}}; }
  // What a row has in a column of that type that nobody set.
  static Datum initial(const ColumnType& type);

  // Error: what isn't of the type, or breaks its limits on number.
  static Result<Datum> from_json(const ColumnType& type, json::Value value);
  void to_json(const ColumnType& type, json::Writer& out) const;

  // The syntax of ovs-vsctl(8), "Database Values": "[a, b]", "{k=v}", quoted strings, bare words,
  // sets and maps without brackets too. More is taken for a word than there: all but spaces and
  // ,=[]{}" may be in one, and where one string is wanted the whole text is it. "@name" is looked
  // up in symbols when given, and a new placeholder is entered for a name that isn't there. Checks
  // every limit of the type. Error: says what is wrong and what would be right.
  static Result<Datum> from_text(const ColumnType& type, std::string_view text,
                                 Symbols* symbols = nullptr);
  std::string to_text(const ColumnType& type) const;

  bool empty() const { return keys.empty(); }
  std::size_t size() const { return keys.size(); }
  // The place of a key, or npos.
  static constexpr std::size_t npos = ~std::size_t{0};
  std::size_t find(const Atom& key) const;
  bool contains(const Atom& key) const { return find(key) != npos; }
  // Inserts or replaces.
  void put(Atom key) { put(std::move(key), nullptr); }
  void put(Atom key, Atom value) { put(std::move(key), &value); }
  void erase(const Atom& key);

  friend auto operator<=>(const Datum&, const Datum&) = default;

 private:
  void put(Atom key, Atom* value);
};

// A value against its type's limits: enum, ranges, lengths. Error: says the limit.
Result<void> check(const BaseType& type, const Atom& atom);
Result<void> check(const ColumnType& type, const Datum& datum);

}  // namespace mooring::ovsdb

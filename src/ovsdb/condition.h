// Which rows of a table a client wants (ovsdb-server(7), monitor_cond).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ovsdb/codec.h"
#include "ovsdb/row.h"

namespace mooring::ovsdb {

// All rows, none, or those that match any of some clauses. A value: comparable, in canonical order.
//
//   auto c = Condition::none();
//   c.equals(sb::PortBinding::Columns::chassis, ref).equals(sb::PortBinding::Columns::type,
//   "patch"); c.includes(sb::PortBinding::Columns::port_groups, "pg1");
//   client.set_condition<sb::PortBinding>(c);
class Condition {
 public:
  static Condition all() { return Condition(true); }
  static Condition none() { return Condition(false); }

  // Rows whose column equals value. Of an optional column: whose value is there and equals.
  template <class Row, class T, class V>
  Condition& equals(const Column<Row, T>& column, const V& value) {
    return add(column.name, "==", element_json<T>(value));
  }
  // Rows whose set contains value.
  template <class Row, class T, class V>
  Condition& includes(const Column<Row, Set<T>>& column, const V& value) {
    return add(column.name, "includes", element_json<T>(value));
  }
  // Rows whose map has key with value.
  template <class Row, class K, class T>
  Condition& includes(const Column<Row, Map<K, T>>& column, const std::type_identity_t<K>& key,
                      const std::type_identity_t<T>& value) {
    return add(column.name, "includes", to_json(Map<K, T>{{key, value}}));
  }
  // The row with this UUID.
  Condition& row(const Uuid& uuid) { return add("_uuid", "==", to_json(uuid)); }
  // function: one of RFC 7047 section 5.1, "<condition>"; value: JSON text.
  Condition& add(std::string_view column, std::string_view function, std::string value);

  bool is_all() const { return all_; }
  bool is_none() const { return !all_ && clauses_.empty(); }
  // The "where" member: a JSON array.
  void to_json_where(json::Writer& out) const;

  friend auto operator<=>(const Condition&, const Condition&) = default;

 private:
  explicit Condition(bool everything) : all_(everything) {}

  template <class T, class V>
  static std::string element_json(const V& value) {
    if constexpr (IsOptional<T>::value) {
      return to_json(typename T::value_type(value));
    } else {
      return to_json(T(value));
    }
  }

  struct Clause {
    std::string column;
    std::string function;
    std::string value;
    friend auto operator<=>(const Clause&, const Clause&) = default;
  };

  bool all_;
  std::vector<Clause> clauses_;  // sorted, unique
};

}  // namespace mooring::ovsdb

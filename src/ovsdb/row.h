// What generated row types (tools/ovsdb_rows.py) are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/containers.h"
#include "base/uuid.h"
#include "store/ref.h"
#include "store/table.h"

namespace mooring::ovsdb {

struct ColumnInfo;

// Names one column of a row type where a value of it is given: in transactions and conditions. T
// is the type of the member.
template <class Row, class T>
struct Column {
  using RowType = Row;
  using Type = T;
  unsigned bit;           // in store::ColumnMask
  std::string_view name;  // in the database
};

// The bit of a column in a ColumnMask.
template <class Row, class T>
constexpr store::ColumnMask mask_of(const Column<Row, T>& column) {
  return store::ColumnMask{1} << column.bit;
}

template <class T>
struct IsRef : std::false_type {};
template <class Row>
struct IsRef<store::Ref<Row>> : std::true_type {};

template <class T>
struct IsSet : std::false_type {};
template <class T>
struct IsSet<Set<T>> : std::true_type {};

template <class T>
struct IsMap : std::false_type {};
template <class K, class V>
struct IsMap<Map<K, V>> : std::true_type {};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

}  // namespace mooring::ovsdb

// Feeds store::Tables of generated rows; included by generated sources only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "jsonrpc/json.h"
#include "jsonrpc/writer.h"
#include "ovsdb/codec.h"
#include "ovsdb/column_info.h"
#include "ovsdb/replica.h"
#include "ovsdb/row.h"
#include "store/table.h"

namespace mooring::ovsdb {

// --- What a column's type can do ---

// Differences of up to this size are applied in place; larger ones by a merge, since each element
// in place moves those after it.
inline constexpr std::size_t kFewElements = 8;

// Symmetric difference: what update2 sends of a set (ovsdb-server(7), 4.1.14).
template <class T>
void apply_difference(Set<T>& value, const Set<T>& difference) {
  if (difference.size() > kFewElements) {
    auto before = value.extract_sequence();
    typename Set<T>::sequence_type after;
    after.reserve(before.size() + difference.size());
    std::set_symmetric_difference(std::make_move_iterator(before.begin()),
                                  std::make_move_iterator(before.end()), difference.begin(),
                                  difference.end(), std::back_inserter(after));
    value.adopt_sequence(boost::container::ordered_unique_range, std::move(after));
    return;
  }
  for (const T& element : difference) {
    auto [it, inserted] = value.insert(element);
    if (!inserted) value.erase(it);
  }
}

// A pair that is there already is to go; any other is the new one of its key.
template <class K, class V>
void apply_difference(Map<K, V>& value, const Map<K, V>& difference) {
  if (difference.size() > kFewElements) {
    auto before = value.extract_sequence();
    typename Map<K, V>::sequence_type after;
    after.reserve(before.size() + difference.size());
    auto it = before.begin();
    for (const auto& pair : difference) {
      for (; it != before.end() && it->first < pair.first; ++it) after.push_back(std::move(*it));
      bool there = it != before.end() && it->first == pair.first;
      if (!there || it->second != pair.second) after.emplace_back(pair.first, pair.second);
      if (there) ++it;
    }
    after.insert(after.end(), std::make_move_iterator(it), std::make_move_iterator(before.end()));
    value.adopt_sequence(boost::container::ordered_unique_range, std::move(after));
    return;
  }
  for (const auto& [key, mapped] : difference) {
    auto [it, inserted] = value.emplace(key, mapped);
    if (inserted) continue;
    if (it->second == mapped) {
      value.erase(it);
    } else {
      it->second = mapped;
    }
  }
}

template <class T>
struct Ops {
  static T& at(void* member) { return *static_cast<T*>(member); }
  static const T& at(const void* member) { return *static_cast<const T*>(member); }

  static bool decode(json::Value value, void* member) { return ovsdb::decode(value, at(member)); }
  static bool patch(json::Value value, void* member) {
    if constexpr (IsSet<T>::value || IsMap<T>::value) {
      T difference;
      if (!ovsdb::decode(value, difference)) return false;
      apply_difference(at(member), difference);
      return true;
    } else {
      return decode(value, member);
    }
  }
  static bool equal(const void* a, const void* b) { return at(a) == at(b); }
  static bool is_default(const void* member) { return at(member) == T{}; }
  static void encode(json::Writer& out, const void* member) { ovsdb::encode(out, at(member)); }

  static constexpr ValueOps kOps{decode, patch, equal, is_default, encode};
};

template <auto Member>
struct MemberOf;
template <class Row, class T, T Row::*Member>
struct MemberOf<Member> {
  using Type = T;
  static void* get(void* row) { return &(static_cast<Row*>(row)->*Member); }
};

template <auto Member>
constexpr ColumnInfo column_info(std::string_view name, ColumnShape shape) {
  return {name, shape, &Ops<typename MemberOf<Member>::Type>::kOps, &MemberOf<Member>::get};
}

// --- Tables ---

// The part of a TableSink that doesn't depend on the row type.
class ColumnReader {
 public:
  explicit ColumnReader(std::span<const ColumnInfo> columns) : columns_(columns) {}

  void bind(std::string_view table, const TableSchema* schema, std::vector<SchemaGap>& gaps);
  std::vector<std::string> names() const;
  // Sets the columns that are in values; the bits of those in `present`. Error: names the column.
  Result<store::ColumnMask> read(json::Value values, void* row, bool differences) const;
  // The columns of `candidates` in which the rows differ.
  store::ColumnMask differing(const void* a, const void* b, store::ColumnMask candidates) const;

 private:
  // Which column has the name; columns_.size() when none that is bound.
  std::size_t find(std::string_view name) const;
  static std::size_t slot_of(std::string_view name);
  static constexpr std::size_t kSlots = 256;

  std::span<const ColumnInfo> columns_;
  store::ColumnMask bound_ = 0;       // columns the server has
  store::ColumnMask difference_ = 0;  // of them, those of which it sends differences
  std::vector<std::uint8_t> slots_;   // open hash of names: column + 1, 0 for free
};

template <class Row>
class TypedSink final : public TableSink {
 public:
  explicit TypedSink(store::Table<Row>& table) : table_(table), reader_(Row::columns()) {}

  std::string_view name() const override { return Row::kTable; }
  void bind(const TableSchema* schema, std::vector<SchemaGap>& gaps) override {
    reader_.bind(Row::kTable, schema, gaps);
  }
  std::vector<std::string> columns() const override { return reader_.names(); }

  void begin_snapshot() override {
    stale_.clear();
    table_.for_each([this](const Row& row) { stale_.push_back(row.uuid); });
    kept_.clear();
  }
  void end_snapshot() override {
    for (const Uuid& uuid : std::exchange(stale_, {})) {
      if (!kept_.contains(uuid)) table_.erase(uuid);
    }
    kept_.clear();
  }

  Result<void> put(const Uuid& uuid, json::Value values) override {
    Row row;
    row.uuid = uuid;
    if (auto read = reader_.read(values, &row, false); !read) return drop(uuid, read.error());
    if (!stale_.empty()) kept_.insert(uuid);
    store::ColumnMask columns = ~store::ColumnMask{0};
    if (const Row* before = table_.find(uuid)) {
      columns = reader_.differing(before, &row, columns);
      if (columns == 0) return {};
    }
    table_.put(std::move(row), columns);
    return {};
  }

  Result<void> modify(const Uuid& uuid, json::Value values) override {
    const Row* before = table_.find(uuid);
    if (before == nullptr) return fail("a change of a row that isn't there");
    Row row = *before;
    auto present = reader_.read(values, &row, true);
    if (!present) return drop(uuid, present.error());
    store::ColumnMask columns = reader_.differing(before, &row, *present);
    if (columns != 0) table_.put(std::move(row), columns);
    return {};
  }

  void erase(const Uuid& uuid) override { table_.erase(uuid); }

 private:
  Result<void> drop(const Uuid& uuid, const Error& why) {
    table_.erase(uuid);
    return fail(why.message);
  }

  store::Table<Row>& table_;
  ColumnReader reader_;
  std::vector<Uuid> stale_;        // during a snapshot: the rows that were there before it
  std::unordered_set<Uuid> kept_;  // of them, those it has
};

class TypedReplica final : public Replica {
 public:
  template <class Row>
  void add(store::Table<Row>& table) {
    sinks_.push_back(std::make_unique<TypedSink<Row>>(table));
    pointers_.push_back(sinks_.back().get());
  }
  std::span<TableSink* const> tables(const Schema&) override { return pointers_; }

 private:
  std::vector<std::unique_ptr<TableSink>> sinks_;
  std::vector<TableSink*> pointers_;
};

}  // namespace mooring::ovsdb

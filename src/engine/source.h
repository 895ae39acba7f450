// Inputs of the graph: rows of a store::Table, and secondary indexes over them.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/uuid.h"
#include "engine/context.h"
#include "engine/graph.h"
#include "engine/memo.h"
#include "store/table.h"

namespace mooring::engine {

// A cell that exists while it is read, under a key of its owner's.
template <class Owner, class K>
class InputCell final : public Cell {
 public:
  InputCell(Graph& graph, int stratum, Owner& owner, K key)
      : Cell(graph, stratum), owner_(owner), key_(std::move(key)) {}
  void collect() override { owner_.drop_cell(K(key_)); }

 private:
  Owner& owner_;
  K key_;
};

// The cells of an input that somebody reads.
template <class Owner, class K>
class InputCells {
 public:
  InputCells(Graph& graph, int stratum, Owner& owner)
      : graph_(graph), stratum_(stratum), owner_(owner) {}

  Mask& note_read(Context& context, const K& key, Mask mask) {
    auto it = cells_.find(key);
    if (it == cells_.end()) {
      auto cell = std::make_unique<InputCell<Owner, K>>(graph_, stratum_, owner_, key);
      it = cells_.emplace(key, std::move(cell)).first;
    }
    return context.note_read(*it->second, mask);
  }
  void changed(const K& key, Mask mask) {
    if (auto it = cells_.find(key); it != cells_.end()) it->second->changed(mask);
  }
  void drop(const K& key) { cells_.erase(key); }

 private:
  Graph& graph_;
  int stratum_;
  Owner& owner_;
  std::unordered_map<K, std::unique_ptr<InputCell<Owner, K>>, Hash<K>> cells_;
};

// The rows of a table. Each reader depends on the columns that it used, by row.
template <class Row>
class Source {
 public:
  Source(Graph& graph, store::Table<Row>& table) : table_(table), cells_(graph, 0, *this) {
    subscription_ = table.observe([this](const store::Change<Row>& change) { apply(change); });
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  std::optional<typename Row::View> read(Context& context, const Uuid& uuid) {
    const Row* row = table_.find(uuid);
    if (row == nullptr) {
      cells_.note_read(context, uuid, kAll);
      return std::nullopt;
    }
    // Coming and going concerns every reader, whatever it uses: such changes have all bits.
    return typename Row::View(*row, cells_.note_read(context, uuid, kExists));
  }

  // Keeps memo current for every row of the table.
  template <class V>
  void demand_each(Memo<Uuid, V>& memo) {
    table_.for_each([&](const Row& row) { memo.demand(row.uuid); });
    demanders_.push_back(memo.demander());
  }
  void drop_cell(const Uuid& uuid) { cells_.drop(uuid); }
  const store::Table<Row>& table() const { return table_; }

 private:
  // A bit that no column has: rows have at most 63.
  static constexpr Mask kExists = Mask{1} << 63;

  void apply(const store::Change<Row>& change) {
    bool same = change.before != nullptr && change.after != nullptr;
    cells_.changed(change.uuid(), same ? change.columns & ~kExists : kAll);
    if (same) return;
    for (const auto& demander : demanders_) demander(change.uuid(), change.after != nullptr);
  }

  store::Table<Row>& table_;
  InputCells<Source, Uuid> cells_;
  std::vector<std::function<void(const Uuid&, bool)>> demanders_;
  store::Subscription subscription_;
};

// A secondary index: rows by a key, of which a row may have none, one or many.
template <class Row, class K>
class Index {
 public:
  using Keys = std::function<std::vector<K>(const Row&)>;

  // keys may use only the columns in `columns` (bits); other changes leave the index alone.
  Index(Graph& graph, store::Table<Row>& table, store::ColumnMask columns, Keys keys)
      : columns_(columns), keys_(std::move(keys)), cells_(graph, 0, *this) {
    table.for_each([this](const Row& row) {
      for (const K& key : sorted_keys(row)) place(key, row.uuid, true);
    });
    subscription_ = table.observe([this](const store::Change<Row>& change) { apply(change); });
  }
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // The UUIDs of the rows under key, in order; empty when there are none.
  const std::vector<Uuid>& find(const K& key) const {
    static const std::vector<Uuid> none;
    auto it = rows_.find(key);
    return it == rows_.end() ? none : it->second;
  }
  const std::vector<Uuid>& read(Context& context, const K& key) {
    cells_.note_read(context, key, kAll);
    return find(key);
  }
  void drop_cell(const K& key) { cells_.drop(key); }

  // Keeps memo current for every key that has rows.
  template <class V>
  void demand_each(Memo<K, V>& memo) {
    for (const auto& [key, rows] : rows_) memo.demand(key);
    demanders_.push_back(memo.demander());
  }

 private:
  void apply(const store::Change<Row>& change) {
    bool same = change.before != nullptr && change.after != nullptr;
    if (same && !(change.columns & columns_)) return;
    // Only the difference is touched: a switch's row has all its ports, and one comes or goes.
    auto before = change.before != nullptr ? sorted_keys(*change.before) : std::vector<K>();
    auto after = change.after != nullptr ? sorted_keys(*change.after) : std::vector<K>();
    std::vector<K> gone;
    std::vector<K> come;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(gone));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::back_inserter(come));
    for (const K& key : gone) place(key, change.uuid(), false);
    for (const K& key : come) place(key, change.uuid(), true);
  }
  std::vector<K> sorted_keys(const Row& row) const {
    auto keys = keys_(row);
    if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }
  void place(const K& key, const Uuid& uuid, bool present) {
    auto& uuids = rows_[key];
    auto at = std::lower_bound(uuids.begin(), uuids.end(), uuid);
    present ? void(uuids.insert(at, uuid)) : void(uuids.erase(at));
    bool turned = present ? uuids.size() == 1 : uuids.empty();
    if (uuids.empty()) rows_.erase(key);
    cells_.changed(key, kAll);
    if (!turned) return;
    for (const auto& demander : demanders_) demander(key, present);
  }

  store::ColumnMask columns_;
  Keys keys_;
  std::unordered_map<K, std::vector<Uuid>, Hash<K>> rows_;
  InputCells<Index, K> cells_;
  std::vector<std::function<void(const K&, bool)>> demanders_;
  store::Subscription subscription_;
};

}  // namespace mooring::engine

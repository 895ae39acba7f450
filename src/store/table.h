// Typed in-memory tables: rows by UUID, secondary indexes, and a change for whoever listens.
//
// A row type is a plain struct with `Uuid uuid` and `static constexpr` facts; rows are replaced
// whole. The writer (a database replica, a test) applies changes; every
// observer hears of each, in the order of subscription, with the old and the new row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/keyed_set.h"
#include "base/uuid.h"

namespace mooring::store {

// Which columns differ, by bit: bit i is the row's column i.
using ColumnMask = std::uint64_t;

template <class Row>
struct Change {
  const Row* before;   // null for an insertion
  const Row* after;    // null for a deletion
  ColumnMask columns;  // what differs; all bits for insertions and deletions
  const Uuid& uuid() const { return (after != nullptr ? after : before)->uuid; }
};

// Ends when destroyed.
using Subscription = std::shared_ptr<void>;

template <class Row>
class Table {
 public:
  using RowType = Row;
  using Observer = std::function<void(const Change<Row>&)>;

  Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Null when there is none; valid until the row changes.
  const Row* find(const Uuid& uuid) const {
    const Held* held = rows_.find(uuid);
    return held == nullptr ? nullptr : &held->row;
  }
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  // How often a row has come, gone or been replaced.
  std::uint64_t changes() const { return changes_; }

  // In the order of UUIDs; visit doesn't change the table.
  template <class Visit>
  void for_each(Visit visit) const {
    std::vector<const Row*> rows;
    rows.reserve(rows_.size());
    rows_.for_each([&rows](const Held& held) { rows.push_back(&held.row); });
    std::sort(rows.begin(), rows.end(),
              [](const Row* a, const Row* b) { return a->uuid < b->uuid; });
    for (const Row* row : rows) visit(*row);
  }

  // Calls observer for every change for as long as the returned subscription is kept.
  [[nodiscard]] Subscription observe(Observer observer) {
    std::erase_if(observers_, [](const auto& held) { return held.expired(); });
    auto held = std::make_shared<Observer>(std::move(observer));
    observers_.push_back(held);
    return held;
  }

  // Inserts or replaces. columns: what may differ from the present row; ignored for an insertion.
  void put(Row row, ColumnMask columns = ~ColumnMask{0}) {
    if (Held* held = rows_.find(row.uuid)) {
      const Row before = std::exchange(held->row, std::move(row));
      return notify({&before, &held->row, columns});
    }
    const Uuid uuid = row.uuid;
    const Held& held = rows_.get(uuid, [&row] { return std::make_unique<Held>(std::move(row)); });
    notify({nullptr, &held.row, ~ColumnMask{0}});
  }

  // Deletes; no effect when there is no such row.
  void erase(const Uuid& uuid) {
    auto held = rows_.extract(uuid);
    if (held) notify({&held->row, nullptr, ~ColumnMask{0}});
  }

 private:
  struct Held {
    explicit Held(Row r) : row(std::move(r)) {}
    const Uuid& key() const { return row.uuid; }
    Row row;
  };

  void notify(const Change<Row>& change) {
    ++changes_;
    for (const auto& held : observers_) {
      if (auto observer = held.lock()) (*observer)(change);
    }
  }

  KeyedSet<Held> rows_;
  std::uint64_t changes_ = 0;
  std::vector<std::weak_ptr<Observer>> observers_;
};

}  // namespace mooring::store

// Inputs of the graph: secondary indexes over the rows of store::Tables.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/keyed_set.h"
#include "base/uuid.h"
#include "engine/context.h"
#include "engine/graph.h"
#include "engine/memo.h"
#include "store/table.h"

namespace mooring::engine {

// The keys that a row has lost and gained by a change, each in order.
template <class K>
struct KeyChanges {
  std::vector<K> gone;
  std::vector<K> come;
};

// What two sorted ranges differ by, as keys. to_key keeps the order.
template <class K, class Range, class ToKey>
KeyChanges<K> key_changes(const Range& before, const Range& after, ToKey to_key) {
  KeyChanges<K> out;
  auto b = before.begin();
  auto a = after.begin();
  while (b != before.end() || a != after.end()) {
    if (a == after.end() || (b != before.end() && *b < *a)) {
      out.gone.push_back(to_key(*b++));
    } else if (b == before.end() || *a < *b) {
      out.come.push_back(to_key(*a++));
    } else {
      ++a;
      ++b;
    }
  }
  return out;
}

// Where the keys of an index over a table come from.
template <class Row, class K>
struct Feed {
  store::Table<Row>& table;
  store::ColumnMask columns;  // which keys and changes use; other changes leave the index alone
  std::function<std::vector<K>(const Row&)> keys;
  // The difference of both rows' keys, for rows with so many that making them costs; null
  // otherwise.
  std::function<KeyChanges<K>(const Row& before, const Row& after)> changes = nullptr;
};

// Rows by a key, of which a row may have none, one or many.
template <class K>
class KeyIndex : public CellOwner {
 public:
  // The UUIDs of the rows under key, in order; valid until a row changes.
  std::span<const Uuid> find(const K& key) const {
    const Entry* entry = entries_.find(key);
    return entry == nullptr ? std::span<const Uuid>() : entry->span();
  }
  std::span<const Uuid> read(Context& context, const K& key) {
    Entry& entry = entry_under(key);
    context.note_read(entry, kAll);
    return entry.span();
  }

  // How often a row has come under a key or gone from one.
  std::uint64_t changes() const { return changes_; }

  // Keeps memo current for every key that has rows.
  template <class V>
  void demand_each(Memo<K, V>& memo) {
    entries_.for_each([&](const Entry& entry) {
      if (!entry.rows.empty()) memo.demand(entry.key());
    });
    demanders_.push_back(memo.demander());
  }

 protected:
  explicit KeyIndex(Graph& graph) : CellOwner(graph, 0) {}
  ~KeyIndex() = default;

  template <class Row>
  void follow(const Feed<Row, K>& feed) {
    feed.table.for_each([&](const Row& row) {
      for (const K& key : sorted(feed.keys(row))) place(key, row.uuid, true);
    });
    subscriptions_.push_back(feed.table.observe([this, feed](const store::Change<Row>& change) {
      bool same = change.before != nullptr && change.after != nullptr;
      if (same && !(change.columns & feed.columns)) return;
      auto keys_of = [&feed](const Row* row) {
        return row != nullptr ? sorted(feed.keys(*row)) : std::vector<K>();
      };
      // Only the difference is touched: a switch's row has all its ports, and one comes or goes.
      const KeyChanges<K> changes =
          same && feed.changes ? feed.changes(*change.before, *change.after)
                               : key_changes<K>(keys_of(change.before), keys_of(change.after),
                                                [](const K& key) { return key; });
      for (const K& key : changes.gone) place(key, change.uuid(), false);
      for (const K& key : changes.come) place(key, change.uuid(), true);
    }));
  }

 private:
  // Exists while it has rows or readers.
  struct Entry final : Cell, Keyed<K> {
    Entry(KeyIndex& index, const K& k) : Cell(index), Keyed<K>(k) {}
    void collect() override { static_cast<KeyIndex&>(this->owner_).drop_if_unused(*this); }
    std::span<const Uuid> span() const { return {rows.data(), rows.size()}; }
    boost::container::small_vector<Uuid, 1> rows;  // in order
  };

  Entry& entry_under(const K& key) {
    return entries_.get(key, [&] { return std::make_unique<Entry>(*this, key); });
  }
  void drop_if_unused(Entry& entry) {
    if (entry.rows.empty() && !entry.has_readers()) entries_.erase(entry.key());
  }
  static std::vector<K> sorted(std::vector<K> keys) {
    if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }
  void place(const K& key, const Uuid& uuid, bool present) {
    ++changes_;
    Entry& entry = entry_under(key);
    auto& rows = entry.rows;
    auto at = std::lower_bound(rows.begin(), rows.end(), uuid);
    present ? void(rows.insert(at, uuid)) : void(rows.erase(at));
    entry.changed();
    if (present ? rows.size() == 1 : rows.empty()) {
      for (const auto& demander : demanders_) demander(key, present);
    }
    drop_if_unused(entry);
  }

  std::uint64_t changes_ = 0;
  KeyedSet<Entry> entries_;
  std::vector<std::function<void(const K&, bool)>> demanders_;
  std::vector<store::Subscription> subscriptions_;
};

// An index over one table.
template <class Row, class K>
class Index final : public KeyIndex<K> {
 public:
  Index(Graph& graph, store::Table<Row>& table, store::ColumnMask columns,
        std::function<std::vector<K>(const Row&)> keys)
      : Index(graph, {table, columns, std::move(keys)}) {}
  Index(Graph& graph, const Feed<Row, K>& feed) : KeyIndex<K>(graph) { this->follow(feed); }
};

// An index over several tables.
template <class K, class... Rows>
class UnitedIndex final : public KeyIndex<K> {
 public:
  UnitedIndex(Graph& graph, const Feed<Rows, K>&... feeds) : KeyIndex<K>(graph) {
    (this->follow(feeds), ...);
  }
};

}  // namespace mooring::engine

// Inputs of the graph: secondary indexes over the rows of store::Tables.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <functional>
#include <iterator>
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

// Rows by a key, of which a row may have none, one or many.
template <class K>
class KeyIndex {
 public:
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;

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

  // Keeps memo current for every key that has rows.
  template <class V>
  void demand_each(Memo<K, V>& memo) {
    entries_.for_each([&](const Entry& entry) {
      if (!entry.rows.empty()) memo.demand(entry.key());
    });
    demanders_.push_back(memo.demander());
  }

 protected:
  // Where keys come from. keys may use only the columns in `columns` (bits); other changes leave
  // the index alone.
  template <class Row>
  struct Feed {
    store::Table<Row>& table;
    store::ColumnMask columns;
    std::function<std::vector<K>(const Row&)> keys;
  };

  explicit KeyIndex(Graph& graph) : graph_(graph) {}
  ~KeyIndex() = default;

  template <class Row>
  void follow(Feed<Row> feed) {
    feed.table.for_each([&](const Row& row) {
      for (const K& key : sorted(feed.keys(row))) place(key, row.uuid, true);
    });
    subscriptions_.push_back(feed.table.observe(
        [this, columns = feed.columns, keys = feed.keys](const store::Change<Row>& change) {
          bool same = change.before != nullptr && change.after != nullptr;
          if (same && !(change.columns & columns)) return;
          apply(change.uuid(),
                change.before != nullptr ? sorted(keys(*change.before)) : std::vector<K>(),
                change.after != nullptr ? sorted(keys(*change.after)) : std::vector<K>());
        }));
  }

 private:
  // Exists while it has rows or readers.
  struct Entry final : Cell, Keyed<K> {
    Entry(Graph& graph, KeyIndex& i, const K& k) : Cell(graph, 0), Keyed<K>(k), index(i) {}
    void collect() override { index.drop_if_unused(*this); }
    std::span<const Uuid> span() const { return {rows.data(), rows.size()}; }
    KeyIndex& index;
    boost::container::small_vector<Uuid, 1> rows;  // in order
  };

  Entry& entry_under(const K& key) {
    return entries_.get(key, [&] { return std::make_unique<Entry>(graph_, *this, key); });
  }
  void drop_if_unused(Entry& entry) {
    if (entry.rows.empty() && !entry.has_readers()) entries_.erase(entry.key());
  }
  static std::vector<K> sorted(std::vector<K> keys) {
    if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }
  // Only the difference is touched: a switch's row has all its ports, and one comes or goes.
  void apply(const Uuid& uuid, const std::vector<K>& before, const std::vector<K>& after) {
    std::vector<K> gone;
    std::vector<K> come;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(gone));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::back_inserter(come));
    for (const K& key : gone) place(key, uuid, false);
    for (const K& key : come) place(key, uuid, true);
  }
  void place(const K& key, const Uuid& uuid, bool present) {
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

  Graph& graph_;
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
      : KeyIndex<K>(graph) {
    this->template follow<Row>({table, columns, std::move(keys)});
  }
};

// An index over several tables.
template <class K, class... Rows>
class UnitedIndex final : public KeyIndex<K> {
 public:
  UnitedIndex(Graph& graph, typename KeyIndex<K>::template Feed<Rows>... feeds)
      : KeyIndex<K>(graph) {
    (this->follow(std::move(feeds)), ...);
  }
};

}  // namespace mooring::engine

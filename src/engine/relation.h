// Facts that derivations contribute: elements by key, reference-counted, journalled.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "engine/context.h"
#include "engine/emission.h"
#include "engine/graph.h"
#include "engine/memo.h"

namespace mooring::engine {

// One element under its key, shared by all who emitted it.
template <class K, class E>
struct Fact {
  const K* key;
  E element;
  std::uint32_t count = 0;
  bool reported = false;  // was present when the journal was last drained
  bool touched = false;   // stands in the journal
};

// The elements under one key, in order.
template <class E>
class Elements {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = E;
    using difference_type = std::ptrdiff_t;
    using pointer = const E*;
    using reference = const E&;
    iterator(const void* const* at, const E& (*get)(const void*)) : at_(at), get_(get) {}
    const E& operator*() const { return get_(*at_); }
    const E* operator->() const { return &get_(*at_); }
    iterator& operator++() {
      ++at_;
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++at_;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.at_ == b.at_; }

   private:
    const void* const* at_;
    const E& (*get_)(const void*);
  };

  Elements() = default;
  Elements(const void* const* begin, std::size_t size, const E& (*get)(const void*))
      : begin_(begin), size_(size), get_(get) {}
  iterator begin() const { return {begin_, get_}; }
  iterator end() const { return {begin_ + size_, get_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const E& front() const { return *begin(); }

 private:
  const void* const* begin_ = nullptr;
  std::size_t size_ = 0;
  const E& (*get_)(const void*) = nullptr;
};

// Declared before the memos that emit into it or read it, so that it is destroyed after them.
template <class K, class E>
class Relation final : public RelationBase {
 public:
  // What became of a key since the journal was last drained.
  struct Difference {
    K key;
    std::vector<E> removed;
    std::vector<E> added;
  };

  // journalled: keep what drain() reports. A relation that only memos read needs no journal.
  Relation(Graph& graph, int stratum, bool journalled = false)
      : graph_(graph), stratum_(stratum), journalled_(journalled) {}
  Relation(const Relation&) = delete;
  Relation& operator=(const Relation&) = delete;
  ~Relation() override = default;

  int stratum() const { return stratum_; }

  // The elements under key now, for readers outside the graph; valid until the next update.
  Elements<E> find(const K& key) const {
    auto it = slots_.find(key);
    return it == slots_.end() ? Elements<E>() : view(it->second);
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [key, slot] : slots_) {
      if (!slot.present.empty()) visit(key, view(slot));
    }
  }

  // How many elements have come or gone since the journal was last drained.
  std::size_t differences() const {
    return static_cast<std::size_t>(
        std::count_if(journal_.begin(), journal_.end(),
                      [](const FactPtr fact) { return (fact->count > 0) != fact->reported; }));
  }
  // Differences since the last drain, in the order of keys (K must be ordered for it).
  std::vector<Difference> drain() {
    assert(journalled_);
    std::vector<Difference> out;
    auto touched = std::exchange(journal_, {});
    std::sort(touched.begin(), touched.end(), [](const FactPtr a, const FactPtr b) {
      if (*a->key != *b->key) return *a->key < *b->key;
      return a->element < b->element;
    });
    for (FactPtr fact : touched) report(*fact, out);
    for (FactPtr fact : touched) {
      fact->touched = false;
      settle(*fact);
    }
    return out;
  }

  // Keeps memo current for every key that has elements.
  template <class V>
  void demand_each(Memo<K, V>& memo) {
    assert(memo.stratum() > stratum_);
    demanders_.push_back(memo.demander());
  }

  Elements<E> read(Context& context, const K& key) {
    assert(context.stratum() > stratum_ && "a relation is read before it is whole");
    auto [it, fresh] = slots_.try_emplace(key);
    if (!it->second.cell) {
      it->second.cell = std::make_unique<SlotCell>(graph_, stratum_, *this, it->first);
    }
    context.note_read(*it->second.cell, kAll);
    return view(it->second);
  }

  Emission add(K key, E element) {
    auto it = slots_.try_emplace(std::move(key)).first;
    auto& facts = it->second.facts;
    auto at = lower(facts, element);
    if (at == facts.end() || (*at)->element != element) {
      auto fact = std::make_unique<FactType>();
      fact->key = &it->first;
      fact->element = std::move(element);
      at = facts.insert(at, std::move(fact));
    }
    FactType& fact = **at;
    if (fact.count++ == 0) appear(it->first, it->second, fact);
    return {this, &fact};
  }
  void release(void* handle) override {
    FactType& fact = *static_cast<FactType*>(handle);
    assert(fact.count > 0);
    if (--fact.count > 0) return;
    auto it = slots_.find(*fact.key);
    auto& present = it->second.present;
    present.erase(std::find(present.begin(), present.end(), &fact));
    announce(it->first, it->second);
    if (present.empty()) tell_demanders(it->first, false);
    touch(fact);
    settle(fact);
  }

 private:
  using FactType = Fact<K, E>;
  using FactPtr = FactType*;

  struct SlotCell final : Cell {
    SlotCell(Graph& graph, int stratum, Relation& r, const K& k)
        : Cell(graph, stratum), relation(r), key(k) {}
    void collect() override { relation.drop_cell(key); }
    Relation& relation;
    const K& key;  // the slot's own
  };
  struct Slot {
    std::vector<std::unique_ptr<FactType>> facts;  // in order of elements
    std::vector<const void*> present;              // those with a count, in the same order
    std::unique_ptr<SlotCell> cell;                // while somebody reads the key
  };

  static const E& element_of(const void* fact) {
    return static_cast<const FactType*>(fact)->element;
  }
  static Elements<E> view(const Slot& slot) {
    return {slot.present.data(), slot.present.size(), &element_of};
  }
  static auto lower(std::vector<std::unique_ptr<FactType>>& facts, const E& element) {
    return std::lower_bound(facts.begin(), facts.end(), element,
                            [](const auto& fact, const E& e) { return fact->element < e; });
  }

  void appear(const K& key, Slot& slot, FactType& fact) {
    auto& present = slot.present;
    auto at = std::lower_bound(present.begin(), present.end(), fact.element,
                               [](const void* p, const E& e) { return element_of(p) < e; });
    present.insert(at, &fact);
    if (present.size() == 1) tell_demanders(key, true);
    announce(key, slot);
    touch(fact);
  }
  void announce(const K&, Slot& slot) {
    if (slot.cell) slot.cell->changed();
  }
  void tell_demanders(const K& key, bool present) {
    for (const auto& demander : demanders_) demander(key, present);
  }
  void touch(FactType& fact) {
    if (!journalled_ || fact.touched) return;
    fact.touched = true;
    journal_.push_back(&fact);
  }
  void report(FactType& fact, std::vector<Difference>& out) {
    bool present = fact.count > 0;
    if (present == fact.reported) return;
    if (out.empty() || out.back().key != *fact.key) out.push_back({*fact.key, {}, {}});
    (present ? out.back().added : out.back().removed).push_back(fact.element);
    fact.reported = present;
  }
  // Frees a fact that nobody holds and the journal doesn't need, and its slot after it.
  void settle(FactType& fact) {
    if (fact.count > 0 || fact.touched) return;
    auto it = slots_.find(*fact.key);
    auto& facts = it->second.facts;
    facts.erase(lower(facts, fact.element));
    drop_if_empty(it);
  }
  void drop_cell(const K& key) {
    auto it = slots_.find(key);
    it->second.cell.reset();
    drop_if_empty(it);
  }
  template <class Iterator>
  void drop_if_empty(Iterator it) {
    if (it->second.facts.empty() && !it->second.cell) slots_.erase(it);
  }

  Graph& graph_;
  int stratum_;
  bool journalled_;
  std::unordered_map<K, Slot, Hash<K>> slots_;
  std::vector<FactPtr> journal_;
  std::vector<std::function<void(const K&, bool)>> demanders_;
};

}  // namespace mooring::engine

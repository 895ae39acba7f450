// Facts that derivations contribute: elements by key, reference-counted, journalled.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cassert>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "base/keyed_set.h"
#include "engine/context.h"
#include "engine/emission.h"
#include "engine/graph.h"
#include "engine/memo.h"

namespace mooring::engine {

// What elements stand under, seen from them.
struct SlotBase {};

// One element under its key, shared by all who emitted it.
template <class E>
struct Fact {
  SlotBase* slot;
  E element;
  std::uint32_t count = 0;
  bool reported = false;  // was present when the journal was last drained
  bool touched = false;   // stands in the journal, which frees it when nobody emits it any more
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
    explicit iterator(const Fact<E>* const* at) : at_(at) {}
    const E& operator*() const { return (*at_)->element; }
    const E* operator->() const { return &(*at_)->element; }
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
    const Fact<E>* const* at_;
  };

  Elements() = default;
  Elements(const Fact<E>* const* begin, std::size_t size) : begin_(begin), size_(size) {}
  iterator begin() const { return iterator(begin_); }
  iterator end() const { return iterator(begin_ + size_); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const E& front() const { return *begin(); }

 private:
  const Fact<E>* const* begin_ = nullptr;
  std::size_t size_ = 0;
};

// Declared before the memos that emit into it or read it, so that it is destroyed after them.
template <class K, class E>
class Relation final : public RelationBase, public CellOwner {
 public:
  // What became of a key since the journal was last drained.
  struct Difference {
    K key;
    std::vector<E> removed;
    std::vector<E> added;
  };

  // journalled: keep what drain() reports. A relation that only memos read needs no journal.
  Relation(Graph& graph, int stratum, bool journalled = false)
      : CellOwner(graph, stratum), journalled_(journalled) {}
  ~Relation() override {
    for (FactType* fact : journal_) {
      if (fact->count == 0) delete fact;
    }
  }

  // The elements under key now, for readers outside the graph; valid until the next update.
  Elements<E> find(const K& key) const {
    const Slot* slot = slots_.find(key);
    return slot == nullptr ? Elements<E>() : view(*slot);
  }
  template <class Visit>
  void for_each(Visit visit) const {
    slots_.for_each([&](const Slot& slot) {
      if (!slot.present.empty()) visit(slot.key(), view(slot));
    });
  }

  // How often an element has come or gone.
  std::uint64_t changes() const { return changes_; }
  // How many elements have come or gone since the journal was last drained.
  std::size_t differences() const {
    std::size_t out = 0;
    for_each_element(journal_, [&out](Slot&, Run run) { out += was(run) != is(run) ? 1 : 0; });
    return out;
  }
  // Differences since the last drain, in the order of keys (K must be ordered for it).
  std::vector<Difference> drain() {
    assert(journalled_);
    std::vector<Difference> out;
    auto touched = std::exchange(journal_, {});
    for_each_element(touched, [&out](Slot& slot, Run run) { report(slot, run, out); });
    for (FactType* fact : touched) {
      Slot& slot = slot_of(*fact);
      --slot.journalled;
      fact->touched = false;
      fact->reported = fact->count > 0;
      if (fact->count == 0) delete fact;
      drop_if_empty(slot);
    }
    return out;
  }

  // Keeps memo current for every key that has at least so many elements.
  template <class V>
  void demand_each(Memo<K, V>& memo, std::size_t at_least = 1) {
    assert(memo.stratum() > stratum());
    demanders_.push_back({at_least, memo.demander()});
  }

  Elements<E> read(Context& context, const K& key) {
    assert(context.stratum() > stratum() && "a relation is read before it is whole");
    Slot& slot = slot_under(key);
    if (!slot.cell) slot.cell = std::make_unique<SlotCell>(*this, slot);
    context.note_read(*slot.cell, kAll);
    return view(slot);
  }

  Emission add(const K& key, E element) {
    Slot& slot = slot_under(key);
    auto at = lower(slot, element);
    if (at == slot.present.end() || (*at)->element != element) {
      at = slot.present.insert(at, new FactType{&slot, std::move(element)});
      appear(slot, **at);
    }
    FactType& fact = **at;
    ++fact.count;
    return {this, &fact};
  }
  void release(void* handle) override {
    FactType& fact = *static_cast<FactType*>(handle);
    assert(fact.count > 0);
    if (--fact.count > 0) return;
    Slot& slot = slot_of(fact);
    slot.present.erase(lower(slot, fact.element));
    announce(slot, false);
    touch(slot, fact);
    if (!fact.touched) delete &fact;
    drop_if_empty(slot);
  }

 private:
  using FactType = Fact<E>;

  struct SlotCell;
  struct Slot final : SlotBase, Keyed<K> {
    using Keyed<K>::Keyed;
    ~Slot() {
      for (FactType* fact : present) delete fact;
    }
    boost::container::small_vector<FactType*, 1> present;  // in the order of elements
    std::uint32_t journalled = 0;    // facts of this slot that stand in the journal
    std::unique_ptr<SlotCell> cell;  // while somebody reads the key
  };
  struct SlotCell final : Cell {
    SlotCell(Relation& relation, Slot& s) : Cell(relation), slot(s) {}
    void collect() override { static_cast<Relation&>(this->owner_).drop_cell(slot); }
    Slot& slot;
  };
  struct Demander {
    std::size_t at_least;
    std::function<void(const K&, bool)> demand;
  };
  // The facts of the journal that are of one element: it may have gone and come again.
  using Run = std::span<FactType* const>;

  static Slot& slot_of(const FactType& fact) { return *static_cast<Slot*>(fact.slot); }
  static Elements<E> view(const Slot& slot) { return {slot.present.data(), slot.present.size()}; }
  static auto lower(Slot& slot, const E& element) {
    return std::lower_bound(slot.present.begin(), slot.present.end(), element,
                            [](const FactType* fact, const E& e) { return fact->element < e; });
  }
  static bool was(Run run) {
    return std::any_of(run.begin(), run.end(), [](const FactType* fact) { return fact->reported; });
  }
  static bool is(Run run) {
    return std::any_of(run.begin(), run.end(),
                       [](const FactType* fact) { return fact->count > 0; });
  }

  Slot& slot_under(const K& key) {
    return slots_.get(key, [&key] { return std::make_unique<Slot>(key); });
  }
  void appear(Slot& slot, FactType& fact) {
    announce(slot, true);
    touch(slot, fact);
  }
  // One element more or less.
  void announce(Slot& slot, bool more) {
    ++changes_;
    for (const Demander& demander : demanders_) {
      if (slot.present.size() + (more ? 0 : 1) == demander.at_least)
        demander.demand(slot.key(), more);
    }
    if (slot.cell) slot.cell->changed();
  }
  void touch(Slot& slot, FactType& fact) {
    if (!journalled_ || fact.touched) return;
    fact.touched = true;
    ++slot.journalled;
    journal_.push_back(&fact);
  }
  // Visits facts of a journal by elements, in the order of keys and elements.
  template <class Visit>
  static void for_each_element(std::vector<FactType*> facts, Visit visit) {
    std::sort(facts.begin(), facts.end(), [](const FactType* a, const FactType* b) {
      if (a->slot != b->slot) return slot_of(*a).key() < slot_of(*b).key();
      return a->element < b->element;
    });
    for (std::size_t at = 0, end = 0; at < facts.size(); at = end) {
      const FactType& first = *facts[at];
      for (end = at + 1; end < facts.size(); ++end) {
        if (facts[end]->slot != first.slot || facts[end]->element != first.element) break;
      }
      visit(slot_of(first), Run(facts).subspan(at, end - at));
    }
  }
  static void report(Slot& slot, Run run, std::vector<Difference>& out) {
    bool present = is(run);
    if (present == was(run)) return;
    if (out.empty() || out.back().key != slot.key()) out.push_back({slot.key(), {}, {}});
    (present ? out.back().added : out.back().removed).push_back(run.front()->element);
  }
  void drop_cell(Slot& slot) {
    slot.cell.reset();
    drop_if_empty(slot);
  }
  void drop_if_empty(Slot& slot) {
    if (slot.present.empty() && slot.journalled == 0 && !slot.cell) slots_.erase(slot.key());
  }

  bool journalled_;
  std::uint64_t changes_ = 0;
  KeyedSet<Slot> slots_;
  std::vector<FactType*> journal_;
  std::vector<Demander> demanders_;
};

}  // namespace mooring::engine

// What a derivation reads and emits through: every read becomes an edge of the graph.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "base/uuid.h"
#include "engine/cell.h"
#include "engine/emission.h"
#include "engine/graph.h"

namespace mooring::engine {

template <class K, class V>
class Memo;
template <class Row>
class Source;
template <class K>
class KeyIndex;
template <class K, class E>
class Relation;
template <class E>
class Elements;

// Lives for one run of one derivation. What it returns by reference is valid for that run.
class Context {
 public:
  Context(Graph& graph, int stratum)
      : graph_(graph),
        stratum_(stratum),
        first_noted_(graph.noted_.size()),
        first_emitted_(graph.emitted_.size()) {}
  ~Context() {
    graph_.noted_.resize(first_noted_);
    graph_.emitted_.resize(first_emitted_);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // The value of another derivation; computed now if it isn't current.
  template <class K, class V>
  const V& get(Memo<K, V>& memo, const std::type_identity_t<K>& key) {
    return memo.read(*this, key);
  }
  // A row, whose getters record which columns are read; nullopt when there is no such row, and then
  // the derivation re-runs when it appears.
  template <class Row>
  std::optional<typename Row::View> row(Source<Row>& source, const Uuid& uuid) {
    return source.read(*this, uuid);
  }
  // The UUIDs of the rows under key, in order.
  template <class K>
  std::span<const Uuid> find(KeyIndex<K>& index, const std::type_identity_t<K>& key) {
    return index.read(*this, key);
  }
  // What was emitted under key by anyone, in order and once each.
  template <class K, class E>
  Elements<E> elements(Relation<K, E>& relation, const K& key) {
    return relation.read(*this, key);
  }
  // Adds a fact, owned by this derivation until its next run.
  template <class K, class E>
  void emit(Relation<K, E>& relation, K key, E element) {
    assert(relation.stratum() >= stratum_);
    graph_.emitted_.push_back(relation.add(std::move(key), std::move(element)));
  }

  // For cells.
  Graph& graph() { return graph_; }
  int stratum() const { return stratum_; }
  // Records a read of cell; the returned mask may be narrowed or widened until the run ends.
  Mask& note_read(Cell& cell, Mask mask) {
    graph_.noted_.push_back({&cell, mask});
    return graph_.noted_.back().mask;
  }
  std::size_t read_count() const { return graph_.noted_.size() - first_noted_; }
  const Graph::Noted& noted(std::size_t i) const { return graph_.noted_[first_noted_ + i]; }
  std::span<const Emission> emissions() const {
    return std::span(graph_.emitted_).subspan(first_emitted_);
  }

 private:
  Graph& graph_;
  int stratum_;
  std::size_t first_noted_;
  std::size_t first_emitted_;
};

}  // namespace mooring::engine

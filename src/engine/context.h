// What a derivation reads and emits through: every read becomes an edge of the graph.
#pragma once

#include <cassert>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "engine/cell.h"
#include "engine/emission.h"

namespace mooring::engine {

template <class K, class V>
class Memo;
template <class Row>
class Source;
template <class Row, class K>
class Index;
template <class K, class E>
class Relation;
template <class E>
class Elements;

// Lives for one run of one derivation. What it returns by reference is valid for that run.
class Context {
 public:
  Context(Graph& graph, int stratum) : graph_(graph), stratum_(stratum) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // The value of another derivation; computed now if it isn't current.
  template <class K, class V>
  const V& get(Memo<K, V>& memo, const K& key) {
    return memo.read(*this, key);
  }
  // A row, whose getters record which columns are read; nullopt when there is no such row, and then
  // the derivation re-runs when it appears.
  template <class Row>
  std::optional<typename Row::View> row(Source<Row>& source, const Uuid& uuid) {
    return source.read(*this, uuid);
  }
  // The UUIDs of the rows under key, in order.
  template <class Row, class K>
  const std::vector<Uuid>& find(Index<Row, K>& index, const K& key) {
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
    emissions_.push_back(relation.add(std::move(key), std::move(element)));
  }

  // For cells.
  Graph& graph() { return graph_; }
  int stratum() const { return stratum_; }
  // Records a read of cell; the returned mask may be narrowed or widened until the run ends.
  Mask& note_read(Cell& cell, Mask mask) {
    masks_.push_back(mask);
    sources_.push_back(&cell);
    return masks_.back();
  }
  std::vector<Read> take_reads() {
    std::vector<Read> reads;
    reads.reserve(sources_.size());
    for (std::size_t i = 0; i < sources_.size(); ++i) reads.push_back({sources_[i], masks_[i], 0});
    return reads;
  }
  std::vector<Emission> take_emissions() { return std::move(emissions_); }

 private:
  Graph& graph_;
  int stratum_;
  std::vector<Cell*> sources_;
  std::deque<Mask> masks_;  // a deque, since views hold on to their mask while more are added
  std::vector<Emission> emissions_;
};

}  // namespace mooring::engine

// The memo graph: derivations that re-run when, and only when, what they read has changed.
//
// A derivation (Memo) is a pure function of its key and of what it reads through its Context. The
// graph records the reads. When an input changes, its readers are queued; update() re-runs each
// once, in the order of strata and, inside one, of dependency; a derivation whose value comes out
// equal stops the wave there. Facts that many derivations contribute to stand in a Relation, where
// each derivation owns what it emitted in its latest run. Since nothing but these functions makes a
// value, what a change computes is what a fresh start computes; reset() and update() do the latter,
// and a Relation's journal then shows any difference.
//
// Strata make relations whole before they are read: a memo emits only into relations of its own
// stratum or later, and reads only relations of earlier ones. They are small integers chosen by
// whoever wires the derivations; a violation is a bug and aborts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "engine/cell.h"
#include "engine/emission.h"
#include "engine/queue.h"

namespace mooring::engine {

class Graph;

// What derivations of one kind have done so far.
struct MemoStats {
  std::string name;
  std::uint64_t nodes = 0;    // alive now
  std::uint64_t runs = 0;     // since the start
  std::uint64_t cutoffs = 0;  // runs whose value was equal to the one before
};

struct Stats {
  std::uint64_t nodes = 0;
  std::uint64_t edges = 0;
  std::uint64_t runs = 0;
  std::uint64_t cutoffs = 0;
  std::uint64_t bytes = 0;  // of derivations and edges; what values hold on the heap is not in it
  std::vector<MemoStats> memos;
};

// A kind of derivation, seen from the graph.
class MemoBase : public CellOwner {
 public:
  MemoBase(Graph& graph, std::string name, int stratum);
  virtual ~MemoBase();

  const MemoStats& stats() const { return stats_; }
  virtual std::size_t node_bytes() const = 0;
  // Forgets every value and queues what is demanded.
  virtual void reset() = 0;

 protected:
  MemoStats stats_;
};

// Where derivations end. It outlives the memos, relations and sources that are made on it.
class Graph {
 public:
  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // Re-runs what has to be. Afterwards every demanded value and every relation is current; those of
  // later strata than `through` may not be, until the next update().
  void update(int through = std::numeric_limits<int>::max());
  bool idle() const { return queue_.empty() && doomed_.empty(); }
  // Forgets every derived value; the next update() computes all from the inputs.
  void reset();
  Stats stats() const;

  // For cells.
  void enqueue(Deriving& cell) { queue_.add(cell); }
  void dequeue(Deriving& cell) { queue_.remove(cell); }
  void maybe_unused(Cell& cell);
  void forget(Cell& cell);
  std::uint64_t next_sequence() { return ++sequence_; }
  void add_edges(std::int64_t count) { edges_ += count; }
  void register_memo(MemoBase& memo) { memos_.push_back(&memo); }
  void unregister_memo(MemoBase& memo);

 private:
  friend class Context;

  void collect_unused();

  Queue queue_;
  std::vector<Cell*> doomed_;  // may be unused
  std::vector<MemoBase*> memos_;
  std::uint64_t sequence_ = 0;
  std::int64_t edges_ = 0;

  // What the derivations that are running have read and emitted so far, the innermost one's last.
  // A deque, since views hold on to their mask while more are added.
  struct Noted {
    Cell* source;
    Mask mask;
  };
  std::deque<Noted> noted_;
  std::vector<Emission> emitted_;
};

}  // namespace mooring::engine

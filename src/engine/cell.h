// The nodes of the memo graph, and the edges between them. For this directory's own files.
#pragma once

#include <cstdint>
#include <memory>

namespace mooring::engine {

class Graph;
class Cell;
class Context;
class Deriving;

// Which parts of what was read matter to the reader; for a database row, its columns.
using Mask = std::uint64_t;
inline constexpr Mask kAll = ~Mask{0};

// The place in a list of what isn't in it.
inline constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

// One read: who read what, which parts of it, and its neighbours among the reads of the same
// source.
struct Edge {
  Cell* source = nullptr;
  Deriving* reader = nullptr;
  Mask mask = 0;
  Edge* before = nullptr;
  Edge* after = nullptr;
};

// What all cells of a kind share. Each kind's cells belong to one.
class CellOwner {
 public:
  int stratum() const { return stratum_; }

 protected:
  CellOwner(Graph& graph, int stratum) : graph_(graph), stratum_(stratum) {}
  CellOwner(const CellOwner&) = delete;
  CellOwner& operator=(const CellOwner&) = delete;
  ~CellOwner() = default;

  Graph& graph_;

 private:
  friend class Cell;
  int stratum_;
};

// Something that can be read: an input, a derived value, or the elements under a relation's key.
class Cell {
 public:
  explicit Cell(CellOwner& owner) : owner_(owner) {}
  virtual ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  // Queues every reader whose mask meets `changed`.
  void changed(Mask changed = kAll);
  bool has_readers() const { return readers_ != nullptr; }
  int stratum() const { return owner_.stratum_; }
  std::uint32_t height() const { return height_; }

  // Called when nobody reads the cell any more: frees it unless something else needs it.
  virtual void collect() = 0;

 protected:
  Graph& graph() const { return owner_.graph_; }

  CellOwner& owner_;

 private:
  friend class Graph;
  friend class Deriving;

  void link(Edge& edge);
  void unlink(Edge& edge);

  Edge* readers_ = nullptr;
  Mask read_mask_ = 0;  // of all readers since there were none: a port group's row has very many
  std::uint32_t doomed_at_ = kNowhere;  // the place on the graph's list of what may be unused
  std::uint32_t height_ = 0;            // longer than any way down to an input
};

// A cell that reads others.
class Deriving : public Cell {
 public:
  explicit Deriving(CellOwner& owner);
  ~Deriving() override;

  // Brings the value up to date, if there is something to compute.
  virtual void refresh() = 0;
  bool queued() const { return queued_at_ != kNowhere; }

 protected:
  // Replaces what this cell reads by what the context has noted.
  void set_reads(Context& context);
  void drop_reads();

 private:
  friend class Queue;

  std::unique_ptr<Edge[]> reads_;
  std::uint32_t read_count_ = 0;
  std::uint32_t queued_at_ = kNowhere;  // the place in the graph's queue
  std::uint64_t sequence_;              // which was made first
};

}  // namespace mooring::engine

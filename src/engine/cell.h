// The nodes of the memo graph, and the edges between them. For this directory's own files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mooring::engine {

class Graph;
class Cell;

// Which parts of what was read matter to the reader; for a database row, its columns.
using Mask = std::uint64_t;
inline constexpr Mask kAll = ~Mask{0};

// One read, seen from the reader: what, which parts, and where the source keeps its back edge.
struct Read {
  Cell* source;
  Mask mask;
  std::uint32_t back;
};

// The same read, seen from the source.
struct Reader {
  Cell* cell;
  std::uint32_t index;  // into the reader's reads
};

// Something that can be read: an input, a derived value, or the elements under a relation's key.
class Cell {
 public:
  Cell(Graph& graph, int stratum);
  virtual ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  // Queues every reader whose mask meets `changed`.
  void changed(Mask changed = kAll);
  bool has_readers() const { return !readers_.empty(); }
  int stratum() const { return stratum_; }
  std::uint32_t height() const { return height_; }

  // Brings the value up to date, if there is something to compute.
  virtual void refresh() {}
  // Called when nobody reads the cell any more: frees it unless something else needs it.
  virtual void collect() = 0;

 protected:
  friend class Graph;
  friend class Context;

  // Replaces what this cell reads.
  void set_reads(std::vector<Read> reads);

  Graph& graph_;
  std::vector<Read> reads_;
  std::vector<Reader> readers_;
  Mask read_mask_ = 0;  // of all readers since there were none: a port group's row has very many
  std::uint64_t sequence_;
  std::uint32_t height_ = 0;
  int stratum_;
  bool queued_ = false;            // waits to be recomputed
  bool doomed_ = false;            // is on the list of cells that may be unused
  std::uint32_t queued_height_ = 0;  // the height it was queued under

 private:
  void drop_reads();
};

}  // namespace mooring::engine

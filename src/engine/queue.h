// What waits to be derived again. For this directory's own files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mooring::engine {

class Deriving;

// A heap whose members know their places in it, so that any can leave: what a wave queues comes and
// goes by the ten thousand.
class Queue {
 public:
  bool empty() const { return heap_.empty(); }
  // The first in the order of strata, then of heights at the time of adding, then of making.
  Deriving& front() const { return *heap_.front().cell; }
  // No effect on a cell that is queued.
  void add(Deriving& cell);
  // No effect on a cell that isn't.
  void remove(Deriving& cell);

 private:
  struct Entry {
    std::int32_t stratum;
    std::uint32_t height;
    std::uint64_t sequence;
    Deriving* cell;
  };
  static bool earlier(const Entry& a, const Entry& b);
  void place(std::size_t at, const Entry& entry);
  void rise(std::size_t at, const Entry& entry);
  void sink(std::size_t at, const Entry& entry);

  std::vector<Entry> heap_;
};

}  // namespace mooring::engine

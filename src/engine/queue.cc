#include "engine/queue.h"

#include <tuple>

#include "engine/cell.h"

namespace mooring::engine {
namespace {

// Memory for so many entries stays when the queue is empty.
constexpr std::size_t kKeep = 1024;

}  // namespace

bool Queue::earlier(const Entry& a, const Entry& b) {
  return std::tie(a.stratum, a.height, a.sequence) < std::tie(b.stratum, b.height, b.sequence);
}

void Queue::place(std::size_t at, const Entry& entry) {
  heap_[at] = entry;
  entry.cell->queued_at_ = static_cast<std::uint32_t>(at);
}

void Queue::rise(std::size_t at, const Entry& entry) {
  for (; at > 0; at = (at - 1) / 2) {
    const Entry& parent = heap_[(at - 1) / 2];
    if (!earlier(entry, parent)) break;
    place(at, parent);
  }
  place(at, entry);
}

void Queue::sink(std::size_t at, const Entry& entry) {
  for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
    if (child + 1 < heap_.size() && earlier(heap_[child + 1], heap_[child])) ++child;
    if (!earlier(heap_[child], entry)) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, entry);
}

void Queue::add(Deriving& cell) {
  if (cell.queued()) return;
  heap_.emplace_back();
  rise(heap_.size() - 1, {cell.stratum(), cell.height(), cell.sequence_, &cell});
}

void Queue::remove(Deriving& cell) {
  if (!cell.queued()) return;
  std::size_t at = cell.queued_at_;
  cell.queued_at_ = kNowhere;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (heap_.empty() && heap_.capacity() > kKeep) heap_ = std::vector<Entry>();
  if (at == heap_.size()) return;
  if (at > 0 && earlier(last, heap_[(at - 1) / 2])) {
    rise(at, last);
  } else {
    sink(at, last);
  }
}

}  // namespace mooring::engine

#include "engine/cell.h"

#include <algorithm>
#include <cassert>

#include "engine/context.h"
#include "engine/graph.h"

namespace mooring::engine {

Cell::~Cell() {
  assert(readers_ == nullptr);
  graph().forget(*this);
}

void Cell::changed(Mask mask) {
  if ((mask & read_mask_) == 0) return;
  for (const Edge* edge = readers_; edge != nullptr; edge = edge->after) {
    if (edge->mask & mask) graph().enqueue(*edge->reader);
  }
}

void Cell::link(Edge& edge) {
  edge.before = nullptr;
  edge.after = readers_;
  if (readers_ != nullptr) readers_->before = &edge;
  readers_ = &edge;
  read_mask_ |= edge.mask;
}

void Cell::unlink(Edge& edge) {
  (edge.before != nullptr ? edge.before->after : readers_) = edge.after;
  if (edge.after != nullptr) edge.after->before = edge.before;
  if (readers_ != nullptr) return;
  read_mask_ = 0;
  graph().maybe_unused(*this);
}

Deriving::Deriving(CellOwner& owner) : Cell(owner), sequence_(graph().next_sequence()) {}

Deriving::~Deriving() {
  drop_reads();
  graph().dequeue(*this);
}

void Deriving::set_reads(Context& context) {
  // A source that is read again looks unused in between; collection comes later and asks again.
  drop_reads();
  read_count_ = static_cast<std::uint32_t>(context.read_count());
  if (read_count_ > 0) reads_ = std::make_unique<Edge[]>(read_count_);
  height_ = 0;
  for (std::uint32_t i = 0; i < read_count_; ++i) {
    const auto& [source, mask] = context.noted(i);
    reads_[i].source = source;
    reads_[i].reader = this;
    reads_[i].mask = mask;
    source->link(reads_[i]);
    height_ = std::max(height_, source->height() + 1);
  }
  graph().add_edges(read_count_);
}

void Deriving::drop_reads() {
  for (std::uint32_t i = 0; i < read_count_; ++i) reads_[i].source->unlink(reads_[i]);
  graph().add_edges(-static_cast<std::int64_t>(read_count_));
  read_count_ = 0;
  reads_.reset();
}

}  // namespace mooring::engine

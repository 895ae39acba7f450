#include "engine/graph.h"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace mooring::engine {

Cell::Cell(Graph& graph, int stratum)
    : graph_(graph), sequence_(graph.next_sequence()), stratum_(stratum) {}

Cell::~Cell() {
  assert(readers_.empty());
  drop_reads();
  graph_.forget(*this);
}

void Cell::changed(Mask mask) {
  if ((mask & read_mask_) == 0) return;
  for (const Reader& reader : readers_) {
    if (reader.cell->reads_[reader.index].mask & mask) graph_.enqueue(*reader.cell);
  }
}

void Cell::set_reads(std::vector<Read> reads) {
  // A source that is read again looks unused in between; collection comes later and asks again.
  drop_reads();
  reads_ = std::move(reads);
  height_ = 0;
  for (std::uint32_t i = 0; i < reads_.size(); ++i) {
    Read& read = reads_[i];
    read.back = static_cast<std::uint32_t>(read.source->readers_.size());
    read.source->readers_.push_back({this, i});
    read.source->read_mask_ |= read.mask;
    height_ = std::max(height_, read.source->height_ + 1);
  }
  reads_.shrink_to_fit();
  graph_.add_edges(static_cast<std::int64_t>(reads_.size()));
}

void Cell::drop_reads() {
  for (const Read& read : reads_) {
    auto& readers = read.source->readers_;
    if (read.back + 1 != readers.size()) {
      readers[read.back] = readers.back();
      Reader& moved = readers[read.back];
      moved.cell->reads_[moved.index].back = read.back;
    }
    readers.pop_back();
    if (!readers.empty()) continue;
    read.source->read_mask_ = 0;
    graph_.maybe_unused(*read.source);
  }
  graph_.add_edges(-static_cast<std::int64_t>(reads_.size()));
  reads_.clear();
}

MemoBase::MemoBase(Graph& graph, std::string name) : graph_(graph) {
  stats_.name = std::move(name);
  graph_.register_memo(*this);
}

MemoBase::~MemoBase() { graph_.unregister_memo(*this); }

Graph::Entry Graph::entry_of(Cell& cell) {
  return {cell.stratum_, cell.queued_height_, cell.sequence_, &cell};
}

void Graph::enqueue(Cell& cell) {
  if (cell.queued_) return;
  cell.queued_ = true;
  cell.queued_height_ = cell.height_;
  queue_.insert(entry_of(cell));
}

void Graph::dequeue(Cell& cell) {
  if (!cell.queued_) return;
  queue_.erase(entry_of(cell));
  cell.queued_ = false;
}

void Graph::maybe_unused(Cell& cell) {
  if (cell.doomed_) return;
  cell.doomed_ = true;
  doomed_.emplace(cell.sequence_, &cell);
}

void Graph::forget(Cell& cell) {
  if (cell.doomed_) doomed_.erase(cell.sequence_);
  dequeue(cell);
}

void Graph::unregister_memo(MemoBase& memo) { std::erase(memos_, &memo); }

void Graph::collect_unused() {
  while (!doomed_.empty()) {
    Cell* cell = doomed_.begin()->second;
    doomed_.erase(doomed_.begin());
    cell->doomed_ = false;
    if (!cell->has_readers()) cell->collect();
  }
}

void Graph::update() {
  collect_unused();
  while (!queue_.empty()) {
    queue_.begin()->cell->refresh();
    collect_unused();
  }
}

void Graph::reset() {
  for (MemoBase* memo : memos_) memo->reset();
}

Stats Graph::stats() const {
  Stats out;
  out.edges = static_cast<std::uint64_t>(edges_);
  for (const MemoBase* memo : memos_) {
    const MemoStats& stats = memo->stats();
    out.nodes += stats.nodes;
    out.runs += stats.runs;
    out.cutoffs += stats.cutoffs;
    out.bytes += stats.nodes * memo->node_bytes();
    out.memos.push_back(stats);
  }
  out.bytes += out.edges * (sizeof(Read) + sizeof(Reader));
  return out;
}

}  // namespace mooring::engine

#include "engine/graph.h"

#include <utility>

namespace mooring::engine {

MemoBase::MemoBase(Graph& graph, std::string name, int stratum) : CellOwner(graph, stratum) {
  stats_.name = std::move(name);
  graph_.register_memo(*this);
}

MemoBase::~MemoBase() { graph_.unregister_memo(*this); }

void Graph::maybe_unused(Cell& cell) {
  if (cell.doomed_at_ != kNowhere) return;
  cell.doomed_at_ = static_cast<std::uint32_t>(doomed_.size());
  doomed_.push_back(&cell);
}

void Graph::forget(Cell& cell) {
  if (cell.doomed_at_ == kNowhere) return;
  doomed_[cell.doomed_at_] = doomed_.back();
  doomed_[cell.doomed_at_]->doomed_at_ = cell.doomed_at_;
  doomed_.pop_back();
  cell.doomed_at_ = kNowhere;
}

void Graph::unregister_memo(MemoBase& memo) { std::erase(memos_, &memo); }

void Graph::collect_unused() {
  while (!doomed_.empty()) {
    Cell& cell = *doomed_.back();
    forget(cell);
    if (!cell.has_readers()) cell.collect();
  }
}

void Graph::update(int through) {
  collect_unused();
  while (!queue_.empty() && queue_.front().stratum() <= through) {
    queue_.front().refresh();
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
  out.bytes += out.edges * sizeof(Edge);
  return out;
}

}  // namespace mooring::engine

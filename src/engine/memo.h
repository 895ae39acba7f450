// Derivations: memoised pure functions of a key.
#pragma once

#include <cassert>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "engine/context.h"
#include "engine/graph.h"

namespace mooring::engine {

// The value of a derivation that only emits.
struct Nothing {
  friend bool operator==(const Nothing&, const Nothing&) = default;
};

template <class K, class V>
class Memo final : public MemoBase {
 public:
  using Function = std::function<V(Context&, const K&)>;

  Memo(Graph& graph, std::string name, int stratum, Function function)
      : MemoBase(graph, std::move(name)), stratum_(stratum), function_(std::move(function)) {}
  ~Memo() override { clear(); }

  // Keeps the value of key current until undemand() has been called as often.
  void demand(const K& key) { ++node(key).demands; }
  void undemand(const K& key) {
    auto it = nodes_.find(key);
    assert(it != nodes_.end() && it->second->demands > 0);
    if (--it->second->demands == 0) graph_.maybe_unused(*it->second);
  }
  // The current value of a demanded key, for readers outside the graph; null when nobody demands
  // it. Valid until the next update.
  const V* peek(const K& key) const {
    auto it = nodes_.find(key);
    return it == nodes_.end() || !it->second->value ? nullptr : &*it->second->value;
  }

  const V& read(Context& context, const K& key) {
    assert(context.stratum() >= stratum_);
    Node& source = node(key);
    source.refresh();
    context.note_read(source, kAll);
    return *source.value;
  }

  // For relations and sources: demands or undemands keys for as long as the memo lives. (Members go
  // in reverse order, and a memo that still emits may outlive one that is demanded by it.)
  std::function<void(const K&, bool)> demander() {
    return [self = std::weak_ptr<Memo*>(self_)](const K& key, bool present) {
      auto memo = self.lock();
      if (!memo) return;
      present ? (*memo)->demand(key) : (*memo)->undemand(key);
    };
  }

  std::size_t node_bytes() const override { return sizeof(Node) + sizeof(void*) * 4; }
  int stratum() const { return stratum_; }

  void reset() override {
    for (auto& [key, held] : nodes_) held->invalidate();
  }

 private:
  struct Node final : Cell {
    Node(Memo& owner, K k) : Cell(owner.graph_, owner.stratum_), memo(owner), key(std::move(k)) {}
    ~Node() override { release(emissions); }

    void refresh() override {
      if (!queued_ && value) return;
      memo.graph_.dequeue(*this);
      assert(!running && "a derivation reads itself");
      running = true;
      Context context(memo.graph_, memo.stratum_);
      V fresh = memo.function_(context, key);
      running = false;
      set_reads(context.take_reads());
      // What is emitted again is never gone in between: new references first.
      release(std::exchange(emissions, context.take_emissions()));
      emissions.shrink_to_fit();
      store(std::move(fresh));
    }
    void collect() override {
      if (demands == 0) memo.drop(key);
    }
    void store(V fresh) {
      ++memo.stats_.runs;
      if (value && *value == fresh) {
        ++memo.stats_.cutoffs;
        return;
      }
      value = std::move(fresh);
      changed();
    }
    void invalidate() {
      value.reset();
      release(std::exchange(emissions, {}));
      set_reads({});
      graph_.enqueue(*this);
    }
    static void release(const std::vector<Emission>& old) {
      for (const Emission& emission : old) emission.relation->release(emission.handle);
    }

    Memo& memo;
    const K key;
    std::optional<V> value;
    std::vector<Emission> emissions;
    std::uint32_t demands = 0;  // from outside the graph
    bool running = false;
  };

  Node& node(const K& key) {
    auto it = nodes_.find(key);
    if (it == nodes_.end()) {
      it = nodes_.emplace(key, std::make_unique<Node>(*this, key)).first;
      ++stats_.nodes;
      graph_.enqueue(*it->second);
      graph_.maybe_unused(*it->second);
    }
    return *it->second;
  }
  // By value: the key may be the node's own.
  void drop(K key) {
    nodes_.erase(key);
    --stats_.nodes;
  }
  void clear() {
    self_.reset();
    for (auto& [key, held] : nodes_) held->invalidate();
    nodes_.clear();
  }

  std::shared_ptr<Memo*> self_ = std::make_shared<Memo*>(this);
  int stratum_;
  Function function_;
  std::unordered_map<K, std::unique_ptr<Node>, Hash<K>> nodes_;
};

}  // namespace mooring::engine

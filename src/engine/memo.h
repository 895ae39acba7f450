// Derivations: memoised pure functions of a key.
#pragma once

#include <cassert>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/keyed_set.h"
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
      : MemoBase(graph, std::move(name), stratum), function_(std::move(function)) {}
  ~Memo() override { clear(); }

  // Keeps the value of key current until undemand() has been called as often.
  void demand(const K& key) { ++node(key).demands; }
  void undemand(const K& key) {
    Node* found = nodes_.find(key);
    assert(found != nullptr && found->demands > 0);
    if (--found->demands == 0) graph_.maybe_unused(*found);
  }
  // The current value of a demanded key, for readers outside the graph; null when nobody demands
  // it. Valid until the next update.
  const V* peek(const K& key) const {
    const Node* found = nodes_.find(key);
    return found == nullptr || !found->value ? nullptr : &*found->value;
  }

  const V& read(Context& context, const K& key) {
    assert(context.stratum() >= stratum());
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

  std::size_t node_bytes() const override { return sizeof(Node); }

  void reset() override {
    nodes_.for_each([](Node& held) { held.invalidate(); });
  }

 private:
  struct Node final : Deriving, Keyed<K> {
    Node(Memo& owner, K k) : Deriving(owner), Keyed<K>(std::move(k)) {}
    ~Node() override { emissions.release(); }

    void refresh() override {
      if (!this->queued() && value) return;
      this->graph().dequeue(*this);
      assert(!running && "a derivation reads itself");
      running = true;
      Context context(this->graph(), this->stratum());
      V fresh = memo().function_(context, this->key());
      running = false;
      this->set_reads(context);
      // What is emitted again is never gone in between: new references first.
      std::exchange(emissions, Emissions(context.emissions())).release();
      store(std::move(fresh));
    }
    void collect() override {
      if (demands == 0) memo().drop(this->key());
    }
    void store(V fresh) {
      ++memo().stats_.runs;
      if (value && *value == fresh) {
        ++memo().stats_.cutoffs;
        return;
      }
      value = std::move(fresh);
      this->changed();
    }
    void invalidate() {
      value.reset();
      std::exchange(emissions, {}).release();
      this->drop_reads();
      this->graph().enqueue(*this);
    }
    Memo& memo() { return static_cast<Memo&>(this->owner_); }

    std::optional<V> value;
    Emissions emissions;
    std::uint32_t demands = 0;  // from outside the graph
    bool running = false;
  };

  // Whoever asks for a fresh one demands it or is about to read it.
  Node& node(const K& key) {
    return nodes_.get(key, [&] {
      auto fresh = std::make_unique<Node>(*this, key);
      ++stats_.nodes;
      graph_.enqueue(*fresh);
      return fresh;
    });
  }
  void drop(const K& key) {
    nodes_.erase(key);
    --stats_.nodes;
  }
  void clear() {
    self_.reset();
    nodes_.for_each([](Node& held) { held.invalidate(); });
    nodes_.clear();
  }

  std::shared_ptr<Memo*> self_ = std::make_shared<Memo*>(this);
  Function function_;
  KeyedSet<Node> nodes_;
};

}  // namespace mooring::engine

// Objects that are found by a key of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace mooring {

// Owns nodes, which never move and have a `const K& key() const` that never changes. A standard map
// keeps the key twice, or the value in one more block of memory; where there are ten of these for
// each port of a network, that is most of a daemon's memory. (Open addressing, linear probing,
// deletion by shifting back: Knuth, The Art of Computer Programming, volume 3, 6.4.)
template <class Node>
class KeyedSet {
 public:
  using Key = std::remove_cvref_t<decltype(std::declval<const Node&>().key())>;

  KeyedSet() = default;
  KeyedSet(const KeyedSet&) = delete;
  KeyedSet& operator=(const KeyedSet&) = delete;
  ~KeyedSet() { clear(); }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Null when there is none.
  Node* find(const Key& key) const {
    return places_.empty() ? nullptr : places_[place_of(key, hash_of(key))].node;
  }
  // The node under key. If there is none, make() gives one as a unique_ptr; it doesn't use the set.
  template <class Make>
  Node& get(const Key& key, Make make) {
    if ((size_ + 1) * 4 > places_.size() * 3) resize(places_.empty() ? 8 : places_.size() * 2);
    std::uint32_t hash = hash_of(key);
    Place& place = places_[place_of(key, hash)];
    if (place.node == nullptr) {
      place = {make().release(), hash};
      ++size_;
    }
    return *place.node;
  }
  // Takes the node under key out; null when there is none. key may be the node's own.
  std::unique_ptr<Node> extract(const Key& key) {
    if (places_.empty()) return nullptr;
    std::size_t at = place_of(key, hash_of(key));
    std::unique_ptr<Node> out(places_[at].node);
    if (!out) return nullptr;
    close_gap(at);
    --size_;
    if (places_.size() > 64 && size_ * 8 < places_.size()) resize(places_.size() / 4);
    return out;
  }
  void erase(const Key& key) { extract(key); }
  void clear() {
    for (Place& place : places_) delete std::exchange(place.node, nullptr);
    places_ = std::vector<Place>();
    size_ = 0;
  }

  // In no particular order; visit doesn't add or remove.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Place& place : places_) {
      if (place.node != nullptr) visit(*place.node);
    }
  }

 private:
  struct Place {
    Node* node = nullptr;
    std::uint32_t hash = 0;
  };

  static std::uint32_t hash_of(const Key& key) {
    return static_cast<std::uint32_t>(hash_mix(0, Hash<Key>{}(key)));
  }
  std::size_t mask() const { return places_.size() - 1; }
  // Where the key is, or the empty place where it would be.
  std::size_t place_of(const Key& key, std::uint32_t hash) const {
    std::size_t at = hash & mask();
    while (places_[at].node != nullptr &&
           (places_[at].hash != hash || !(places_[at].node->key() == key))) {
      at = (at + 1) & mask();
    }
    return at;
  }
  // Empties a place and moves back what would not be found any more.
  void close_gap(std::size_t gap) {
    for (std::size_t at = (gap + 1) & mask(); places_[at].node != nullptr; at = (at + 1) & mask()) {
      std::size_t home = places_[at].hash & mask();
      if (((at - home) & mask()) < ((at - gap) & mask())) continue;
      places_[gap] = places_[at];
      gap = at;
    }
    places_[gap].node = nullptr;
  }
  void resize(std::size_t count) {
    std::vector<Place> old(count);
    old.swap(places_);
    for (const Place& place : old) {
      if (place.node == nullptr) continue;
      std::size_t at = place.hash & mask();
      while (places_[at].node != nullptr) at = (at + 1) & mask();
      places_[at] = place;
    }
  }

  std::vector<Place> places_;  // a power of two of them, at most three quarters used
  std::size_t size_ = 0;
};

// What a node's key usually is.
template <class K>
class Keyed {
 public:
  explicit Keyed(K key) : key_(std::move(key)) {}
  const K& key() const { return key_; }

 private:
  const K key_;
};

}  // namespace mooring

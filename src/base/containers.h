// Sorted, contiguous sets and maps: comparable, small, and with one order everywhere.
#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>
#include <functional>

namespace mooring {

// std::less<> so that a set of strings can be asked with a string_view.
template <class T>
using Set = boost::container::flat_set<T, std::less<>>;

template <class K, class V>
using Map = boost::container::flat_map<K, V, std::less<>>;

// The value under key, or fallback; never inserts.
template <class K, class V, class Q>
V value_or(const Map<K, V>& map, const Q& key, V fallback) {
  auto it = map.find(key);
  return it == map.end() ? std::move(fallback) : it->second;
}

}  // namespace mooring

// Hashing of composite keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <utility>

namespace mooring {

// Mixes one more hash into a seed (the finaliser of splitmix64).
inline std::size_t hash_mix(std::size_t seed, std::size_t value) {
  std::uint64_t x = seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// std::hash, extended to pairs and tuples.
template <class T>
struct Hash {
  std::size_t operator()(const T& value) const { return std::hash<T>{}(value); }
};

template <class... Ts>
struct Hash<std::tuple<Ts...>> {
  std::size_t operator()(const std::tuple<Ts...>& value) const {
    return std::apply(
        [](const auto&... parts) {
          std::size_t seed = 0;
          ((seed = hash_mix(seed, Hash<std::decay_t<decltype(parts)>>{}(parts))), ...);
          return seed;
        },
        value);
  }
};

template <class A, class B>
struct Hash<std::pair<A, B>> {
  std::size_t operator()(const std::pair<A, B>& value) const {
    return hash_mix(Hash<A>{}(value.first), Hash<B>{}(value.second));
  }
};

}  // namespace mooring

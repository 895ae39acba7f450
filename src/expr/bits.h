// Field values of up to 128 bits, as numbers.
#pragma once

#include <cstdint>

namespace mooring::expr {

// Wide enough for IPv6 addresses, connection labels and xxreg; host order, low bits first.
__extension__ typedef unsigned __int128 U128;

// The low width bits set; width 0 to 128.
constexpr U128 low_ones(unsigned width) { return width >= 128 ? ~U128{0} : (U128{1} << width) - 1; }

constexpr std::uint64_t high_half(U128 value) { return static_cast<std::uint64_t>(value >> 64); }
constexpr std::uint64_t low_half(U128 value) { return static_cast<std::uint64_t>(value); }
constexpr U128 from_halves(std::uint64_t high, std::uint64_t low) { return U128{high} << 64 | low; }

// Bits needed to write value; 0 for 0.
constexpr unsigned bit_length(U128 value) {
  const std::uint64_t high = high_half(value), low = low_half(value);
  if (high != 0) return 128 - static_cast<unsigned>(__builtin_clzll(high));
  return low == 0 ? 0 : 64 - static_cast<unsigned>(__builtin_clzll(low));
}

// The number of the lowest bit that is set; 128 for 0.
constexpr unsigned lowest_bit(U128 value) {
  if (low_half(value) != 0) return static_cast<unsigned>(__builtin_ctzll(low_half(value)));
  if (high_half(value) != 0) return 64 + static_cast<unsigned>(__builtin_ctzll(high_half(value)));
  return 128;
}

}  // namespace mooring::expr

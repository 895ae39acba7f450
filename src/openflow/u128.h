// Unsigned integers of 128 bits: the widest value an OpenFlow field here can have.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>

namespace mooring::openflow {

struct U128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  constexpr U128() = default;
  // Implicit, so that plain integers serve wherever a field's value is asked for.
  constexpr U128(std::uint64_t value) : low(value) {}
  constexpr U128(std::uint64_t high_bits, std::uint64_t low_bits)
      : high(high_bits), low(low_bits) {}

  // The lowest `bits` bits set; bits is 0 to 128.
  static constexpr U128 ones(unsigned bits) {
    if (bits == 0) return U128();
    if (bits >= 128) return U128(~std::uint64_t{0}, ~std::uint64_t{0});
    if (bits > 64) return U128(~std::uint64_t{0} >> (128 - bits), ~std::uint64_t{0});
    return U128(~std::uint64_t{0} >> (64 - bits));
  }

  constexpr bool is_zero() const { return high == 0 && low == 0; }
  constexpr bool fits(unsigned bits) const { return (*this & ~ones(bits)).is_zero(); }
  constexpr unsigned popcount() const {
    return static_cast<unsigned>(std::popcount(high) + std::popcount(low));
  }

  friend constexpr U128 operator&(U128 a, U128 b) { return {a.high & b.high, a.low & b.low}; }
  friend constexpr U128 operator|(U128 a, U128 b) { return {a.high | b.high, a.low | b.low}; }
  friend constexpr U128 operator^(U128 a, U128 b) { return {a.high ^ b.high, a.low ^ b.low}; }
  friend constexpr U128 operator~(U128 a) { return {~a.high, ~a.low}; }
  friend constexpr U128 operator<<(U128 a, unsigned n) {
    if (n == 0) return a;
    if (n >= 128) return {};
    if (n >= 64) return {a.low << (n - 64), 0};
    return {a.high << n | a.low >> (64 - n), a.low << n};
  }
  friend constexpr U128 operator>>(U128 a, unsigned n) {
    if (n == 0) return a;
    if (n >= 128) return {};
    if (n >= 64) return {0, a.high >> (n - 64)};
    return {a.high >> n, a.low >> n | a.high << (64 - n)};
  }
  friend constexpr auto operator<=>(const U128&, const U128&) = default;
};

}  // namespace mooring::openflow

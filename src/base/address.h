// Ethernet and IP addresses as values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace mooring {

// An Ethernet address (IEEE 802 EUI-48).
class Mac {
 public:
  constexpr Mac() = default;
  // From the low 48 bits.
  explicit constexpr Mac(std::uint64_t bits) : bits_(bits & 0xffffffffffffULL) {}
  static constexpr Mac broadcast() { return Mac(0xffffffffffffULL); }

  // From six pairs of hexadecimal digits with colons; nullopt for anything else.
  static std::optional<Mac> parse(std::string_view text);
  std::string to_string() const;

  constexpr std::uint64_t bits() const { return bits_; }
  constexpr bool is_multicast() const { return bits_ >> 40 & 1; }
  constexpr bool is_zero() const { return bits_ == 0; }
  std::array<std::uint8_t, 6> bytes() const;

  friend constexpr auto operator<=>(const Mac&, const Mac&) = default;

 private:
  std::uint64_t bits_ = 0;
};

// An IPv4 address, in host order.
class Ip4 {
 public:
  constexpr Ip4() = default;
  explicit constexpr Ip4(std::uint32_t bits) : bits_(bits) {}
  // From dotted-quad form; nullopt for anything else.
  static std::optional<Ip4> parse(std::string_view text);
  std::string to_string() const;
  constexpr std::uint32_t bits() const { return bits_; }
  constexpr bool is_multicast() const { return bits_ >> 28 == 0xe; }
  friend constexpr auto operator<=>(const Ip4&, const Ip4&) = default;

 private:
  std::uint32_t bits_ = 0;
};

// An IPv6 address, in network order.
class Ip6 {
 public:
  constexpr Ip6() = default;
  constexpr Ip6(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}
  // From any RFC 4291 section 2.2 form without a zone; nullopt for anything else.
  static std::optional<Ip6> parse(std::string_view text);
  // The RFC 5952 form.
  std::string to_string() const;
  std::array<std::uint8_t, 16> bytes() const;
  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }
  constexpr bool is_multicast() const { return high_ >> 56 == 0xff; }
  constexpr bool is_link_local() const { return high_ >> 54 == 0x3fa; }
  // The solicited-node multicast address of this unicast address (RFC 4291 section 2.7.1).
  constexpr Ip6 solicited_node() const {
    return Ip6(0xff02000000000000ULL, 0x00000001ff000000ULL | (low_ & 0xffffff));
  }
  // The Ethernet address that this multicast address maps to (RFC 2464 section 7).
  constexpr Mac multicast_mac() const { return Mac(0x333300000000ULL | (low_ & 0xffffffff)); }
  // fe80::/64 with the modified EUI-64 of mac (RFC 4291 appendix A).
  static Ip6 link_local_from(Mac mac);
  friend constexpr auto operator<=>(const Ip6&, const Ip6&) = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

// An IPv4 address with a prefix length, 0 to 32; host bits are kept as given.
struct Ip4Prefix {
  Ip4 address;
  std::uint8_t length = 32;
  // "a.b.c.d" or "a.b.c.d/n".
  static std::optional<Ip4Prefix> parse(std::string_view text);
  std::string to_string() const;
  constexpr Ip4 mask() const { return Ip4(length == 0 ? 0 : 0xffffffffU << (32 - length)); }
  constexpr Ip4 network() const { return Ip4(address.bits() & mask().bits()); }
  constexpr Ip4 broadcast() const { return Ip4(address.bits() | ~mask().bits()); }
  friend constexpr auto operator<=>(const Ip4Prefix&, const Ip4Prefix&) = default;
};

// An IPv6 address with a prefix length, 0 to 128; host bits are kept as given.
struct Ip6Prefix {
  Ip6 address;
  std::uint8_t length = 128;
  static std::optional<Ip6Prefix> parse(std::string_view text);
  std::string to_string() const;
  Ip6 mask() const;
  Ip6 network() const;
  friend constexpr auto operator<=>(const Ip6Prefix&, const Ip6Prefix&) = default;
};

}  // namespace mooring

template <>
struct std::hash<mooring::Mac> {
  std::size_t operator()(const mooring::Mac& mac) const { return mooring::hash_mix(0, mac.bits()); }
};
template <>
struct std::hash<mooring::Ip4> {
  std::size_t operator()(const mooring::Ip4& ip) const { return mooring::hash_mix(0, ip.bits()); }
};
template <>
struct std::hash<mooring::Ip6> {
  std::size_t operator()(const mooring::Ip6& ip) const {
    return mooring::hash_mix(mooring::hash_mix(0, ip.high()), ip.low());
  }
};

// Addresses of ports, of any kind.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <tuple>

#include "base/hash.h"
#include "base/uuid.h"

namespace mooring::northd {

// A MAC (high 0, low its bits), an IPv4 address likewise, or an IPv6 one.
struct PortAddress {
  enum class Kind : std::uint8_t { kMac, kIp4, kIp6 };
  Kind kind = Kind::kMac;
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  // As people write it.
  std::string to_string() const;
  friend auto operator<=>(const PortAddress&, const PortAddress&) = default;
};

// An address on a switch.
struct AddressKey {
  Uuid on;
  PortAddress address;
  friend auto operator<=>(const AddressKey&, const AddressKey&) = default;
};

}  // namespace mooring::northd

template <>
struct mooring::Hash<mooring::northd::AddressKey> {
  std::size_t operator()(const mooring::northd::AddressKey& key) const {
    using Parts = std::tuple<mooring::Uuid, int, std::uint64_t, std::uint64_t>;
    return mooring::Hash<Parts>{}(
        {key.on, static_cast<int>(key.address.kind), key.address.high, key.address.low});
  }
};

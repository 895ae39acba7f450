// What is told to the physical network about a port that lives here.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"

namespace mooring::controller {

struct Announcement {
  Mac mac;
  std::vector<Ip4> ip4;
  std::vector<Ip6> ip6;
  // How a frame reaches the wire: logically, as sent by the port itself to its network's uplink.
  std::uint32_t uplink_ofport = 0;
  std::optional<std::uint16_t> tag;  // VID 1-4094
  std::uint16_t ethertype = 0x8100;  // of the tag
  friend auto operator<=>(const Announcement&, const Announcement&) = default;
};

}  // namespace mooring::controller

// The headers of a frame that was handed up, as far as they are there and make sense.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.h"

namespace mooring::controller {

namespace ip_protocol {
inline constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kFragment = 44, kIcmp6 = 58,
                              kSctp = 132;
}  // namespace ip_protocol

struct IpHeader {
  enum class Fragment { kNo, kFirst, kLater };
  int version = 4;
  // Those of the version.
  Ip4 src4, dst4;
  Ip6 src6, dst6;
  std::uint8_t traffic_class = 0;  // DSCP and ECN
  std::uint32_t label = 0;         // the flow label, version 6
  std::uint8_t ttl = 0;
  // What the payload is. Behind IPv6's extension headers, but kFragment where those are in an
  // earlier fragment.
  std::uint8_t protocol = 0;
  Fragment fragment = Fragment::kNo;
  std::string_view datagram;         // from the IP header on, without padding; may be cut
  std::string_view payload;          // of protocol; may be cut
  std::uint32_t payload_length = 0;  // as the headers say it, whatever is cut
};

struct Packet {
  Mac dst, src;
  std::string_view tags;       // VLAN headers, as they are
  std::uint16_t eth_type = 0;  // behind them; 0x05ff for a length (IEEE 802.3)
  std::string_view body;       // what follows
  std::optional<IpHeader> ip;  // nullopt: not IP, or garbled

  // nullopt: the frame has no whole Ethernet header. Views lead into frame.
  static std::optional<Packet> parse(std::string_view frame);
};

}  // namespace mooring::controller

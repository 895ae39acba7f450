#include "controller/packet.h"

#include <algorithm>

#include "openflow/bytes.h"

namespace mooring::controller {
namespace {

using openflow::Reader;
using Fragment = IpHeader::Fragment;

constexpr std::size_t kIp4Header = 20;
constexpr std::size_t kIp6Header = 40;
constexpr std::size_t kTag = 4;

bool is_tag(std::uint16_t type) { return type == 0x8100 || type == 0x88a8; }

Fragment fragment_of(bool more, std::uint16_t offset) {
  if (offset != 0) return Fragment::kLater;
  return more ? Fragment::kFirst : Fragment::kNo;
}

std::optional<IpHeader> read_ip4(std::string_view body) {
  Reader in(body);
  IpHeader out;
  const std::uint8_t first = in.u8();
  const std::size_t header = std::size_t{first & 0xfU} * 4;
  out.traffic_class = in.u8();
  const std::size_t total = in.u16();
  in.skip(2);
  const std::uint16_t fragment = in.u16();
  out.ttl = in.u8();
  out.protocol = in.u8();
  in.skip(2);
  out.src4 = Ip4(in.u32());
  out.dst4 = Ip4(in.u32());
  if (in.failed() || first >> 4 != 4 || header < kIp4Header || total < header) return std::nullopt;
  out.fragment = fragment_of((fragment & 0x2000) != 0, fragment & 0x1fff);
  out.datagram = body.substr(0, total);
  if (out.datagram.size() < header) return std::nullopt;
  out.payload = out.datagram.substr(header);
  out.payload_length = static_cast<std::uint32_t>(total - header);
  return out;
}

// Length of an extension header that lets another follow; 0 for what is no such header (RFC 8200
// section 4; RFC 4302 section 2.2 for the authentication header's unit of 4 bytes).
std::size_t extension_length(std::uint8_t protocol, std::uint8_t length) {
  constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kAuthentication = 51, kDestination = 60;
  switch (protocol) {
    case kHopByHop:
    case kRouting:
    case kDestination:
      return (std::size_t{length} + 1) * 8;
    case kAuthentication:
      return (std::size_t{length} + 2) * 4;
    case ip_protocol::kFragment:
      return 8;
    default:
      return 0;
  }
}

// Passes over the extension headers; false when one is cut short.
bool skip_extensions(IpHeader& out) {
  for (;;) {
    if (extension_length(out.protocol, 0) == 0) return true;
    Reader in(out.payload);
    const std::uint8_t next = in.u8();
    const std::size_t length = extension_length(out.protocol, in.u8());
    const std::uint16_t fragment = in.u16();
    if (in.failed() || out.payload.size() < length || out.payload_length < length) return false;
    if (out.protocol == ip_protocol::kFragment) {
      out.fragment = fragment_of((fragment & 1) != 0, fragment >> 3);
      if (out.fragment == Fragment::kLater) return true;
    }
    out.payload.remove_prefix(length);
    out.payload_length -= static_cast<std::uint32_t>(length);
    out.protocol = next;
  }
}

std::optional<IpHeader> read_ip6(std::string_view body) {
  Reader in(body);
  IpHeader out;
  out.version = 6;
  const std::uint32_t first = in.u32();
  out.payload_length = in.u16();
  out.protocol = in.u8();
  out.ttl = in.u8();
  auto address = [&in] {
    const std::uint64_t high = in.u64();
    return Ip6(high, in.u64());
  };
  out.src6 = address();
  out.dst6 = address();
  if (in.failed() || first >> 28 != 6) return std::nullopt;
  out.traffic_class = static_cast<std::uint8_t>(first >> 20);
  out.label = first & 0xfffff;
  out.datagram = body.substr(0, kIp6Header + out.payload_length);
  out.payload = out.datagram.substr(kIp6Header);
  if (!skip_extensions(out)) return std::nullopt;
  return out;
}

}  // namespace

std::optional<Packet> Packet::parse(std::string_view frame) {
  Reader in(frame);
  Packet out;
  out.dst = Mac(in.wide(6).low);
  out.src = Mac(in.wide(6).low);
  const std::string_view behind = in.peek();
  out.eth_type = in.u16();
  std::size_t tags = 0;
  while (is_tag(out.eth_type) && in.remaining() >= kTag) {
    in.skip(2);
    out.eth_type = in.u16();
    tags += kTag;
  }
  if (in.failed()) return std::nullopt;
  out.tags = behind.substr(0, tags);
  out.body = in.rest();
  if (out.eth_type < 0x600) out.eth_type = 0x05ff;
  if (out.eth_type == 0x0800) out.ip = read_ip4(out.body);
  if (out.eth_type == 0x86dd) out.ip = read_ip6(out.body);
  return out;
}

}  // namespace mooring::controller

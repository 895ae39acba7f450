#include "controller/acl_log.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "controller/packet.h"
#include "jsonrpc/writer.h"
#include "openflow/bytes.h"

namespace mooring::controller {
namespace {

using openflow::Reader;
using Fragment = IpHeader::Fragment;

constexpr std::array<std::string_view, 9> kTcpFlagNames = {"fin", "syn", "rst", "psh", "ack",
                                                           "urg", "ece", "cwr", "ns"};

// With three that nobody has named.
constexpr std::size_t kTcpFlagBits = 12;

// A header of which less than its minimum is there reads as zeros.
std::string_view whole(std::string_view header, std::size_t minimum) {
  return header.size() < minimum ? std::string_view() : header;
}

class PacketText {
 public:
  explicit PacketText(const Packet& packet) : packet_(packet) {}

  std::string str() && {
    const std::string_view word = keyword();
    if (!word.empty()) put("{},", word);
    link();
    if (word.empty()) put("dl_type=0x{:04x},", packet_.eth_type);
    if (is_arp()) {
      arp();
    } else if (is_ip()) {
      network(word == "ip" || word == "ipv6");
      if (ip().fragment != Fragment::kLater) transport();
    }
    out_.pop_back();
    return std::move(out_);
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> text, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), text, std::forward<Args>(args)...);
  }

  bool is_arp() const { return packet_.eth_type == 0x0806 || packet_.eth_type == 0x8035; }
  bool is_ip() const { return packet_.eth_type == 0x0800 || packet_.eth_type == 0x86dd; }
  bool is_ip6() const { return packet_.eth_type == 0x86dd; }
  // Zeros when the header is garbled.
  const IpHeader& ip() const { return packet_.ip ? *packet_.ip : nothing_; }

  std::string_view keyword() const {
    if (packet_.eth_type == 0x0806) return "arp";
    if (packet_.eth_type == 0x8035) return "rarp";
    if (!is_ip()) return {};
    switch (ip().protocol) {
      case ip_protocol::kTcp:
        return is_ip6() ? "tcp6" : "tcp";
      case ip_protocol::kUdp:
        return is_ip6() ? "udp6" : "udp";
      case ip_protocol::kSctp:
        return is_ip6() ? "sctp6" : "sctp";
      case ip_protocol::kIcmp:
        return is_ip6() ? "ipv6" : "icmp";
      case ip_protocol::kIcmp6:
        return is_ip6() ? "icmp6" : "ip";
      default:
        return is_ip6() ? "ipv6" : "ip";
    }
  }

  void link() {
    Reader tags(packet_.tags);
    if (tags.empty()) put("vlan_tci=0x0000,");
    for (int n = 0; n < 2 && !packet_.tags.empty(); ++n) {
      const std::string suffix = n == 0 ? "" : "1";
      if (tags.empty()) {
        put("vlan_tci{}=0x0000,", suffix);
        continue;
      }
      tags.skip(2);
      const std::uint16_t tci = tags.u16();
      put("dl_vlan{0}={1},dl_vlan_pcp{0}={2},", suffix, tci & 0xfff, tci >> 13);
    }
    put("dl_src={},dl_dst={},", packet_.src.to_string(), packet_.dst.to_string());
  }

  void arp() {
    // Of Ethernet and IPv4; others show as zeros.
    constexpr std::string_view kKind("\0\1\x08\0\6\4", 6);
    const bool known = whole(packet_.body, 28).starts_with(kKind);
    Reader in(known ? packet_.body.substr(kKind.size()) : std::string_view());
    const std::uint16_t operation = in.u16();
    const Mac sha(in.wide(6).low);
    const Ip4 spa(in.u32());
    const Mac tha(in.wide(6).low);
    const Ip4 tpa(in.u32());
    put("arp_spa={},arp_tpa={},arp_op={},arp_sha={},arp_tha={},", spa.to_string(), tpa.to_string(),
        operation, sha.to_string(), tha.to_string());
  }

  void network(bool protocol_unsaid) {
    if (is_ip6()) {
      put("ipv6_src={},ipv6_dst={},ipv6_label=0x{:05x},", ip().src6.to_string(),
          ip().dst6.to_string(), ip().label);
    } else {
      put("nw_src={},nw_dst={},", ip().src4.to_string(), ip().dst4.to_string());
    }
    if (protocol_unsaid) put("nw_proto={},", ip().protocol);
    const std::string_view fragment = ip().fragment == Fragment::kNo      ? "no"
                                      : ip().fragment == Fragment::kFirst ? "first"
                                                                          : "later";
    put("nw_tos={},nw_ecn={},nw_ttl={},nw_frag={},", ip().traffic_class & 0xfc,
        ip().traffic_class & 3, ip().ttl, fragment);
  }

  void transport() {
    switch (ip().protocol) {
      case ip_protocol::kTcp:
        return tcp(Reader(whole(ip().payload, 20)));
      case ip_protocol::kUdp:
        return ports(Reader(whole(ip().payload, 8)));
      case ip_protocol::kSctp:
        return ports(Reader(whole(ip().payload, 12)));
      case ip_protocol::kIcmp:
        if (!is_ip6()) icmp(Reader(whole(ip().payload, 8)));
        return;
      case ip_protocol::kIcmp6:
        if (is_ip6()) icmp6(Reader(whole(ip().payload, 8)));
        return;
      default:
        return;
    }
  }

  void ports(Reader in) {
    const std::uint16_t source = in.u16();
    put("tp_src={},tp_dst={},", source, in.u16());
  }

  void tcp(Reader in) {
    const Reader start = in;
    ports(start);
    in.skip(12);
    const std::uint16_t flags = in.u16() & 0xfff;
    std::string names;
    for (std::size_t bit = 0; bit < kTcpFlagBits; ++bit) {
      if ((flags >> bit & 1) == 0) continue;
      names += names.empty() ? "" : "|";
      names += bit < kTcpFlagNames.size() ? std::string(kTcpFlagNames[bit])
                                          : fmt::format("[{:x}]", 1U << bit);
    }
    put("tcp_flags={},", names.empty() ? "0" : names);
  }

  void icmp(Reader in) {
    type_ = in.u8();
    put("icmp_type={},icmp_code={},", type_, in.u8());
  }

  // Neighbour discovery shows its target and the addresses in its options (RFC 4861).
  void icmp6(Reader in) {
    constexpr std::uint8_t kSolicitation = 135, kAdvertisement = 136;
    const bool code_is_zero = in.remaining() >= 2 && in.peek()[1] == 0;
    icmp(in);
    if ((type_ != kSolicitation && type_ != kAdvertisement) || !code_is_zero) return;
    Reader rest(whole(ip().payload, 24));
    rest.skip(8);
    const std::uint64_t high = rest.u64();
    const Ip6 target(high, rest.u64());
    Mac source, destination;
    while (rest.remaining() >= 8) {
      Reader option(rest.peek());
      const std::uint8_t kind = option.u8();
      const std::size_t length = std::size_t{option.u8()} * 8;
      if (length == 0 || length > rest.remaining()) break;
      const Mac address(option.wide(6).low);
      if (kind == 1) source = address;
      if (kind == 2) destination = address;
      rest.skip(length);
    }
    put("nd_target={},nd_sll={},nd_tll={},", target.to_string(), source.to_string(),
        destination.to_string());
  }

  const Packet& packet_;
  const IpHeader nothing_{};
  std::uint8_t type_ = 0;
  std::string out_;
};

}  // namespace

std::optional<std::string> acl_log_line(const LogEntry& entry, std::string_view frame) {
  const auto packet = Packet::parse(frame);
  if (!packet) return std::nullopt;
  return fmt::format("name={}, verdict={}, severity={}, direction={}: {}",
                     json::quoted(entry.name.empty() ? "<unnamed>" : entry.name),
                     to_string(entry.verdict), to_string(entry.severity),
                     to_string(entry.direction), PacketText(*packet).str());
}

}  // namespace mooring::controller

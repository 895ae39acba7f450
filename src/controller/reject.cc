#include "controller/reject.h"

#include <tins/exceptions.h>
#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "controller/packet.h"
#include "controller/tables.h"
#include "openflow/bytes.h"

namespace mooring::controller {
namespace {

using openflow::Reader;

// Answers travel like packets that come from far, so that no hop on the way takes them for stale
// (ovn-sb(5), icmp4 and tcp_reset).
constexpr std::uint8_t kAnswerTtl = 255;
// Longest ICMP answers, from the IP header on (RFC 1812 section 4.3.2.3, RFC 4443 section 2.4(c)).
constexpr std::size_t kMaxIcmp4 = 576;
constexpr std::size_t kMaxIcmp6 = 1280;
constexpr std::size_t kMacs = 12;

namespace tcp_flag {
constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;
}

bool is_single(Mac mac) { return !mac.is_multicast() && !mac.is_zero(); }
// Neither "this network", loopback, multicast, class E nor broadcast.
bool is_single(Ip4 ip) {
  const std::uint32_t first = ip.bits() >> 24;
  return first != 0 && first != 127 && first < 224;
}
bool is_single(Ip6 ip) {
  constexpr Ip6 kNone, kLoopback(0, 1);
  return !ip.is_multicast() && ip != kNone && ip != kLoopback;
}

// ICMP messages that ask, or answer a question, and are no errors: only these are answered; of
// types that aren't known nobody can tell.
bool is_query4(std::uint8_t type) {
  constexpr std::array<std::uint8_t, 10> kQueries = {0, 8, 9, 10, 13, 14, 15, 16, 17, 18};
  return std::find(kQueries.begin(), kQueries.end(), type) != kQueries.end();
}
// Errors have types below 128; neighbour discovery isn't to be disturbed.
bool is_query6(std::uint8_t type) { return type >= 128 && (type < 133 || type > 137); }

Result<void> check_single(const Packet& packet) {
  const IpHeader& ip = *packet.ip;
  const bool single = ip.version == 4 ? is_single(ip.src4) && is_single(ip.dst4)
                                      : is_single(ip.src6) && is_single(ip.dst6);
  if (single && is_single(packet.src) && is_single(packet.dst)) return {};
  return fail("it was for more than one, or has no single sender");
}

Result<void> check_icmp(const IpHeader& ip) {
  const bool icmp4 = ip.version == 4 && ip.protocol == ip_protocol::kIcmp;
  const bool icmp6 = ip.version == 6 && ip.protocol == ip_protocol::kIcmp6;
  if (!icmp4 && !icmp6) return {};
  if (ip.payload.empty()) return fail("its ICMP header is cut short");
  const auto type = static_cast<std::uint8_t>(ip.payload.front());
  if (icmp4 ? is_query4(type) : is_query6(type)) return {};
  return fail("it is an ICMP error, or of a type that isn't answered");
}

Result<void> check_answerable(const Packet& packet) {
  if (!packet.ip) return fail("it is no IP packet, or garbled");
  if (packet.ip->fragment == IpHeader::Fragment::kLater) return fail("it is a later fragment");
  if (auto single = check_single(packet); !single) return single;
  return check_icmp(*packet.ip);
}

// An IP header from the packet's destination to its source.
Tins::IP header4(const IpHeader& ip) {
  Tins::IP out(Tins::IPv4Address(ip.src4.to_string()), Tins::IPv4Address(ip.dst4.to_string()));
  out.ttl(kAnswerTtl);
  out.id(0);
  out.flags(Tins::IP::DONT_FRAGMENT);
  return out;
}
Tins::IPv6 header6(const IpHeader& ip) {
  Tins::IPv6 out(Tins::IPv6Address(ip.src6.to_string()), Tins::IPv6Address(ip.dst6.to_string()));
  out.hop_limit(kAnswerTtl);
  return out;
}

std::string bytes_of_answer(Tins::PDU&& answer) {
  const auto bytes = answer.serialize();
  return std::string(bytes.begin(), bytes.end());
}

Result<std::string> reset(const IpHeader& ip) {
  constexpr std::size_t kMinimum = 20;
  Reader in(ip.payload);
  const std::uint16_t source = in.u16();
  const std::uint16_t destination = in.u16();
  const std::uint32_t sequence = in.u32();
  const std::uint32_t acknowledged = in.u32();
  const auto header = static_cast<std::size_t>(in.u8() >> 4) * 4;
  const std::uint8_t flags = in.u8();
  if (ip.payload.size() < kMinimum || header < kMinimum || ip.payload_length < header) {
    return fail("its TCP header is garbled");
  }
  if ((flags & tcp_flag::kRst) != 0) return fail("it is a reset itself");
  Tins::TCP out(source, destination);
  out.window(0);
  if ((flags & tcp_flag::kAck) != 0) {
    out.seq(acknowledged);
    out.flags(tcp_flag::kRst);
  } else {
    const std::uint32_t length = ip.payload_length - static_cast<std::uint32_t>(header) +
                                 ((flags & tcp_flag::kSyn) != 0 ? 1U : 0U) +
                                 ((flags & tcp_flag::kFin) != 0 ? 1U : 0U);
    out.ack_seq(sequence + length);
    out.flags(tcp_flag::kRst | tcp_flag::kAck);
  }
  return ip.version == 4 ? bytes_of_answer(header4(ip) / out) : bytes_of_answer(header6(ip) / out);
}

// The Internet checksum (RFC 1071) over sum, of 16-bit words, and bytes.
std::uint16_t checksum(std::uint32_t sum, std::string_view bytes) {
  Reader in(bytes);
  while (in.remaining() >= 2) sum += in.u16();
  if (!in.empty()) sum += static_cast<std::uint32_t>(in.u8()) << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

// Of IPv6's pseudo-header (RFC 8200 section 8.1), which an answer's swapped addresses don't change.
std::uint32_t pseudo_header_sum(const IpHeader& ip, std::size_t length) {
  constexpr std::size_t kAddresses = 8, kBothAddresses = 32;
  Reader in(ip.datagram.substr(kAddresses, kBothAddresses));
  auto sum = static_cast<std::uint32_t>(length) + ip_protocol::kIcmp6;
  while (!in.empty()) sum += in.u16();
  return sum;
}

// Type, code and the datagram that can't be delivered. Not by libtins, which writes a length for
// extensions that there aren't (RFC 4884 section 4).
std::string icmp_message(const IpHeader& ip, std::uint8_t type, std::uint8_t code,
                         std::string_view quote) {
  std::string bytes;
  openflow::Writer out(bytes);
  out.u8(type);
  out.u8(code);
  out.zeros(6);
  out.raw(quote);
  const std::uint32_t start = ip.version == 4 ? 0 : pseudo_header_sum(ip, bytes.size());
  out.patch_u16(2, checksum(start, bytes));
  return bytes;
}

std::string unreachable(const IpHeader& ip) {
  constexpr std::uint8_t kType4 = 3, kHost = 1, kPort4 = 3, kType6 = 1, kProhibited = 1, kPort6 = 4;
  constexpr std::size_t kHeaders4 = 28, kHeaders6 = 48;
  const bool port = ip.protocol == ip_protocol::kUdp;
  if (ip.version == 4) {
    Tins::IP header = header4(ip);
    header.protocol(ip_protocol::kIcmp);
    const auto message = icmp_message(ip, kType4, port ? kPort4 : kHost,
                                      ip.datagram.substr(0, kMaxIcmp4 - kHeaders4));
    return bytes_of_answer(header / Tins::RawPDU(message));
  }
  Tins::IPv6 header = header6(ip);
  header.next_header(ip_protocol::kIcmp6);
  const auto message = icmp_message(ip, kType6, port ? kPort6 : kProhibited,
                                    ip.datagram.substr(0, kMaxIcmp6 - kHeaders6));
  return bytes_of_answer(header / Tins::RawPDU(message));
}

}  // namespace

Result<std::string> rejection_of(std::string_view frame) {
  const auto packet = Packet::parse(frame);
  if (!packet) return fail("it is no Ethernet frame");
  if (auto answerable = check_answerable(*packet); !answerable) {
    return tl::unexpected(answerable.error());
  }
  try {
    auto answer = packet->ip->protocol == ip_protocol::kTcp
                      ? reset(*packet->ip)
                      : Result<std::string>(unreachable(*packet->ip));
    if (!answer) return answer;
    // Tags and type stay what they are.
    const std::size_t header = static_cast<std::size_t>(packet->body.data() - frame.data());
    std::string out(frame.substr(kMacs / 2, kMacs / 2));
    out += frame.substr(0, kMacs / 2);
    out += frame.substr(kMacs, header - kMacs);
    return out + *answer;
  } catch (const Tins::exception_base& error) {
    return fail(std::string("the answer can't be made: ") + error.what());
  }
}

Result<openflow::PacketOut> rejection_of(const openflow::PacketIn& packet, Direction direction) {
  auto frame = rejection_of(packet.packet);
  if (!frame) return tl::unexpected(frame.error());
  auto value = [&packet](openflow::Field field) {
    return static_cast<std::uint32_t>(packet.value(field).low);
  };
  openflow::PacketOut out;
  out.match.in_port(openflow::port::kController);
  out.actions.set_field(openflow::Field::kMetadata, packet.value(openflow::Field::kMetadata));
  if (direction == Direction::kFromLport) {
    out.actions.set_reg(field::kOutportRegister, value(field::kInport)).resubmit(table::kDeliver);
  } else {
    out.actions.set_reg(field::kInportRegister, value(field::kOutport)).resubmit(table::kLookup);
  }
  out.packet = std::move(*frame);
  return out;
}

}  // namespace mooring::controller

#include <array>

#include "openflow/field.h"

namespace mooring::openflow {
namespace {

using enum Field;
using N = Notation;
using P = Prerequisite;

// Classes of OXM headers.
constexpr std::uint32_t kNxm0 = 0x00000000, kNxm1 = 0x00010000, kBasic = 0x80000000,
                        kPacketRegs = 0x80010000, kEricsson = 0x10000000;

constexpr std::uint32_t oxm(std::uint32_t oxm_class, std::uint32_t number) {
  return oxm_class | number << 9;
}

constexpr bool kMask = true, kExact = false;
constexpr bool kWrite = true, kRead = false;

constexpr FieldInfo both(Field field, std::string_view name, std::string_view nxm_name,
                         unsigned bits, unsigned bytes, bool maskable, bool writable,
                         P prerequisite, Notation notation, std::uint32_t oxm_header,
                         std::uint32_t nxm_header) {
  return {field,
          name,
          nxm_name,
          static_cast<std::uint8_t>(bits),
          static_cast<std::uint8_t>(bytes),
          maskable,
          writable,
          prerequisite,
          notation,
          oxm_header,
          nxm_header};
}

constexpr FieldInfo one(Field field, std::string_view name, std::string_view nxm_name,
                        unsigned bits, unsigned bytes, bool maskable, bool writable, P prerequisite,
                        Notation notation, std::uint32_t header) {
  return both(field, name, nxm_name, bits, bytes, maskable, writable, prerequisite, notation,
              header, header);
}

constexpr FieldInfo row_reg(unsigned n, std::string_view name, std::string_view nxm_name) {
  return one(reg(n), name, nxm_name, 32, 4, kMask, kWrite, P::kNone, N::kHex, oxm(kNxm1, n));
}
constexpr FieldInfo row_xreg(unsigned n, std::string_view name, std::string_view nxm_name) {
  return one(xreg(n), name, nxm_name, 64, 8, kMask, kWrite, P::kNone, N::kHex, oxm(kPacketRegs, n));
}
constexpr FieldInfo row_xxreg(unsigned n, std::string_view name, std::string_view nxm_name) {
  return one(xxreg(n), name, nxm_name, 128, 16, kMask, kWrite, P::kNone, N::kHex,
             oxm(kNxm1, 111 + n));
}

// Numbers and widths: ovs-fields(7). Names: as ovs-ofctl(8) prints them.
constexpr std::array<FieldInfo, kFieldCount> kTable = {{
    one(kPacketType, "packet_type", "OXM_OF_PACKET_TYPE", 32, 4, kExact, kRead, P::kNone,
        N::kPacketType, oxm(kBasic, 44)),
    one(kConjId, "conj_id", "NXM_NX_CONJ_ID", 32, 4, kExact, kRead, P::kNone, N::kDecimal,
        oxm(kNxm1, 37)),
    one(kInPort, "in_port_oxm", "OXM_OF_IN_PORT", 32, 4, kExact, kWrite, P::kNone, N::kPort,
        oxm(kBasic, 0)),
    both(kEthSrc, "eth_src", "NXM_OF_ETH_SRC", 48, 6, kMask, kWrite, P::kNone, N::kMac,
         oxm(kBasic, 4), oxm(kNxm0, 2)),
    both(kEthDst, "eth_dst", "NXM_OF_ETH_DST", 48, 6, kMask, kWrite, P::kNone, N::kMac,
         oxm(kBasic, 3), oxm(kNxm0, 1)),
    both(kEthType, "eth_type", "NXM_OF_ETH_TYPE", 16, 2, kExact, kRead, P::kNone, N::kHex,
         oxm(kBasic, 5), oxm(kNxm0, 3)),
    one(kVlanVid, "vlan_vid", "OXM_OF_VLAN_VID", 13, 2, kMask, kWrite, P::kNone, N::kDecimal,
        oxm(kBasic, 6)),
    one(kVlanPcp, "vlan_pcp", "OXM_OF_VLAN_PCP", 3, 1, kExact, kWrite, P::kVlan, N::kDecimal,
        oxm(kBasic, 7)),
    both(kIpSrc, "ip_src", "NXM_OF_IP_SRC", 32, 4, kMask, kWrite, P::kIp4, N::kIp4, oxm(kBasic, 11),
         oxm(kNxm0, 7)),
    both(kIpDst, "ip_dst", "NXM_OF_IP_DST", 32, 4, kMask, kWrite, P::kIp4, N::kIp4, oxm(kBasic, 12),
         oxm(kNxm0, 8)),
    both(kIpv6Src, "ipv6_src", "NXM_NX_IPV6_SRC", 128, 16, kMask, kWrite, P::kIp6, N::kIp6,
         oxm(kBasic, 26), oxm(kNxm1, 19)),
    both(kIpv6Dst, "ipv6_dst", "NXM_NX_IPV6_DST", 128, 16, kMask, kWrite, P::kIp6, N::kIp6,
         oxm(kBasic, 27), oxm(kNxm1, 20)),
    one(kIpFrag, "ip_frag", "NXM_NX_IP_FRAG", 2, 1, kMask, kRead, P::kIpAny, N::kFragment,
        oxm(kNxm1, 26)),
    one(kIpDscp, "ip_dscp", "OXM_OF_IP_DSCP", 6, 1, kExact, kWrite, P::kIpAny, N::kDecimal,
        oxm(kBasic, 8)),
    both(kIpEcn, "nw_ecn", "NXM_NX_IP_ECN", 2, 1, kExact, kWrite, P::kIpAny, N::kDecimal,
         oxm(kBasic, 9), oxm(kNxm1, 28)),
    one(kIpTtl, "nw_ttl", "NXM_NX_IP_TTL", 8, 1, kExact, kWrite, P::kIpAny, N::kDecimal,
        oxm(kNxm1, 29)),
    both(kIpv6Label, "ipv6_label", "NXM_NX_IPV6_LABEL", 20, 4, kMask, kWrite, P::kIp6, N::kHex,
         oxm(kBasic, 28), oxm(kNxm1, 27)),
    both(kIpProto, "nw_proto", "NXM_OF_IP_PROTO", 8, 1, kExact, kRead, P::kIpAny, N::kDecimal,
         oxm(kBasic, 10), oxm(kNxm0, 6)),
    both(kTcpSrc, "tcp_src", "NXM_OF_TCP_SRC", 16, 2, kMask, kWrite, P::kTcp, N::kDecimal,
         oxm(kBasic, 13), oxm(kNxm0, 9)),
    both(kTcpDst, "tcp_dst", "NXM_OF_TCP_DST", 16, 2, kMask, kWrite, P::kTcp, N::kDecimal,
         oxm(kBasic, 14), oxm(kNxm0, 10)),
    both(kTcpFlags, "tcp_flags", "NXM_NX_TCP_FLAGS", 12, 2, kMask, kRead, P::kTcp, N::kTcpFlags,
         oxm(kBasic, 42), oxm(kNxm1, 34)),
    both(kUdpSrc, "udp_src", "NXM_OF_UDP_SRC", 16, 2, kMask, kWrite, P::kUdp, N::kDecimal,
         oxm(kBasic, 15), oxm(kNxm0, 11)),
    both(kUdpDst, "udp_dst", "NXM_OF_UDP_DST", 16, 2, kMask, kWrite, P::kUdp, N::kDecimal,
         oxm(kBasic, 16), oxm(kNxm0, 12)),
    one(kSctpSrc, "sctp_src", "OXM_OF_SCTP_SRC", 16, 2, kMask, kWrite, P::kSctp, N::kDecimal,
        oxm(kBasic, 17)),
    one(kSctpDst, "sctp_dst", "OXM_OF_SCTP_DST", 16, 2, kMask, kWrite, P::kSctp, N::kDecimal,
        oxm(kBasic, 18)),
    both(kIcmpType, "icmp_type", "NXM_OF_ICMP_TYPE", 8, 1, kExact, kWrite, P::kIcmp4, N::kDecimal,
         oxm(kBasic, 19), oxm(kNxm0, 13)),
    both(kIcmpCode, "icmp_code", "NXM_OF_ICMP_CODE", 8, 1, kExact, kWrite, P::kIcmp4, N::kDecimal,
         oxm(kBasic, 20), oxm(kNxm0, 14)),
    both(kIcmp6Type, "icmpv6_type", "NXM_NX_ICMPV6_TYPE", 8, 1, kExact, kWrite, P::kIcmp6,
         N::kDecimal, oxm(kBasic, 29), oxm(kNxm1, 21)),
    both(kIcmp6Code, "icmpv6_code", "NXM_NX_ICMPV6_CODE", 8, 1, kExact, kWrite, P::kIcmp6,
         N::kDecimal, oxm(kBasic, 30), oxm(kNxm1, 22)),
    one(kNdReserved, "nd_reserved", "ERICOXM_OF_ICMPV6_ND_RESERVED", 32, 4, kExact, kWrite, P::kNd,
        N::kDecimal, oxm(kEricsson, 1)),
    both(kNdTarget, "nd_target", "NXM_NX_ND_TARGET", 128, 16, kMask, kWrite, P::kNd, N::kIp6,
         oxm(kBasic, 31), oxm(kNxm1, 23)),
    one(kNdOptionsType, "nd_options_type", "ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE", 8, 1, kExact,
        kWrite, P::kNd, N::kDecimal, oxm(kEricsson, 2)),
    both(kNdSll, "nd_sll", "NXM_NX_ND_SLL", 48, 6, kMask, kWrite, P::kNdSolicit, N::kMac,
         oxm(kBasic, 32), oxm(kNxm1, 24)),
    both(kNdTll, "nd_tll", "NXM_NX_ND_TLL", 48, 6, kMask, kWrite, P::kNdAdvert, N::kMac,
         oxm(kBasic, 33), oxm(kNxm1, 25)),
    both(kArpOp, "arp_op", "NXM_OF_ARP_OP", 16, 2, kExact, kWrite, P::kArp, N::kDecimal,
         oxm(kBasic, 21), oxm(kNxm0, 15)),
    both(kArpSpa, "arp_spa", "NXM_OF_ARP_SPA", 32, 4, kMask, kWrite, P::kArp, N::kIp4,
         oxm(kBasic, 22), oxm(kNxm0, 16)),
    both(kArpTpa, "arp_tpa", "NXM_OF_ARP_TPA", 32, 4, kMask, kWrite, P::kArp, N::kIp4,
         oxm(kBasic, 23), oxm(kNxm0, 17)),
    both(kArpSha, "arp_sha", "NXM_NX_ARP_SHA", 48, 6, kMask, kWrite, P::kArp, N::kMac,
         oxm(kBasic, 24), oxm(kNxm1, 17)),
    both(kArpTha, "arp_tha", "NXM_NX_ARP_THA", 48, 6, kMask, kWrite, P::kArp, N::kMac,
         oxm(kBasic, 25), oxm(kNxm1, 18)),
    both(kTunId, "tun_id", "NXM_NX_TUN_ID", 64, 8, kMask, kWrite, P::kNone, N::kHex,
         oxm(kBasic, 38), oxm(kNxm1, 16)),
    one(kTunFlags, "tun_flags", "NXM_NX_TUN_FLAGS", 1, 2, kMask, kWrite, P::kNone, N::kTunFlags,
        oxm(kNxm1, 104)),
    one(kTunSrc, "tun_src", "NXM_NX_TUN_IPV4_SRC", 32, 4, kMask, kWrite, P::kNone, N::kIp4,
        oxm(kNxm1, 31)),
    one(kTunDst, "tun_dst", "NXM_NX_TUN_IPV4_DST", 32, 4, kMask, kWrite, P::kNone, N::kIp4,
        oxm(kNxm1, 32)),
    one(kTunIpv6Src, "tun_ipv6_src", "NXM_NX_TUN_IPV6_SRC", 128, 16, kMask, kWrite, P::kNone,
        N::kIp6, oxm(kNxm1, 109)),
    one(kTunIpv6Dst, "tun_ipv6_dst", "NXM_NX_TUN_IPV6_DST", 128, 16, kMask, kWrite, P::kNone,
        N::kIp6, oxm(kNxm1, 110)),
    one(kTunMetadata0, "tun_metadata0", "NXM_NX_TUN_METADATA0", 32, 4, kMask, kWrite, P::kNone,
        N::kHex, oxm(kNxm1, 40)),
    row_reg(0, "reg0", "NXM_NX_REG0"),
    row_reg(1, "reg1", "NXM_NX_REG1"),
    row_reg(2, "reg2", "NXM_NX_REG2"),
    row_reg(3, "reg3", "NXM_NX_REG3"),
    row_reg(4, "reg4", "NXM_NX_REG4"),
    row_reg(5, "reg5", "NXM_NX_REG5"),
    row_reg(6, "reg6", "NXM_NX_REG6"),
    row_reg(7, "reg7", "NXM_NX_REG7"),
    row_reg(8, "reg8", "NXM_NX_REG8"),
    row_reg(9, "reg9", "NXM_NX_REG9"),
    row_reg(10, "reg10", "NXM_NX_REG10"),
    row_reg(11, "reg11", "NXM_NX_REG11"),
    row_reg(12, "reg12", "NXM_NX_REG12"),
    row_reg(13, "reg13", "NXM_NX_REG13"),
    row_reg(14, "reg14", "NXM_NX_REG14"),
    row_reg(15, "reg15", "NXM_NX_REG15"),
    row_xreg(0, "xreg0", "OXM_OF_PKT_REG0"),
    row_xreg(1, "xreg1", "OXM_OF_PKT_REG1"),
    row_xreg(2, "xreg2", "OXM_OF_PKT_REG2"),
    row_xreg(3, "xreg3", "OXM_OF_PKT_REG3"),
    row_xreg(4, "xreg4", "OXM_OF_PKT_REG4"),
    row_xreg(5, "xreg5", "OXM_OF_PKT_REG5"),
    row_xreg(6, "xreg6", "OXM_OF_PKT_REG6"),
    row_xreg(7, "xreg7", "OXM_OF_PKT_REG7"),
    row_xxreg(0, "xxreg0", "NXM_NX_XXREG0"),
    row_xxreg(1, "xxreg1", "NXM_NX_XXREG1"),
    row_xxreg(2, "xxreg2", "NXM_NX_XXREG2"),
    row_xxreg(3, "xxreg3", "NXM_NX_XXREG3"),
    one(kPktMark, "pkt_mark", "NXM_NX_PKT_MARK", 32, 4, kMask, kWrite, P::kNone, N::kHex,
        oxm(kNxm1, 33)),
    one(kCtState, "ct_state", "NXM_NX_CT_STATE", 8, 4, kMask, kRead, P::kNone, N::kCtState,
        oxm(kNxm1, 105)),
    one(kCtZone, "ct_zone", "NXM_NX_CT_ZONE", 16, 2, kExact, kRead, P::kNone, N::kHex,
        oxm(kNxm1, 106)),
    one(kCtMark, "ct_mark", "NXM_NX_CT_MARK", 32, 4, kMask, kWrite, P::kNone, N::kHex,
        oxm(kNxm1, 107)),
    one(kCtLabel, "ct_label", "NXM_NX_CT_LABEL", 128, 16, kMask, kWrite, P::kNone, N::kHex,
        oxm(kNxm1, 108)),
    one(kCtNwSrc, "ct_nw_src", "NXM_NX_CT_NW_SRC", 32, 4, kMask, kRead, P::kCt, N::kIp4,
        oxm(kNxm1, 120)),
    one(kCtIpv6Src, "ct_ipv6_src", "NXM_NX_CT_IPV6_SRC", 128, 16, kMask, kRead, P::kCt, N::kIp6,
        oxm(kNxm1, 122)),
    one(kCtNwDst, "ct_nw_dst", "NXM_NX_CT_NW_DST", 32, 4, kMask, kRead, P::kCt, N::kIp4,
        oxm(kNxm1, 121)),
    one(kCtIpv6Dst, "ct_ipv6_dst", "NXM_NX_CT_IPV6_DST", 128, 16, kMask, kRead, P::kCt, N::kIp6,
        oxm(kNxm1, 123)),
    one(kCtNwProto, "ct_nw_proto", "NXM_NX_CT_NW_PROTO", 8, 1, kExact, kRead, P::kCt, N::kDecimal,
        oxm(kNxm1, 119)),
    one(kCtTpSrc, "ct_tp_src", "NXM_NX_CT_TP_SRC", 16, 2, kMask, kRead, P::kCt, N::kDecimal,
        oxm(kNxm1, 124)),
    one(kCtTpDst, "ct_tp_dst", "NXM_NX_CT_TP_DST", 16, 2, kMask, kRead, P::kCt, N::kDecimal,
        oxm(kNxm1, 125)),
    one(kMetadata, "metadata", "OXM_OF_METADATA", 64, 8, kMask, kWrite, P::kNone, N::kHex,
        oxm(kBasic, 2)),
    one(kVlanTci, "vlan_tci", "NXM_OF_VLAN_TCI", 16, 2, kMask, kWrite, P::kNone, N::kHex,
        oxm(kNxm0, 4)),
    one(kInPort16, "in_port", "NXM_OF_IN_PORT", 16, 2, kExact, kWrite, P::kNone, N::kPort,
        oxm(kNxm0, 0)),
}};

consteval bool in_order() {
  for (unsigned i = 0; i < kFieldCount; ++i) {
    if (static_cast<unsigned>(kTable[i].field) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the table stands in the order of Field");

constexpr std::uint8_t kNoField = 0xff;

// Classes that we know, in the order of the index below.
constexpr int class_slot(std::uint32_t header) {
  switch (header >> 16) {
    case kNxm0 >> 16:
      return 0;
    case kNxm1 >> 16:
      return 1;
    case kBasic >> 16:
      return 2;
    case kPacketRegs >> 16:
      return 3;
    case kEricsson >> 16:
      return 4;
    default:
      return -1;
  }
}

constexpr std::size_t slot(std::uint32_t header) {
  return static_cast<std::size_t>(class_slot(header)) * 128 + (header >> 9 & 0x7f);
}

consteval std::array<std::uint8_t, std::size_t{5} * 128> make_index() {
  std::array<std::uint8_t, std::size_t{5} * 128> index{};
  index.fill(kNoField);
  for (const FieldInfo& row : kTable) {
    index[slot(row.oxm)] = static_cast<std::uint8_t>(row.field);
    index[slot(row.nxm)] = static_cast<std::uint8_t>(row.field);
  }
  return index;
}
constexpr auto kIndex = make_index();

struct Alias {
  std::string_view name;
  Field field;
};
// Further names of ovs-fields(7).
constexpr Alias kAliases[] = {
    {"dl_src", kEthSrc},        {"dl_dst", kEthDst},        {"dl_type", kEthType},
    {"nw_src", kIpSrc},         {"nw_dst", kIpDst},         {"ip_proto", kIpProto},
    {"ip_ecn", kIpEcn},         {"ip_ttl", kIpTtl},         {"nw_frag", kIpFrag},
    {"tunnel_id", kTunId},      {"icmp6_type", kIcmp6Type}, {"icmp6_code", kIcmp6Code},
    {"tp_src", kTcpSrc},        {"tp_dst", kTcpDst},        {"icmpv4_type", kIcmpType},
    {"icmpv4_code", kIcmpCode},
};

}  // namespace

const FieldInfo& info(Field field) { return kTable[static_cast<std::size_t>(field)]; }

std::optional<Field> field_by_oxm(std::uint32_t header) {
  if (class_slot(header) < 0) return std::nullopt;
  const std::uint8_t found = kIndex[slot(header)];
  if (found == kNoField) return std::nullopt;
  return static_cast<Field>(found);
}

std::optional<Field> field_by_name(std::string_view name) {
  if (name == "in_port") return kInPort;
  for (const FieldInfo& row : kTable) {
    if (row.name == name || row.nxm_name == name) return row.field;
  }
  for (const Alias& alias : kAliases) {
    if (alias.name == name) return alias.field;
  }
  return std::nullopt;
}

Subfield::Subfield(Field whole) : field(whole), bits(info(whole).bits) {}

std::string Subfield::to_string() const {
  const FieldInfo& row = info(field);
  std::string out(row.nxm_name);
  if (offset == 0 && bits == row.bits) return out + "[]";
  out += "[" + std::to_string(offset);
  if (bits != 1) out += ".." + std::to_string(offset + bits - 1);
  return out + "]";
}

}  // namespace mooring::openflow

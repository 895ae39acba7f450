// The fields of a packet and of its metadata that flows match and actions change: ovs-fields(7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "openflow/u128.h"

namespace mooring::openflow {

// In the order in which a match is put on the wire: a field's prerequisites stand before it
// (OpenFlow 1.5.1 section 7.2.3.6).
enum class Field : std::uint8_t {
  kPacketType,
  kConjId,
  kInPort,  // 32 bits; set_field of it sets kInPort16, which is what the switch lets be set
  kEthSrc,
  kEthDst,
  kEthType,
  kVlanVid,  // 13 bits: the VID, and 0x1000 when a header is present (OXM_OF_VLAN_VID)
  kVlanPcp,
  kIpSrc,
  kIpDst,
  kIpv6Src,
  kIpv6Dst,
  kIpFrag,  // 1: any fragment; 2: one that isn't the first
  kIpDscp,  // 6 bits, not shifted
  kIpEcn,
  kIpTtl,
  kIpv6Label,
  kIpProto,
  kTcpSrc,
  kTcpDst,
  kTcpFlags,
  kUdpSrc,
  kUdpDst,
  kSctpSrc,
  kSctpDst,
  kIcmpType,
  kIcmpCode,
  kIcmp6Type,
  kIcmp6Code,
  kNdReserved,
  kNdTarget,
  kNdOptionsType,
  kNdSll,
  kNdTll,
  kArpOp,
  kArpSpa,
  kArpTpa,
  kArpSha,
  kArpTha,
  kTunId,
  kTunFlags,
  kTunSrc,
  kTunDst,
  kTunIpv6Src,
  kTunIpv6Dst,
  kTunMetadata0,  // 32 bits: the width that TlvMap gives Geneve's option
  kReg0,
  kReg1,
  kReg2,
  kReg3,
  kReg4,
  kReg5,
  kReg6,
  kReg7,
  kReg8,
  kReg9,
  kReg10,
  kReg11,
  kReg12,
  kReg13,
  kReg14,
  kReg15,
  kXReg0,  // XReg<n> is Reg<2n> (high) and Reg<2n+1>; XXReg<n> is XReg<2n> (high) and XReg<2n+1>
  kXReg1,
  kXReg2,
  kXReg3,
  kXReg4,
  kXReg5,
  kXReg6,
  kXReg7,
  kXXReg0,
  kXXReg1,
  kXXReg2,
  kXXReg3,
  kPktMark,
  kCtState,
  kCtZone,
  kCtMark,
  kCtLabel,
  kCtNwSrc,
  kCtIpv6Src,
  kCtNwDst,
  kCtIpv6Dst,
  kCtNwProto,
  kCtTpSrc,
  kCtTpDst,
  kMetadata,
  // Of NXM only: what actions and learned flows use; in a match they become the others.
  kVlanTci,   // PCP, present bit and VID
  kInPort16,  // port numbers of OpenFlow 1.0
};
inline constexpr unsigned kFieldCount = static_cast<unsigned>(Field::kInPort16) + 1;

// What must be matched for a field to mean anything.
enum class Prerequisite : std::uint8_t {
  kNone,
  kVlan,   // kVlanVid with the present bit
  kIp4,    // kEthType 0x0800
  kIp6,    // 0x86dd
  kIpAny,  // either
  kArp,    // 0x0806 or RARP's 0x8035
  kTcp,    // kIpAny and kIpProto 6
  kUdp,    // 17
  kSctp,   // 132
  kIcmp4,  // kIp4 and 1
  kIcmp6,  // kIp6 and 58
  kNd,     // kIcmp6, kIcmp6Type 135 or 136, kIcmp6Code 0
  kNdSolicit,
  kNdAdvert,
  kCt,  // kCtState with +trk
};

// How ovs-ofctl writes a value of the field.
enum class Notation : std::uint8_t {
  kDecimal,
  kHex,
  kMac,
  kIp4,
  kIp6,
  kPort,
  kFragment,
  kCtState,
  kTcpFlags,
  kTunFlags,
  kPacketType,
};

struct FieldInfo {
  Field field;
  std::string_view name;      // as in OVN's and ovs-ofctl's matches: "reg0", "eth_dst"
  std::string_view nxm_name;  // as in ovs-ofctl's subfields: "NXM_NX_REG0"
  std::uint8_t bits;          // width of what counts
  std::uint8_t bytes;         // width on the wire
  bool maskable;
  bool writable;
  Prerequisite prerequisite;
  Notation notation;
  // Class << 16 | number << 9, as a header without mask flag and length. OXM under OpenFlow 1.5,
  // and what Nicira's actions use: NXM where there is such a form, else the same.
  std::uint32_t oxm;
  std::uint32_t nxm;

  U128 ones() const { return U128::ones(bits); }
};

const FieldInfo& info(Field field);
// By name, nxm_name or a name that OVS knows besides ("dl_src", "nw_src", "tp_dst" for TCP...).
std::optional<Field> field_by_name(std::string_view name);
// By the header of an OXM or NXM field; its mask flag and length don't count.
std::optional<Field> field_by_oxm(std::uint32_t header);

// n is 0 to 15, 0 to 7 and 0 to 3.
constexpr Field reg(unsigned n) {
  return static_cast<Field>(static_cast<unsigned>(Field::kReg0) + n);
}
constexpr Field xreg(unsigned n) {
  return static_cast<Field>(static_cast<unsigned>(Field::kXReg0) + n);
}
constexpr Field xxreg(unsigned n) {
  return static_cast<Field>(static_cast<unsigned>(Field::kXXReg0) + n);
}

// Bits offset to offset + bits - 1 of a field; bit 0 is the lowest.
struct Subfield {
  Field field = Field::kReg0;
  std::uint16_t offset = 0;
  std::uint16_t bits = 0;

  constexpr Subfield() = default;
  // The whole field.
  Subfield(Field whole);
  constexpr Subfield(Field of, std::uint16_t first, std::uint16_t count)
      : field(of), offset(first), bits(count) {}
  // ovs-ofctl's form: "NXM_NX_REG0[0..15]", "NXM_NX_REG0[]".
  std::string to_string() const;
  friend constexpr bool operator==(const Subfield&, const Subfield&) = default;
};

// Values of kCtState (ovs-fields(7)).
namespace ct_state {
inline constexpr std::uint32_t kNew = 0x01, kEst = 0x02, kRel = 0x04, kRpl = 0x08, kInv = 0x10,
                               kTrk = 0x20, kSnat = 0x40, kDnat = 0x80;
}  // namespace ct_state

// OpenFlow port numbers; Open vSwitch's own are 1 to 0xfeff.
namespace port {
inline constexpr std::uint32_t kMax = 0xffffff00, kUnset = 0xfffffff7, kInPort = 0xfffffff8,
                               kTable = 0xfffffff9, kNormal = 0xfffffffa, kFlood = 0xfffffffb,
                               kAll = 0xfffffffc, kController = 0xfffffffd, kLocal = 0xfffffffe,
                               kAny = 0xffffffff;
}  // namespace port

}  // namespace mooring::openflow

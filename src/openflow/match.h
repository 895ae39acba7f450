// What a flow matches: a value whose bytes are the OXM fields as they go to the switch.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/result.h"
#include "openflow/bytes.h"
#include "openflow/field.h"

namespace mooring::openflow {

// A conjunction of (field & mask == value). Canonical: two matches that mean the same have the
// same bytes, whatever the order of building, so equality and hashing look at memory only. Fields
// stand in Field's order; xreg and xxreg are kept as their 32-bit registers, vlan_tci as vlan_vid
// and vlan_pcp; a full mask isn't written, a zero one leaves no field.
class Match {
 public:
  struct Constraint {
    U128 value;
    U128 mask;
    friend bool operator==(const Constraint&, const Constraint&) = default;
  };

  Match() = default;

  // Ands a further constraint on. False, with the match unchanged, when it contradicts one that is
  // there (a match of nothing), when value or mask is wider than the field, or when the field
  // takes no partial mask (FieldInfo::maskable). Bits of value outside mask don't count.
  [[nodiscard]] bool set(Field field, U128 value);
  [[nodiscard]] bool set(Field field, U128 value, U128 mask);
  // Ands all of other on; false, unchanged, on contradiction.
  [[nodiscard]] bool merge(const Match& other);
  // Sets what field needs, as far as that is one thing: both of kIpAny's are left to the caller.
  // False when the match contradicts it.
  [[nodiscard]] bool set_prerequisites(Field field);
  // Whether what field needs is matched, so that field may be matched or set.
  bool meets(Field field) const;
  // Error: names the first field whose prerequisite isn't matched; the switch would refuse it.
  Result<void> check() const;
  // Forgets a field's constraint.
  void remove(Field field);

  // The constraint on a field; of xreg and xxreg, what their registers' add up to.
  std::optional<Constraint> find(Field field) const;
  bool has(Field field) const { return find(field).has_value(); }
  bool empty() const { return bytes_.empty(); }
  // Calls with each constraint, in order. Fields that we don't know are left out.
  void each(const std::function<void(Field, const Constraint&)>& visit) const;

  // Builders, for code that knows what it says: each replaces the field's earlier value, adds the
  // prerequisites and returns *this. One that contradicts a prerequisite is a broken invariant.
  Match& with(Field field, U128 value);
  Match& with(Field field, U128 value, U128 mask);
  Match& in_port(std::uint32_t port) { return with(Field::kInPort, port); }
  Match& metadata(std::uint64_t value) { return with(Field::kMetadata, value); }
  Match& metadata(std::uint64_t value, std::uint64_t mask) {
    return with(Field::kMetadata, value, mask);
  }
  Match& tun_id(std::uint64_t value) { return with(Field::kTunId, value); }
  Match& reg(unsigned n, std::uint32_t value) { return with(openflow::reg(n), value); }
  Match& reg(unsigned n, std::uint32_t value, std::uint32_t mask) {
    return with(openflow::reg(n), value, mask);
  }
  // One bit, or several, of a register or another field.
  Match& bits(Subfield subfield, U128 value);
  Match& eth_src(Mac mac) { return with(Field::kEthSrc, mac.bits()); }
  Match& eth_src(Mac mac, Mac mask) { return with(Field::kEthSrc, mac.bits(), mask.bits()); }
  Match& eth_dst(Mac mac) { return with(Field::kEthDst, mac.bits()); }
  Match& eth_dst(Mac mac, Mac mask) { return with(Field::kEthDst, mac.bits(), mask.bits()); }
  // Broadcast and multicast: the group bit of the destination.
  Match& eth_multicast() { return with(Field::kEthDst, 1ULL << 40, 1ULL << 40); }
  Match& eth_type(std::uint16_t type) { return with(Field::kEthType, type); }
  // A frame with the given VID, one with no 802.1Q header, and one with any.
  Match& vlan(std::uint16_t vid) { return with(Field::kVlanVid, 0x1000U | vid); }
  Match& no_vlan() { return with(Field::kVlanVid, 0); }
  Match& any_vlan() { return with(Field::kVlanVid, 0x1000, 0x1000); }
  Match& vlan_pcp(std::uint8_t pcp) { return with(Field::kVlanPcp, pcp); }
  Match& ip4() { return eth_type(0x0800); }
  Match& ip6() { return eth_type(0x86dd); }
  Match& arp() { return eth_type(0x0806); }
  Match& rarp() { return eth_type(0x8035); }
  Match& ip4_src(Ip4 address) { return with(Field::kIpSrc, address.bits()); }
  Match& ip4_src(const Ip4Prefix& prefix);
  Match& ip4_dst(Ip4 address) { return with(Field::kIpDst, address.bits()); }
  Match& ip4_dst(const Ip4Prefix& prefix);
  Match& ip6_src(Ip6 a) { return with(Field::kIpv6Src, U128(a.high(), a.low())); }
  Match& ip6_src(const Ip6Prefix& prefix);
  Match& ip6_dst(Ip6 a) { return with(Field::kIpv6Dst, U128(a.high(), a.low())); }
  Match& ip6_dst(const Ip6Prefix& prefix);
  Match& ip_proto(std::uint8_t protocol) { return with(Field::kIpProto, protocol); }
  Match& ip_ttl(std::uint8_t ttl) { return with(Field::kIpTtl, ttl); }
  // Fields of IPv4 and IPv6 alike: over IPv4 unless the match says IPv6 already.
  Match& tcp_src(std::uint16_t p) { return transport(Field::kTcpSrc, p); }
  Match& tcp_dst(std::uint16_t p) { return transport(Field::kTcpDst, p); }
  Match& udp_src(std::uint16_t p) { return transport(Field::kUdpSrc, p); }
  Match& udp_dst(std::uint16_t p) { return transport(Field::kUdpDst, p); }
  Match& sctp_src(std::uint16_t p) { return transport(Field::kSctpSrc, p); }
  Match& sctp_dst(std::uint16_t p) { return transport(Field::kSctpDst, p); }
  Match& icmp4(std::uint8_t type) { return with(Field::kIcmpType, type); }
  Match& icmp6(std::uint8_t type) { return with(Field::kIcmp6Type, type); }
  Match& icmp6(std::uint8_t type, std::uint8_t code) {
    return with(Field::kIcmp6Type, type).with(Field::kIcmp6Code, code);
  }
  Match& nd_solicit() { return icmp6(135, 0); }
  Match& nd_advert() { return icmp6(136, 0); }
  Match& nd_target(Ip6 a) { return with(Field::kNdTarget, U128(a.high(), a.low())); }
  Match& nd_sll(Mac mac) { return with(Field::kNdSll, mac.bits()); }
  Match& nd_tll(Mac mac) { return with(Field::kNdTll, mac.bits()); }
  Match& arp_op(std::uint16_t op) { return with(Field::kArpOp, op); }
  Match& arp_spa(Ip4 address) { return with(Field::kArpSpa, address.bits()); }
  Match& arp_tpa(Ip4 address) { return with(Field::kArpTpa, address.bits()); }
  Match& arp_sha(Mac mac) { return with(Field::kArpSha, mac.bits()); }
  Match& arp_tha(Mac mac) { return with(Field::kArpTha, mac.bits()); }
  // Bits of ct_state that must be set and bits that must not.
  Match& ct_state(std::uint32_t set, std::uint32_t clear = 0) {
    return with(Field::kCtState, set, set | clear);
  }
  Match& ct_mark(std::uint32_t v, std::uint32_t mask) { return with(Field::kCtMark, v, mask); }
  Match& ct_label(U128 value, U128 mask) { return with(Field::kCtLabel, value, mask); }
  Match& ct_zone(std::uint16_t zone) { return with(Field::kCtZone, zone); }
  Match& conj_id(std::uint32_t id) { return with(Field::kConjId, id); }
  Match& pkt_mark(std::uint32_t value) { return with(Field::kPktMark, value); }

  // The canonical bytes: OXM fields without ofp_match's header and padding.
  const Bytes& bytes() const { return bytes_; }
  // From OXM fields in any order and any of a field's forms. Fields unknown to us are kept as they
  // are, behind the others, so that a flow of another's can at least be deleted. Error: names the
  // field that is cut short, has a wrong length, is given twice, or has value bits outside its
  // mask.
  static Result<Match> decode(std::string_view oxm_fields);
  // ovs-ofctl's syntax, in its order: "tcp,metadata=0x1,dl_dst=00:00:00:00:00:01,tp_dst=80".
  std::string to_string() const;

  friend bool operator==(const Match& a, const Match& b) {
    return view(a.bytes_) == view(b.bytes_);
  }
  friend std::strong_ordering operator<=>(const Match& a, const Match& b) {
    return view(a.bytes_) <=> view(b.bytes_);
  }

 private:
  Match& transport(Field field, std::uint16_t port);
  bool set_one(Field field, U128 value, U128 mask);
  void put(Field field, U128 value, U128 mask);
  void append_unknown(std::string_view tlv);

  Bytes bytes_;
};

}  // namespace mooring::openflow

template <>
struct std::hash<mooring::openflow::Match> {
  std::size_t operator()(const mooring::openflow::Match& match) const {
    return std::hash<std::string_view>{}(mooring::openflow::view(match.bytes()));
  }
};

// Matches in the order and the words of ovs-ofctl dump-flows.
#include <fmt/format.h>

#include <iterator>

#include "openflow/match.h"
#include "openflow/text.h"

namespace mooring::openflow {
namespace {

class MatchText {
 public:
  explicit MatchText(const Match& match) : match_(match) {
    eth_type_ = exact(Field::kEthType);
    protocol_ = exact(Field::kIpProto);
  }

  std::string str() && {
    connection();
    const bool keyword = protocol_keyword();
    for (unsigned n = 0; n < 16; ++n) hex(reg(n));
    tunnel();
    hex(Field::kMetadata);
    plain("in_port", Field::kInPort);
    vlan();
    plain("dl_src", Field::kEthSrc);
    plain("dl_dst", Field::kEthDst);
    if (!keyword && eth_type_) add("dl_type", fmt::format("0x{:04x}", *eth_type_));
    network();
    transport();
    unknown();
    if (!out_.empty()) out_.pop_back();
    return std::move(out_);
  }

 private:
  using Constraint = Match::Constraint;

  std::optional<std::uint64_t> exact(Field field) const {
    const auto found = match_.find(field);
    return found ? std::optional(found->value.low) : std::nullopt;
  }

  void add(std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(out_), "{}={},", name, value);
  }

  // In the field's own notation.
  void plain(std::string_view name, Field field) {
    if (const auto c = match_.find(field)) add(name, text::value(field, c->value, c->mask));
  }

  void hex(Field field) {
    const auto c = match_.find(field);
    if (!c) return;
    std::string value = text::hex(c->value);
    if (c->mask != info(field).ones()) value += "/" + text::hex(c->mask);
    add(info(field).name, value);
  }

  // Decimal when exact, else hexadecimal with the mask.
  void number(std::string_view name, Field field) {
    const auto c = match_.find(field);
    if (!c) return;
    if (c->mask == info(field).ones()) {
      add(name, fmt::format("{}", c->value.low));
    } else {
      add(name, fmt::format("{:#x}/{:#x}", c->value.low, c->mask.low));
    }
  }

  void connection() {
    hex(Field::kPktMark);
    plain("conj_id", Field::kConjId);
    plain("ct_state", Field::kCtState);
    number("ct_zone", Field::kCtZone);
    hex(Field::kCtMark);
    plain("ct_label", Field::kCtLabel);
    plain("ct_nw_src", Field::kCtNwSrc);
    plain("ct_ipv6_src", Field::kCtIpv6Src);
    plain("ct_nw_dst", Field::kCtNwDst);
    plain("ct_ipv6_dst", Field::kCtIpv6Dst);
    number("ct_nw_proto", Field::kCtNwProto);
    number("ct_tp_src", Field::kCtTpSrc);
    number("ct_tp_dst", Field::kCtTpDst);
    plain("packet_type", Field::kPacketType);
  }

  // The Ethernet type, with the protocol where both are one word. False: there is no word.
  bool protocol_keyword() {
    if (!eth_type_) return false;
    const std::string_view word = keyword();
    if (word.empty()) return false;
    protocol_said_ = word != "ip" && word != "ipv6";
    fmt::format_to(std::back_inserter(out_), "{},", word);
    return true;
  }

  std::string_view keyword() const {
    const std::uint64_t protocol = protocol_.value_or(0xff);
    switch (*eth_type_) {
      case 0x0800:
        return protocol == 1     ? "icmp"
               : protocol == 6   ? "tcp"
               : protocol == 17  ? "udp"
               : protocol == 132 ? "sctp"
                                 : "ip";
      case 0x86dd:
        return protocol == 58    ? "icmp6"
               : protocol == 6   ? "tcp6"
               : protocol == 17  ? "udp6"
               : protocol == 132 ? "sctp6"
                                 : "ipv6";
      case 0x0806:
        return "arp";
      case 0x8035:
        return "rarp";
      case 0x8847:
        return "mpls";
      case 0x8848:
        return "mplsm";
      default:
        return {};
    }
  }

  void tunnel() {
    hex(Field::kTunId);
    plain("tun_src", Field::kTunSrc);
    plain("tun_dst", Field::kTunDst);
    plain("tun_ipv6_src", Field::kTunIpv6Src);
    plain("tun_ipv6_dst", Field::kTunIpv6Dst);
    if (const auto c = match_.find(Field::kTunFlags)) {
      // Other flags of tunnels, which can't be matched, are never all of the mask.
      add("tun_flags", text::flags(c->value, c->mask, 2, Notation::kTunFlags));
    }
    plain("tun_metadata0", Field::kTunMetadata0);
  }

  void vlan() {
    const auto tci = match_.find(Field::kVlanTci);
    if (!tci) return;
    const std::uint64_t vid_mask = tci->mask.low & 0xfff;
    const std::uint64_t pcp_mask = tci->mask.low & 0xe000;
    const bool present = (tci->value.low & 0x1000) != 0;
    if (present && (vid_mask == 0 || vid_mask == 0xfff) && (vid_mask != 0 || pcp_mask != 0)) {
      if (vid_mask != 0) add("dl_vlan", fmt::format("{}", tci->value.low & 0xfff));
      if (pcp_mask != 0) add("dl_vlan_pcp", fmt::format("{}", tci->value.low >> 13));
    } else if (tci->mask == 0xffff) {
      add("vlan_tci", fmt::format("0x{:04x}", tci->value.low));
    } else {
      add("vlan_tci", fmt::format("0x{:04x}/0x{:04x}", tci->value.low, tci->mask.low));
    }
  }

  void network() {
    plain("ipv6_src", Field::kIpv6Src);
    plain("ipv6_dst", Field::kIpv6Dst);
    if (const auto c = match_.find(Field::kIpv6Label)) {
      std::string value = fmt::format("0x{:05x}", c->value.low);
      if (c->mask != info(Field::kIpv6Label).ones()) value += fmt::format("/0x{:05x}", c->mask.low);
      add("ipv6_label", value);
    }
    plain("nw_src", Field::kIpSrc);
    plain("nw_dst", Field::kIpDst);
    plain("arp_spa", Field::kArpSpa);
    plain("arp_tpa", Field::kArpTpa);
    if (!protocol_said_) number("nw_proto", Field::kIpProto);
    number("arp_op", Field::kArpOp);
    plain("arp_sha", Field::kArpSha);
    plain("arp_tha", Field::kArpTha);
    if (const auto c = match_.find(Field::kIpDscp)) {
      add("nw_tos", fmt::format("{}", c->value.low << 2));
    }
    number("nw_ecn", Field::kIpEcn);
    number("nw_ttl", Field::kIpTtl);
    plain("nw_frag", Field::kIpFrag);
  }

  void transport() {
    number("icmp_type", Field::kIcmpType);
    number("icmp_code", Field::kIcmpCode);
    number("icmp_type", Field::kIcmp6Type);
    number("icmp_code", Field::kIcmp6Code);
    plain("nd_target", Field::kNdTarget);
    plain("nd_sll", Field::kNdSll);
    plain("nd_tll", Field::kNdTll);
    number("nd_reserved", Field::kNdReserved);
    number("nd_options_type", Field::kNdOptionsType);
    for (const Field field : {Field::kTcpSrc, Field::kUdpSrc, Field::kSctpSrc}) {
      number("tp_src", field);
    }
    for (const Field field : {Field::kTcpDst, Field::kUdpDst, Field::kSctpDst}) {
      number("tp_dst", field);
    }
    plain("tcp_flags", Field::kTcpFlags);
  }

  // Fields that we don't know stand last in the bytes; as hexadecimal, header and all.
  void unknown() {
    std::size_t known = 0;
    match_.each([&](Field field, const Constraint& c) {
      const FieldInfo& row = info(field);
      known += 4U + (c.mask == row.ones() ? row.bytes : row.bytes * 2U);
    });
    const std::string_view rest = view(match_.bytes()).substr(known);
    if (!rest.empty()) add("oxm", "0x" + text::bytes(rest, ""));
  }

  const Match& match_;
  std::optional<std::uint64_t> eth_type_;
  std::optional<std::uint64_t> protocol_;
  bool protocol_said_ = false;
  std::string out_;
};

}  // namespace

std::string Match::to_string() const { return MatchText(*this).str(); }

}  // namespace mooring::openflow

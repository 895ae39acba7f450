#include "expr/symbols.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

namespace mooring::expr {
namespace {

constexpr Symbol field(std::string_view name, Level level, Var var, unsigned offset, unsigned width,
                       std::string_view prerequisite = {}, bool writable = true) {
  return Symbol{name,     SymbolKind::kField,
                level,    static_cast<std::uint8_t>(width),
                var,      static_cast<std::uint8_t>(offset),
                writable, prerequisite,
                {}};
}
constexpr Symbol ordinal(std::string_view name, Var var, unsigned width,
                         std::string_view prerequisite = {}) {
  return field(name, Level::kOrdinal, var, 0, width, prerequisite);
}
constexpr Symbol nominal(std::string_view name, Var var, unsigned width,
                         std::string_view prerequisite = {}, bool writable = true) {
  return field(name, Level::kNominal, var, 0, width, prerequisite, writable);
}
// Bits that can be matched but not assigned to.
constexpr Symbol read_only(std::string_view name, Var var, unsigned offset, unsigned width,
                           std::string_view prerequisite = {}) {
  return field(name, Level::kOrdinal, var, offset, width, prerequisite, false);
}
constexpr Symbol bits(std::string_view name, Var var, unsigned offset, unsigned width,
                      std::string_view prerequisite = {}) {
  return field(name, Level::kOrdinal, var, offset, width, prerequisite);
}
constexpr Symbol text(std::string_view name, Var var) {
  return Symbol{name, SymbolKind::kString, Level::kNominal, 32, var, 0, true, {}, {}};
}
constexpr Symbol predicate(std::string_view name, Level level, std::string_view expansion) {
  return Symbol{name, SymbolKind::kPredicate, level, 1, Var::kCount, 0, false, {}, expansion};
}
// A predicate that says, at least in part, what a nominal field is.
constexpr Symbol kind_of(std::string_view name, std::string_view expansion) {
  return predicate(name, Level::kNominal, expansion);
}

constexpr std::array kTable = {
    // Registers and other metadata. Wider registers overlay reg0 and on, high bits first.
    ordinal("reg0", reg(0), 32),
    ordinal("reg1", reg(1), 32),
    ordinal("reg2", reg(2), 32),
    ordinal("reg3", reg(3), 32),
    ordinal("reg4", reg(4), 32),
    ordinal("reg5", reg(5), 32),
    ordinal("reg6", reg(6), 32),
    ordinal("reg7", reg(7), 32),
    ordinal("reg8", reg(8), 32),
    ordinal("reg9", reg(9), 32),
    ordinal("xreg0", reg(0), 64),
    ordinal("xreg1", reg(2), 64),
    ordinal("xreg2", reg(4), 64),
    ordinal("xreg3", reg(6), 64),
    ordinal("xreg4", reg(8), 64),
    ordinal("xxreg0", reg(0), 128),
    ordinal("xxreg1", reg(4), 128),
    text("inport", kInportVar),
    text("outport", kOutportVar),
    ordinal("flags", kFlagsVar, 32),
    bits("flags.loopback", kFlagsVar, 0, 1),
    bits("flags.acl", kFlagsVar, 1, 1),
    bits("flags.stateful", kFlagsVar, 2, 1),
    bits("flags.notrack", kFlagsVar, 3, 1),
    bits("flags.verdict", kFlagsVar, 4, 2),
    ordinal("pkt.mark", Var::kPktMark, 32),

    // Ethernet and VLAN.
    ordinal("eth.src", Var::kEthSrc, 48),
    ordinal("eth.dst", Var::kEthDst, 48),
    nominal("eth.type", Var::kEthType, 16, {}, false),
    predicate("eth.bcast", Level::kBoolean, "eth.dst == ff:ff:ff:ff:ff:ff"),
    read_only("eth.mcast", Var::kEthDst, 40, 1),
    predicate("eth.mcastv6", Level::kBoolean, "eth.dst[32..47] == 0x3333"),
    ordinal("vlan.tci", Var::kVlanTci, 16),
    read_only("vlan.present", Var::kVlanTci, 12, 1),
    bits("vlan.pcp", Var::kVlanTci, 13, 3, "vlan.present"),
    bits("vlan.vid", Var::kVlanTci, 0, 12, "vlan.present"),

    // IP.
    kind_of("ip4", "eth.type == 0x800"),
    kind_of("ip6", "eth.type == 0x86dd"),
    kind_of("ip", "ip4 || ip6"),
    nominal("ip.proto", Var::kIpProto, 8, "ip", false),
    nominal("ip.dscp", Var::kIpDscp, 6, "ip"),
    nominal("ip.ecn", Var::kIpEcn, 2, "ip"),
    nominal("ip.ttl", Var::kIpTtl, 8, "ip"),
    read_only("ip.frag", Var::kIpFrag, 0, 2, "ip"),
    read_only("ip.is_frag", Var::kIpFrag, 0, 1, "ip"),
    read_only("ip.later_frag", Var::kIpFrag, 1, 1, "ip"),
    kind_of("ip.first_frag", "ip.is_frag && !ip.later_frag"),
    ordinal("ip4.src", Var::kIp4Src, 32, "ip4"),
    ordinal("ip4.dst", Var::kIp4Dst, 32, "ip4"),
    kind_of("ip4.src_mcast", "ip4.src[28..31] == 0xe"),
    kind_of("ip4.mcast", "ip4.dst[28..31] == 0xe"),
    ordinal("ip6.src", Var::kIp6Src, 128, "ip6"),
    ordinal("ip6.dst", Var::kIp6Dst, 128, "ip6"),
    ordinal("ip6.label", Var::kIp6Label, 20, "ip6"),
    kind_of("ip6.mcast", "eth.mcast && ip6 && ip6.dst[120..127] == 0xff"),
    kind_of("ip6.mcast_rsvd", "ip6.dst[116..127] == 0xff0 && ip6.dst[0..111] == 0"),
    kind_of("ip6.mcast_all_nodes", "ip6.dst == {ff01::1, ff02::1}"),
    kind_of("ip6.mcast_all_rtrs", "ip6.dst == {ff01::2, ff02::2, ff05::2}"),
    kind_of("ip6.mcast_sol_node", "ip6.dst == ff02::1:ff00:0/104"),
    kind_of("ip6.mcast_flood",
            "eth.mcastv6 && (ip6.mcast_rsvd || ip6.mcast_all_nodes || "
            "ip6.mcast_all_rtrs || ip6.mcast_sol_node)"),

    // ARP and RARP share their fields.
    kind_of("arp", "eth.type == 0x806"),
    nominal("arp.op", Var::kArpOp, 16, "arp"),
    ordinal("arp.spa", Var::kArpSpa, 32, "arp"),
    ordinal("arp.tpa", Var::kArpTpa, 32, "arp"),
    ordinal("arp.sha", Var::kArpSha, 48, "arp"),
    ordinal("arp.tha", Var::kArpTha, 48, "arp"),
    kind_of("rarp", "eth.type == 0x8035"),
    nominal("rarp.op", Var::kArpOp, 16, "rarp"),
    ordinal("rarp.spa", Var::kArpSpa, 32, "rarp"),
    ordinal("rarp.tpa", Var::kArpTpa, 32, "rarp"),
    ordinal("rarp.sha", Var::kArpSha, 48, "rarp"),
    ordinal("rarp.tha", Var::kArpTha, 48, "rarp"),

    // Above IP.
    kind_of("tcp", "ip.proto == 6"),
    kind_of("udp", "ip.proto == 17"),
    kind_of("sctp", "ip.proto == 132"),
    ordinal("tcp.src", Var::kTcpSrc, 16, "tcp"),
    ordinal("tcp.dst", Var::kTcpDst, 16, "tcp"),
    read_only("tcp.flags", Var::kTcpFlags, 0, 12, "tcp"),
    ordinal("udp.src", Var::kUdpSrc, 16, "udp"),
    ordinal("udp.dst", Var::kUdpDst, 16, "udp"),
    ordinal("sctp.src", Var::kSctpSrc, 16, "sctp"),
    ordinal("sctp.dst", Var::kSctpDst, 16, "sctp"),
    kind_of("icmp4", "ip4 && ip.proto == 1"),
    kind_of("icmp6", "ip6 && ip.proto == 58"),
    kind_of("icmp", "icmp4 || icmp6"),
    nominal("icmp4.type", Var::kIcmp4Type, 8, "icmp4"),
    nominal("icmp4.code", Var::kIcmp4Code, 8, "icmp4"),
    nominal("icmp6.type", Var::kIcmp6Type, 8, "icmp6"),
    nominal("icmp6.code", Var::kIcmp6Code, 8, "icmp6"),
    kind_of("igmp", "ip4 && ip.proto == 2"),
    kind_of("mldv1", "ip6.src == fe80::/10 && icmp6.type == {130, 131, 132}"),
    kind_of("mldv2", "ip6.dst == ff02::16 && icmp6.type == 143"),
    kind_of("nd", "icmp6.type == {135, 136} && icmp6.code == 0 && ip.ttl == 255"),
    kind_of("nd_ns", "icmp6.type == 135 && icmp6.code == 0 && ip.ttl == 255"),
    kind_of("nd_ns_mcast",
            "ip6.mcast && icmp6.type == 135 && icmp6.code == 0 && ip.ttl == {1, 255}"),
    kind_of("nd_na", "icmp6.type == 136 && icmp6.code == 0 && ip.ttl == 255"),
    kind_of("nd_rs", "icmp6.type == 133 && icmp6.code == 0 && ip.ttl == 255"),
    kind_of("nd_ra", "icmp6.type == 134 && icmp6.code == 0 && ip.ttl == 255"),
    ordinal("nd.target", Var::kNdTarget, 128, "nd"),
    ordinal("nd.sll", Var::kNdSll, 48, "nd_ns"),
    ordinal("nd.tll", Var::kNdTll, 48, "nd_na"),

    // Connection tracking: ovs-fields(7), ct_state. ct_commit alone assigns to the last two.
    read_only("ct_state", Var::kCtState, 0, 8),
    read_only("ct.trk", Var::kCtState, 5, 1),
    read_only("ct.new", Var::kCtState, 0, 1, "ct.trk"),
    read_only("ct.est", Var::kCtState, 1, 1, "ct.trk"),
    read_only("ct.rel", Var::kCtState, 2, 1, "ct.trk"),
    read_only("ct.rpl", Var::kCtState, 3, 1, "ct.trk"),
    read_only("ct.inv", Var::kCtState, 4, 1, "ct.trk"),
    read_only("ct.snat", Var::kCtState, 6, 1, "ct.trk"),
    read_only("ct.dnat", Var::kCtState, 7, 1, "ct.trk"),
    read_only("ct_mark", Var::kCtMark, 0, 32),
    read_only("ct_mark.blocked", Var::kCtMark, 0, 1),
    read_only("ct_mark.natted", Var::kCtMark, 1, 1),
    read_only("ct_mark.ecmp_reply_port", Var::kCtMark, 16, 16),
    read_only("ct_label", Var::kCtLabel, 0, 128),
    read_only("ct_label.blocked", Var::kCtLabel, 0, 1),
    read_only("ct_label.natted", Var::kCtLabel, 1, 1),
    read_only("ct_label.ecmp_reply_eth", Var::kCtLabel, 32, 48),
    read_only("ct_label.ecmp_reply_port", Var::kCtLabel, 80, 16),
    read_only("ct_label.label", Var::kCtLabel, 96, 32),
};

constexpr auto sorted() {
  auto out = kTable;
  std::sort(out.begin(), out.end(),
            [](const Symbol& a, const Symbol& b) { return a.name < b.name; });
  return out;
}

constexpr auto kSorted = sorted();

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

const Symbol* find_symbol(std::string_view name) {
  const auto it = std::lower_bound(
      kSorted.begin(), kSorted.end(), name,
      [](const Symbol& symbol, std::string_view key) { return symbol.name < key; });
  return it != kSorted.end() && it->name == name ? &*it : nullptr;
}

std::span<const Symbol> all_symbols() { return kSorted; }

std::string_view nearest_symbol(std::string_view name) {
  constexpr std::size_t kFar = 3;
  std::string_view best;
  std::size_t nearest = kFar;
  if (name.size() > 40) return best;
  for (const Symbol& symbol : kSorted) {
    const std::size_t d = distance(name, symbol.name);
    if (d < nearest && d < symbol.name.size()) {
      nearest = d;
      best = symbol.name;
    }
  }
  return best;
}

}  // namespace mooring::expr

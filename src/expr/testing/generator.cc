#include "expr/testing/generator.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "expr/vars.h"

namespace mooring::expr {
namespace {

std::string hex(U128 value) {
  return high_half(value) == 0 ? fmt::format("{:#x}", low_half(value))
                               : fmt::format("{:#x}{:016x}", high_half(value), low_half(value));
}

constexpr std::array<std::string_view, 4> kJoins = {" && ", " || ", " && ", " || "};

// Which header each variable is in, by what the packet is.
bool exists(Var var, U128 type, U128 proto, U128 icmp) {
  const bool ip4 = type == 0x800, ip6 = type == 0x86dd, ip = ip4 || ip6;
  const bool arp = type == 0x806 || type == 0x8035, icmp6 = ip6 && proto == 58;
  switch (var) {
    case Var::kIpProto:
    case Var::kIpDscp:
    case Var::kIpEcn:
    case Var::kIpTtl:
    case Var::kIpFrag:
      return ip;
    case Var::kIp4Src:
    case Var::kIp4Dst:
      return ip4;
    case Var::kIp6Src:
    case Var::kIp6Dst:
    case Var::kIp6Label:
      return ip6;
    case Var::kArpOp:
    case Var::kArpSpa:
    case Var::kArpTpa:
    case Var::kArpSha:
    case Var::kArpTha:
      return arp;
    case Var::kTcpSrc:
    case Var::kTcpDst:
    case Var::kTcpFlags:
      return ip && proto == 6;
    case Var::kUdpSrc:
    case Var::kUdpDst:
      return ip && proto == 17;
    case Var::kSctpSrc:
    case Var::kSctpDst:
      return ip && proto == 132;
    case Var::kIcmp4Type:
    case Var::kIcmp4Code:
      return ip4 && proto == 1;
    case Var::kIcmp6Type:
    case Var::kIcmp6Code:
      return icmp6;
    case Var::kNdTarget:
      return icmp6 && (icmp == 135 || icmp == 136);
    case Var::kNdSll:
      return icmp6 && icmp == 135;
    case Var::kNdTll:
      return icmp6 && icmp == 136;
    default:
      return true;
  }
}

}  // namespace

std::string Generator::any(int depth, bool negated) {
  if (depth <= 0 || chance(15)) return test(negated);
  if (chance(15)) return "!(" + any(depth - 1, !negated) + ")";
  return junction(depth, negated);
}

std::string Generator::junction(int depth, bool negated) {
  const std::string_view join = kJoins[below(4)];
  std::string out;
  const unsigned parts = 2 + below(2);
  for (unsigned i = 0; i < parts; ++i) {
    if (i != 0) out += join;
    out += "(" + any(depth - 1, negated) + ")";
  }
  return out;
}

const Symbol& Generator::symbol() {
  const auto all = all_symbols();
  // Fields that are likely to meet in one packet come up more often.
  constexpr std::array<std::string_view, 12> kUsual = {"ip4.src", "ip4.dst",  "tcp.dst", "tcp.src",
                                                       "udp.dst", "reg0",     "reg1",    "eth.src",
                                                       "ip6.src", "ct_state", "inport",  "outport"};
  return chance(50) ? *find_symbol(kUsual[below(kUsual.size())])
                    : all[below(static_cast<unsigned>(all.size()))];
}

std::string Generator::test(bool negated) {
  const unsigned kind = below(40);
  if (kind == 0) return chance(50) ? "1" : "0";
  if (kind == 1) return chance(50) ? "is_chassis_resident(\"a\")" : "is_chassis_resident(\"x\")";
  const Symbol& chosen = symbol();
  if (chosen.kind == SymbolKind::kString) return port_test(chosen, negated);
  if (chosen.kind == SymbolKind::kPredicate) {
    const bool positive = chosen.level == Level::kNominal ? !negated : chance(50);
    return (positive ? "" : "!") + std::string(chosen.name);
  }
  return compare(chosen, negated);
}

std::string Generator::port_test(const Symbol& symbol, bool negated) {
  constexpr std::array<std::string_view, 6> kNames = {
      "\"a\"", "\"b\"", "\"gone\"", "@pg", "{\"a\", \"far\"}", "{@pg, \"far\", @wide}"};
  return fmt::format("{} {} {}", symbol.name, negated ? "!=" : "==", kNames[below(kNames.size())]);
}

U128 Generator::number(unsigned width) {
  const unsigned kind = below(4);
  U128 out = kind == 0 ? below(4) : kind == 1 ? low_ones(width) - below(4) : random_();
  if (kind == 3) {
    for (int i = 0; i < 3; ++i) out = out << 32 | random_();
  }
  if (kind == 2) out &= 0xff;
  return out & low_ones(width);
}

std::string Generator::value(unsigned width, Var var, unsigned offset) {
  // Values met before make sets overlap.
  U128 out = number(width);
  if (!hints_.empty() && chance(40)) {
    const Hint& hint = hints_[below(static_cast<unsigned>(hints_.size()))];
    if (hint.var == var && hint.width == width) out = hint.value;
  }
  hints_.push_back({var, offset, width, out});
  return hex(out);
}

std::string Generator::masked(unsigned width, Var var, unsigned offset) {
  U128 mask = number(width);
  if (chance(60)) mask = low_ones(width) & ~low_ones(below(width + 1));
  const U128 out = number(width) & mask;
  hints_.push_back({var, offset, width, out});
  return hex(out) + "/" + hex(mask);
}

std::string Generator::terms(unsigned width, Var var, unsigned offset, bool masks) {
  const auto one = [&] {
    return masks && chance(25) ? masked(width, var, offset) : value(width, var, offset);
  };
  if (chance(50)) return one();
  std::string out = "{" + one();
  for (unsigned i = below(4); i > 0; --i) out += ", " + one();
  if (masks && width >= 32 && chance(20)) out += chance(50) ? ", $as" : ", $six";
  return out + "}";
}

std::string Generator::compare(const Symbol& symbol, bool negated) {
  const bool ordinal = symbol.level == Level::kOrdinal;
  std::string name(symbol.name);
  unsigned low = 0, width = symbol.width;
  if (ordinal && chance(25)) {
    low = below(width);
    width = 1 + below(width - low);
    name += fmt::format("[{}..{}]", low, low + width - 1);
  }
  const unsigned offset = symbol.offset + low;
  if (!ordinal) {
    return fmt::format("{} {} {}", name,
                       negated ? "!=" : "==", terms(width, symbol.var, offset, false));
  }
  if (width == 1 && chance(60)) return (chance(50) ? "" : "!") + name;
  constexpr std::array<std::string_view, 4> kOrders = {"<", "<=", ">", ">="};
  if (chance(25)) {
    return fmt::format("{} {} {}", name, kOrders[below(4)], value(width, symbol.var, offset));
  }
  if (chance(10)) {
    return fmt::format("{} <= {} < {}", value(width, symbol.var, offset), name,
                       value(width, symbol.var, offset));
  }
  const bool equal = chance(75);
  if (symbol.width == 32 && width == 32 && chance(10)) {
    return fmt::format("{} {} {}", name, equal ? "==" : "!=", chance(80) ? "$as" : "$gone");
  }
  return fmt::format("{} {} {}", name, equal ? "==" : "!=", terms(width, symbol.var, offset, true));
}

// Puts what the last expression asks about into the packet, or something near.
void Generator::apply(const Hint& hint, Packet& packet) {
  U128 value = hint.value;
  if (chance(20)) value += chance(50) ? 1 : ~U128{0};
  const U128 mask = low_ones(hint.width) << hint.offset;
  // Bits of a wide register are tried in each of its parts.
  const bool is_register = hint.var >= reg(0) && hint.var <= reg(15);
  const unsigned parts = is_register && hint.width > 32 ? 4 : 1;
  for (unsigned i = 0; i < parts; ++i) {
    const Var var = static_cast<Var>(static_cast<unsigned>(hint.var) + i);
    packet.set(var, (packet.get(var) & ~mask) | (value << hint.offset & mask));
  }
}

// Makes the packet one of a usual kind, mostly.
void Generator::choose_kind(Packet& packet) {
  constexpr std::array<unsigned, 7> kTypes = {0x800, 0x800, 0x86dd, 0x86dd, 0x806, 0x8035, 0x88cc};
  constexpr std::array<unsigned, 8> kProtos = {6, 6, 17, 132, 1, 58, 58, 2};
  constexpr std::array<unsigned, 5> kIcmp = {135, 136, 133, 130, 8};
  const auto pick = [&](Var var, const auto& usual) {
    const unsigned value = usual[below(static_cast<unsigned>(usual.size()))];
    if (chance(90)) packet.set(var, value);
  };
  pick(Var::kEthType, kTypes);
  pick(Var::kIpProto, kProtos);
  pick(Var::kIcmp6Type, kIcmp);
  if (chance(70)) packet.set(Var::kIpTtl, 255);
  if (chance(80)) packet.set(Var::kIcmp6Code, 0);
  if (chance(60)) packet.set(Var::kCtState, packet.get(Var::kCtState) | 0x20);
  if (chance(70)) packet.set(Var::kMetadata, 7);
}

Packet Generator::packet() {
  Packet out;
  for (unsigned v = 0; v < kVarCount; ++v) {
    const Var var = static_cast<Var>(v);
    out.set(var, chance(50) ? U128{below(3)} : number(width_of(var)));
  }
  for (const Hint& hint : hints_) {
    if (chance(70)) apply(hint, out);
  }
  choose_kind(out);
  if (out.get(Var::kIpFrag) == 2) out.set(Var::kIpFrag, 3);
  const bool headless = (out.get(Var::kIpFrag) & 2) != 0;
  // A frame has a tag, with bit 12, or none.
  out.set(Var::kVlanTci, chance(50) ? U128{0} : out.get(Var::kVlanTci) | 0x1000);
  for (unsigned v = 0; v < kVarCount; ++v) {
    const Var var = static_cast<Var>(v);
    const U128 icmp = out.get(Var::kIcmp6Code) == 0 ? out.get(Var::kIcmp6Type) : 0;
    const bool there = exists(var, out.get(Var::kEthType), out.get(Var::kIpProto), icmp);
    if (!there || (headless && info(var).needs >= Needs::kIpProto)) out.set(var, 0);
  }
  return out;
}

}  // namespace mooring::expr

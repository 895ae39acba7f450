#include "openflow/text.h"

#include <fmt/format.h>

#include <bit>

#include "base/address.h"

namespace mooring::openflow::text {
namespace {

std::string_view reserved_port(std::uint32_t number) {
  switch (number) {
    case openflow::port::kUnset:
      return "UNSET";
    case openflow::port::kInPort:
      return "IN_PORT";
    case openflow::port::kTable:
      return "TABLE";
    case openflow::port::kNormal:
      return "NORMAL";
    case openflow::port::kFlood:
      return "FLOOD";
    case openflow::port::kAll:
      return "ALL";
    case openflow::port::kController:
      return "CONTROLLER";
    case openflow::port::kLocal:
      return "LOCAL";
    case openflow::port::kAny:
      return "ANY";
    default:
      return {};
  }
}

std::string flag_name(std::uint64_t bit, Notation which) {
  static constexpr std::string_view kCt[] = {"new", "est", "rel",  "rpl",
                                             "inv", "trk", "snat", "dnat"};
  static constexpr std::string_view kTcp[] = {"fin", "syn", "rst", "psh", "ack",
                                              "urg", "ece", "cwr", "ns"};
  const auto n = static_cast<std::size_t>(std::countr_zero(bit));
  if (which == Notation::kCtState && n < std::size(kCt)) return std::string(kCt[n]);
  if (which == Notation::kTcpFlags) {
    return n < std::size(kTcp) ? std::string(kTcp[n]) : fmt::format("[{:x}]", bit);
  }
  if (which == Notation::kTunFlags && n == 0) return "oam";
  return "[Unknown]";
}

// The prefix length of a mask of 128 bits, or -1.
int prefix_length(U128 mask) {
  const auto length = static_cast<int>(mask.popcount());
  return mask == ~U128::ones(128U - static_cast<unsigned>(length)) ? length : -1;
}

Ip6 address(U128 bits) { return Ip6(bits.high, bits.low); }

}  // namespace

std::string hex(U128 value) {
  if (value.is_zero()) return "0";
  if (value.high == 0) return fmt::format("{:#x}", value.low);
  return fmt::format("{:#x}{:016x}", value.high, value.low);
}

std::string port(std::uint32_t number) {
  const std::string_view name = reserved_port(number);
  return name.empty() ? fmt::format("{}", number) : std::string(name);
}

std::string ip4(U128 value, U128 mask) {
  std::string out = Ip4(static_cast<std::uint32_t>(value.low)).to_string();
  const auto bits = static_cast<std::uint32_t>(mask.low);
  if (bits == 0xffffffffU) return out;
  const int length = std::popcount(bits);
  if (bits == (length == 0 ? 0 : 0xffffffffU << (32 - length)))
    return fmt::format("{}/{}", out, length);
  return out + "/" + Ip4(bits).to_string();
}

std::string ip6(U128 value, U128 mask) {
  std::string out = address(value).to_string();
  const int length = prefix_length(mask);
  if (length == 128) return out;
  if (length >= 0) return fmt::format("{}/{}", out, length);
  return out + "/" + address(mask).to_string();
}

std::string mac(U128 value, U128 mask) {
  std::string out = Mac(value.low).to_string();
  return mask == U128::ones(48) ? out : out + "/" + Mac(mask.low).to_string();
}

std::string flags(U128 value, U128 mask, U128 all, Notation which) {
  std::string out;
  if (mask == all) {
    for (std::uint64_t rest = value.low; rest != 0; rest &= rest - 1) {
      if (!out.empty()) out += '|';
      out += flag_name(rest & (~rest + 1), which);
    }
    return out.empty() ? "0" : out;
  }
  for (std::uint64_t rest = mask.low; rest != 0; rest &= rest - 1) {
    const std::uint64_t bit = rest & (~rest + 1);
    out += (value.low & bit) != 0 ? '+' : '-';
    out += flag_name(bit, which);
  }
  return out.empty() ? "0/0" : out;
}

std::string fragment(U128 value, U128 mask) {
  const std::uint64_t v = value.low & mask.low & 3;
  switch (mask.low & 3) {
    case 1:
      return v == 1 ? "yes" : "no";
    case 2:
      return v == 2 ? "later" : "not_later";
    case 3:
      return v == 0 ? "no" : v == 1 ? "first" : v == 3 ? "later" : "<error>";
    default:
      return "<error>";
  }
}

std::string value(Field field, U128 value, U128 mask) {
  const FieldInfo& row = info(field);
  switch (row.notation) {
    case Notation::kMac:
      return mac(value, mask);
    case Notation::kIp4:
      return ip4(value, mask);
    case Notation::kIp6:
      return ip6(value, mask);
    case Notation::kFragment:
      return fragment(value, mask);
    case Notation::kCtState:
    case Notation::kTcpFlags:
    case Notation::kTunFlags:
      return flags(value, mask, row.ones(), row.notation);
    case Notation::kPort:
      return port(static_cast<std::uint32_t>(
          row.bytes == 2 && value.low >= 0xff00 ? value.low | 0xffff0000U : value.low));
    case Notation::kPacketType:
      return fmt::format("({},{:#x})", value.low >> 16, value.low & 0xffff);
    case Notation::kDecimal:
    case Notation::kHex:
      break;
  }
  std::string out = row.notation == Notation::kDecimal ? fmt::format("{}", value.low) : hex(value);
  if (mask != row.ones()) out += "/" + hex(mask);
  return out;
}

std::string bytes(std::string_view data, std::string_view separator) {
  std::string out;
  for (const char byte : data) {
    if (!out.empty()) out += separator;
    out += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
  }
  return out;
}

}  // namespace mooring::openflow::text

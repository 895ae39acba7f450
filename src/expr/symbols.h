// The names that matches and actions may use: ovn-sb(5), Logical_Flow, "Symbols".
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mooring::expr {

// What a packet is told apart by: the OpenFlow fields behind the symbols, none overlapping another.
enum class Var : std::uint8_t {
  kEthType,  // The first four decide which others exist; their order is that of the headers.
  kIpProto,
  kIcmp6Type,
  kIcmp6Code,
  kMetadata,
  kReg0,
  kReg15 = kReg0 + 15,
  kPktMark,
  kEthSrc,
  kEthDst,
  kVlanTci,
  kIpDscp,
  kIpEcn,
  kIpTtl,
  kIpFrag,
  kIp4Src,
  kIp4Dst,
  kIp6Src,
  kIp6Dst,
  kIp6Label,
  kArpOp,
  kArpSpa,
  kArpTpa,
  kArpSha,
  kArpTha,
  kTcpSrc,
  kTcpDst,
  kTcpFlags,
  kUdpSrc,
  kUdpDst,
  kSctpSrc,
  kSctpDst,
  kIcmp4Type,
  kIcmp4Code,
  kNdTarget,
  kNdSll,
  kNdTll,
  kCtState,
  kCtMark,
  kCtLabel,
  kCount
};
inline constexpr std::size_t kVarCount = static_cast<std::size_t>(Var::kCount);

// A register by number, 0 to 15.
constexpr Var reg(unsigned n) { return static_cast<Var>(static_cast<unsigned>(Var::kReg0) + n); }
// Which registers hold what has no number in the language.
inline constexpr Var kFlagsVar = reg(10);
inline constexpr Var kInportVar = reg(14);
inline constexpr Var kOutportVar = reg(15);

// Bits of a variable.
unsigned width_of(Var var);

// ovn-sb(5), "Level of Measurement".
enum class Level : std::uint8_t {
  kNominal,  // equality only, never negated, no subfields
  kOrdinal,  // every bit can be tested by itself
  kBoolean,  // a predicate that may be negated
};

enum class SymbolKind : std::uint8_t { kField, kString, kPredicate };

// Immutable and of static lifetime, so a pointer to one is a value.
struct Symbol {
  std::string_view name;
  SymbolKind kind;
  Level level;
  std::uint8_t width;   // bits; 1 for a predicate
  Var var;              // a field wider than var goes on in the registers after it, high bits first
  std::uint8_t offset;  // of the field's lowest bit in var
  bool writable;        // may be assigned to
  std::string_view prerequisite;  // an expression that a use of the symbol implies; may be empty
  std::string_view expansion;     // the expression that a predicate stands for
};

// Null when the language has no such name.
const Symbol* find_symbol(std::string_view name);
// Sorted by name.
std::span<const Symbol> all_symbols();
// The known name that name most resembles, for error messages; empty when none is near.
std::string_view nearest_symbol(std::string_view name);

}  // namespace mooring::expr

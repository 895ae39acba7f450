#include "expr/vars.h"

#include <array>

namespace mooring::expr {
namespace {

using F = openflow::Field;

// Registers are filled in by make_table.
constexpr std::array<VarInfo, kVarCount> make_table() {
  std::array<VarInfo, kVarCount> out{};
  const auto set = [&out](Var var, F field, std::uint8_t width, Needs needs = Needs::kNothing) {
    out[static_cast<std::size_t>(var)] = VarInfo{field, width, needs};
  };
  for (unsigned n = 0; n < 16; ++n) set(reg(n), openflow::reg(n), 32);
  set(Var::kEthType, F::kEthType, 16);
  set(Var::kIpProto, F::kIpProto, 8, Needs::kEthType);
  set(Var::kIcmp6Type, F::kIcmp6Type, 8, Needs::kIpProto);
  set(Var::kIcmp6Code, F::kIcmp6Code, 8, Needs::kIpProto);
  set(Var::kMetadata, F::kMetadata, 64);
  set(Var::kPktMark, F::kPktMark, 32);
  set(Var::kEthSrc, F::kEthSrc, 48);
  set(Var::kEthDst, F::kEthDst, 48);
  set(Var::kVlanTci, F::kVlanTci, 16);
  set(Var::kIpDscp, F::kIpDscp, 6, Needs::kEthType);
  set(Var::kIpEcn, F::kIpEcn, 2, Needs::kEthType);
  set(Var::kIpTtl, F::kIpTtl, 8, Needs::kEthType);
  set(Var::kIpFrag, F::kIpFrag, 2, Needs::kEthType);
  set(Var::kIp4Src, F::kIpSrc, 32, Needs::kEthType);
  set(Var::kIp4Dst, F::kIpDst, 32, Needs::kEthType);
  set(Var::kIp6Src, F::kIpv6Src, 128, Needs::kEthType);
  set(Var::kIp6Dst, F::kIpv6Dst, 128, Needs::kEthType);
  set(Var::kIp6Label, F::kIpv6Label, 20, Needs::kEthType);
  set(Var::kArpOp, F::kArpOp, 16, Needs::kEthType);
  set(Var::kArpSpa, F::kArpSpa, 32, Needs::kEthType);
  set(Var::kArpTpa, F::kArpTpa, 32, Needs::kEthType);
  set(Var::kArpSha, F::kArpSha, 48, Needs::kEthType);
  set(Var::kArpTha, F::kArpTha, 48, Needs::kEthType);
  set(Var::kTcpSrc, F::kTcpSrc, 16, Needs::kIpProto);
  set(Var::kTcpDst, F::kTcpDst, 16, Needs::kIpProto);
  set(Var::kTcpFlags, F::kTcpFlags, 12, Needs::kIpProto);
  set(Var::kUdpSrc, F::kUdpSrc, 16, Needs::kIpProto);
  set(Var::kUdpDst, F::kUdpDst, 16, Needs::kIpProto);
  set(Var::kSctpSrc, F::kSctpSrc, 16, Needs::kIpProto);
  set(Var::kSctpDst, F::kSctpDst, 16, Needs::kIpProto);
  set(Var::kIcmp4Type, F::kIcmpType, 8, Needs::kIpProto);
  set(Var::kIcmp4Code, F::kIcmpCode, 8, Needs::kIpProto);
  set(Var::kNdTarget, F::kNdTarget, 128, Needs::kIcmp6Type);
  set(Var::kNdSll, F::kNdSll, 48, Needs::kIcmp6Type);
  set(Var::kNdTll, F::kNdTll, 48, Needs::kIcmp6Type);
  set(Var::kCtState, F::kCtState, 8);
  set(Var::kCtMark, F::kCtMark, 32);
  set(Var::kCtLabel, F::kCtLabel, 128);
  return out;
}

constexpr auto kTable = make_table();

}  // namespace

const VarInfo& info(Var var) { return kTable[static_cast<std::size_t>(var)]; }

unsigned width_of(Var var) { return info(var).width; }

}  // namespace mooring::expr

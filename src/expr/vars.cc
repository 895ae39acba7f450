#include "expr/vars.h"

#include <array>

namespace mooring::expr {
namespace {

using F = openflow::Field;

struct Row {
  Var var;
  VarInfo info;
};

// All but the registers.
constexpr std::array kRows = {
    Row{Var::kEthType, {F::kEthType, 16, Needs::kNothing}},
    Row{Var::kIpProto, {F::kIpProto, 8, Needs::kEthType}},
    Row{Var::kIcmp6Type, {F::kIcmp6Type, 8, Needs::kIpProto}},
    Row{Var::kIcmp6Code, {F::kIcmp6Code, 8, Needs::kIpProto}},
    Row{Var::kMetadata, {F::kMetadata, 64, Needs::kNothing}},
    Row{Var::kPktMark, {F::kPktMark, 32, Needs::kNothing}},
    Row{Var::kEthSrc, {F::kEthSrc, 48, Needs::kNothing}},
    Row{Var::kEthDst, {F::kEthDst, 48, Needs::kNothing}},
    Row{Var::kVlanTci, {F::kVlanTci, 16, Needs::kNothing}},
    Row{Var::kIpDscp, {F::kIpDscp, 6, Needs::kEthType}},
    Row{Var::kIpEcn, {F::kIpEcn, 2, Needs::kEthType}},
    Row{Var::kIpTtl, {F::kIpTtl, 8, Needs::kEthType}},
    Row{Var::kIpFrag, {F::kIpFrag, 2, Needs::kEthType}},
    Row{Var::kIp4Src, {F::kIpSrc, 32, Needs::kEthType}},
    Row{Var::kIp4Dst, {F::kIpDst, 32, Needs::kEthType}},
    Row{Var::kIp6Src, {F::kIpv6Src, 128, Needs::kEthType}},
    Row{Var::kIp6Dst, {F::kIpv6Dst, 128, Needs::kEthType}},
    Row{Var::kIp6Label, {F::kIpv6Label, 20, Needs::kEthType}},
    Row{Var::kArpOp, {F::kArpOp, 16, Needs::kEthType}},
    Row{Var::kArpSpa, {F::kArpSpa, 32, Needs::kEthType}},
    Row{Var::kArpTpa, {F::kArpTpa, 32, Needs::kEthType}},
    Row{Var::kArpSha, {F::kArpSha, 48, Needs::kEthType}},
    Row{Var::kArpTha, {F::kArpTha, 48, Needs::kEthType}},
    Row{Var::kTcpSrc, {F::kTcpSrc, 16, Needs::kIpProto}},
    Row{Var::kTcpDst, {F::kTcpDst, 16, Needs::kIpProto}},
    Row{Var::kTcpFlags, {F::kTcpFlags, 12, Needs::kIpProto}},
    Row{Var::kUdpSrc, {F::kUdpSrc, 16, Needs::kIpProto}},
    Row{Var::kUdpDst, {F::kUdpDst, 16, Needs::kIpProto}},
    Row{Var::kSctpSrc, {F::kSctpSrc, 16, Needs::kIpProto}},
    Row{Var::kSctpDst, {F::kSctpDst, 16, Needs::kIpProto}},
    Row{Var::kIcmp4Type, {F::kIcmpType, 8, Needs::kIpProto}},
    Row{Var::kIcmp4Code, {F::kIcmpCode, 8, Needs::kIpProto}},
    Row{Var::kNdTarget, {F::kNdTarget, 128, Needs::kIcmp6Type}},
    Row{Var::kNdSll, {F::kNdSll, 48, Needs::kIcmp6Type}},
    Row{Var::kNdTll, {F::kNdTll, 48, Needs::kIcmp6Type}},
    Row{Var::kCtState, {F::kCtState, 8, Needs::kNothing}},
    Row{Var::kCtMark, {F::kCtMark, 32, Needs::kNothing}},
    Row{Var::kCtLabel, {F::kCtLabel, 128, Needs::kNothing}},
};

constexpr std::array<VarInfo, kVarCount> make_table() {
  std::array<VarInfo, kVarCount> out{};
  for (unsigned n = 0; n < 16; ++n) {
    out[static_cast<std::size_t>(reg(n))] = {openflow::reg(n), 32, Needs::kNothing};
  }
  for (const Row& row : kRows) out[static_cast<std::size_t>(row.var)] = row.info;
  return out;
}

constexpr auto kTable = make_table();

}  // namespace

const VarInfo& info(Var var) { return kTable[static_cast<std::size_t>(var)]; }

unsigned width_of(Var var) { return info(var).width; }

}  // namespace mooring::expr

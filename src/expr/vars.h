// The OpenFlow fields behind the language's variables.
#pragma once

#include <string_view>

#include "expr/symbols.h"
#include "openflow/field.h"

namespace mooring::expr {

// What a flow must match besides a variable so that the switch knows it.
enum class Needs : std::uint8_t {
  kNothing,
  kEthType,
  kIpProto,    // and kEthType
  kIcmp6Type,  // and code, kIpProto, kEthType
};

struct VarInfo {
  openflow::Field field;
  std::uint8_t width;
  Needs needs;
};

const VarInfo& info(Var var);

}  // namespace mooring::expr

// The meaning of an expression, computed directly; what lowering is tested against.
#pragma once

#include <array>

#include "expr/ast.h"
#include "expr/scope.h"

namespace mooring::expr {

// A packet and its metadata as the variables' values. One whose header a packet lacks is 0.
class Packet {
 public:
  U128 get(Var var) const { return values_[static_cast<std::size_t>(var)]; }
  void set(Var var, U128 value) {
    values_[static_cast<std::size_t>(var)] = value & low_ones(width_of(var));
  }
  friend bool operator==(const Packet&, const Packet&) = default;

 private:
  std::array<U128, kVarCount> values_{};
};

// The value of a field or of bits of it.
U128 value_of(const Field& field, const Packet& packet);

// True when packet matches. A comparison holds only if its symbol's prerequisites hold, also when
// it is negated: !(tcp.dst == 80) is tcp && tcp.dst != 80. A predicate is negated as a whole.
bool evaluate(const Expr& expr, const Packet& packet, const Scope& scope);

}  // namespace mooring::expr

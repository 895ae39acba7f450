// Expressions to formulas: symbols, prerequisites, negations and names resolved.
#pragma once

#include "base/result.h"
#include "expr/formula.h"
#include "expr/scope.h"

namespace mooring::expr {

// Whether flows match the variable with a mask; otherwise each value needs a match of its own.
bool is_maskable(Var var);

// With `open`, a test for being in a set or group stays one, and the scope isn't asked who is in
// it; except where the test is negated or is one that a Slot can't stand for.
Formula resolve(Formulas& formulas, const Expr& expr, const Scope& scope, bool open);

}  // namespace mooring::expr

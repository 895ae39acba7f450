// Products as the clauses of conjunctions: ovs-actions(7), conjunction.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "expr/normal_form.h"

namespace mooring::expr {

// A flow to be, or with a membership one for each member, and the clause that it meets.
struct Condition {
  Item item;
  std::size_t clause = 0;  // from 0
};

struct Conjunction {
  Cube whole;  // what every packet of it matches
  std::size_t clauses = 0;
  std::vector<Condition> conditions;
};

Conjunction conjoin(const Product& product);

// An equal product whose conjunction has no two clauses with a flow in common, whoever the members
// are. Open vSwitch counts flows, not clauses: it looks at a conjunction of n clauses only when n
// flows or more apply to the packet, so one that meets two of them would be one too few. Dimensions
// that could share one are joined; nullopt when only listing the members of two sets would do.
// Stops early when a dimension gets more items than `limit`.
std::optional<Product> separate(Product product, std::size_t limit);

}  // namespace mooring::expr

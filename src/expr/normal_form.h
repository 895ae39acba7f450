// Formulas as unions of products, each of which becomes a list of matches or a conjunction.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "expr/formula.h"

namespace mooring::expr {

// One pattern for each of some variables: what one flow matches.
class Cube {
 public:
  using Bounds = std::vector<std::pair<Var, Pattern>>;
  // Ands a bound on; false when it contradicts the one that is there (and the cube is spoilt).
  [[nodiscard]] bool add(Var var, const Pattern& pattern);
  [[nodiscard]] bool add(const Cube& other);
  bool contradicts(const Cube& other) const;
  // Every packet of other is one of this.
  bool covers(const Cube& other) const;
  const Pattern* find(Var var) const;
  bool empty() const { return bounds_.empty(); }
  // In the order of the variables.
  const Bounds& bounds() const { return bounds_; }
  friend bool operator==(const Cube&, const Cube&) = default;

 private:
  Bounds bounds_;
};

// One way to meet a condition: a cube and perhaps membership in a set or group.
struct Item {
  Cube cube;
  std::optional<Membership> membership;
  friend bool operator==(const Item&, const Item&) = default;
};

// Any of its items.
struct Dimension {
  std::vector<Item> items;
  bool is_open() const;  // some item is a membership
  friend bool operator==(const Dimension&, const Dimension&) = default;
};

// structure and base and every dimension. Dimensions have two items or more, or are open.
struct Product {
  Cube structure;  // of eth.type, ip.proto and, where neighbour discovery is matched,
                   // icmp6.type/code
  Cube base;
  std::vector<Dimension> dimensions;
  friend bool operator==(const Product&, const Product&) = default;
};

// The formula as a union of products; products may overlap. Error: how many there would be, when
// more than `limit`.
Result<std::vector<Product>> normal_form(Formulas& formulas, const Formula& formula,
                                         std::size_t limit);

}  // namespace mooring::expr

#include "expr/normal_form.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>

#include "expr/resolve.h"
#include "expr/vars.h"

namespace mooring::expr {
namespace {

using Kind = Formula::Kind;

constexpr std::array kStructure = {Var::kEthType, Var::kIpProto, Var::kIcmp6Type, Var::kIcmp6Code};
constexpr std::array kNeighbour = {Var::kNdTarget, Var::kNdSll, Var::kNdTll};

// The patterns that flows match for a leaf: single values where the switch takes no mask.
std::vector<Pattern> patterns_of(const Formula::Node& leaf) {
  const auto& patterns = leaf.values.patterns();
  if (is_maskable(leaf.var)) return patterns;
  std::vector<Pattern> out;
  const U128 ones = low_ones(width_of(leaf.var));
  for (const Pattern& p : patterns) {
    const U128 wild = ones & ~p.mask;
    // Counts through the bits that are wild.
    for (U128 bits = 0;; bits = (bits - wild) & wild) {
      out.push_back({p.value | bits, ones});
      if (bits == wild) break;
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

double items_of(const Formula& formula) {
  const Formula::Node& node = formula.node();
  if (node.kind != Kind::kLeaf) return 1;
  if (is_maskable(node.var)) return static_cast<double>(node.values.size());
  double out = 0;
  for (const Pattern& p : node.values.patterns()) {
    const U128 wild = low_ones(width_of(node.var)) & ~p.mask;
    out += std::ldexp(1.0, std::popcount(high_half(wild)) + std::popcount(low_half(wild)));
  }
  return out;
}

// Matches needed when nothing is shared.
double flat_size(const Formula& formula) {
  double out = formula.kind() == Kind::kAnd ? 1 : 0;
  switch (formula.kind()) {
    case Kind::kFalse:
      return 0;
    case Kind::kAnd:
      for (const Formula& operand : formula.node().operands) out *= flat_size(operand);
      return out;
    case Kind::kOr:
      for (const Formula& operand : formula.node().operands) out += flat_size(operand);
      return out;
    default:
      return items_of(formula);
  }
}

bool is_multiple(const Formula& formula) {
  return formula.kind() == Kind::kMember || items_of(formula) > 1;
}

// Whether an alternative is a list of items: a conjunction in which one part at most has several.
bool is_list(const Formula& alternative) {
  if (alternative.kind() == Kind::kLeaf || alternative.kind() == Kind::kMember) return true;
  if (alternative.kind() != Kind::kAnd) return false;
  int multiple = 0;
  for (const Formula& operand : alternative.node().operands) {
    if (operand.kind() != Kind::kLeaf && operand.kind() != Kind::kMember) return false;
    if (is_multiple(operand)) ++multiple;
  }
  return multiple <= 1;
}

bool is_dimension(const Formula& either) {
  const auto& alternatives = either.node().operands;
  return std::all_of(alternatives.begin(), alternatives.end(), is_list);
}

// Products that multiplying out gives, when no two alternatives exclude each other.
double products_of(const Formula& formula) {
  if (formula.kind() != Kind::kAnd && formula.kind() != Kind::kOr) return 1;
  const bool both = formula.kind() == Kind::kAnd;
  double out = both ? 1 : 0;
  for (const Formula& operand : formula.node().operands) {
    if (!both) {
      out += products_of(operand);
    } else if (operand.kind() == Kind::kOr && !is_dimension(operand)) {
      out *= products_of(operand);
    }
  }
  return out;
}

void append_items(const Formula& part, const Cube& with, std::vector<Item>& out) {
  if (part.kind() == Kind::kMember) {
    out.push_back({with, part.node().membership});
    return;
  }
  for (const Pattern& p : patterns_of(part.node())) {
    Item item{with, std::nullopt};
    if (item.cube.add(part.node().var, p)) out.push_back(std::move(item));
  }
}

// The items of an alternative for which is_list holds.
void append_list(const Formula& alternative, std::vector<Item>& out) {
  if (alternative.kind() != Kind::kAnd) return append_items(alternative, Cube(), out);
  Cube singles;
  const Formula* multiple = nullptr;
  for (const Formula& operand : alternative.node().operands) {
    if (is_multiple(operand)) {
      multiple = &operand;
    } else if (!singles.add(operand.node().var, patterns_of(operand.node())[0])) {
      return;
    }
  }
  if (multiple != nullptr) return append_items(*multiple, singles, out);
  out.push_back({std::move(singles), std::nullopt});
}

class Normaliser {
 public:
  Normaliser(Formulas& formulas, std::size_t limit) : formulas_(formulas), limit_(limit) {}

  Result<std::vector<Product>> run(const Formula& formula) {
    std::uint64_t neighbour = 0;
    for (const Var var : kNeighbour) neighbour |= std::uint64_t{1} << static_cast<unsigned>(var);
    levels_ = (formula.node().vars & neighbour) != 0 ? kStructure.size() : 2;
    size_ = flat_size(formula);
    split(formula, 0, Cube());
    if (formulas_.problem()) return tl::unexpected(*formulas_.problem());
    if (failed_)
      return tl::unexpected(too_large(std::max(size_, static_cast<double>(limit_ + 1)), limit_));
    return std::move(out_);
  }

 private:
  bool stopped() const { return failed_ || formulas_.problem(); }

  // The values that a part of the formula names for var, with the parts that name each.
  using Naming = std::map<U128, std::vector<const Formula*>>;

  static void collect(const Formula& formula, const Formula& part, Var var, Naming& out) {
    if (!formula.mentions(var)) return;
    if (formula.kind() == Kind::kLeaf) {
      for (const Pattern& p : patterns_of(formula.node())) {
        auto& parts = out[p.value];
        if (parts.empty() || parts.back() != &part) parts.push_back(&part);
      }
    }
    for (const Formula& operand : formula.node().operands) collect(operand, part, var, out);
  }

  static Naming naming(const Formula& formula, Var var) {
    Naming out;
    if (formula.kind() == Kind::kOr) {
      for (const Formula& part : formula.node().operands) collect(part, part, var, out);
    } else {
      collect(formula, formula, var, out);
    }
    return out;
  }

  // Takes the cases of the structural variables from `level` on apart. Since the formula bounds
  // them only in the positive, what holds for no value that is mentioned holds for every value; and
  // alternatives that don't name a value say nothing new for it.
  void split(const Formula& formula, std::size_t level, const Cube& structure) {
    if (stopped() || formula.is_false()) return;
    if (level == levels_) return products(formula, structure);
    const Var var = kStructure[level];
    const Naming values = naming(formula, var);
    if (values.size() > limit_) {
      failed_ = true;
      return;
    }
    const Formula rest = formulas_.given(formula, var, std::nullopt);
    split(rest, level + 1, structure);
    for (const auto& [value, parts] : values) {
      if (stopped()) return;
      Cube with = structure;
      if (!with.add(var, {value, low_ones(width_of(var))})) continue;
      std::vector<Formula> cases;
      for (const Formula* part : parts) cases.push_back(formulas_.given(*part, var, value));
      split(without(formulas_.any(std::move(cases)), rest), level + 1, with);
    }
  }

  // formula where it isn't said already that `covered` leads to the same, as far as that is easy
  // to see.
  Formula without(const Formula& formula, const Formula& covered) {
    if (covered.is_false()) return formula;
    if (formula == covered) return Formula();
    if (formula.kind() != Kind::kOr) return formula;
    std::vector<Formula> left;
    for (const Formula& operand : formula.node().operands) {
      if (operand == covered || has_operand(covered, operand)) continue;
      left.push_back(operand);
    }
    return formulas_.any(std::move(left));
  }

  static bool has_operand(const Formula& either, const Formula& operand) {
    if (either.kind() != Kind::kOr) return false;
    const auto& all = either.node().operands;
    return std::find(all.begin(), all.end(), operand) != all.end();
  }

  void products(const Formula& formula, const Cube& structure) {
    if (stopped()) return;
    switch (formula.kind()) {
      case Kind::kFalse:
        return;
      case Kind::kTrue:
        return add(Product{structure, {}, {}});
      case Kind::kOr:
        for (const Formula& operand : formula.node().operands) products(operand, structure);
        return;
      case Kind::kAnd:
        failed_ = failed_ || products_of(formula) > static_cast<double>(limit_);
        return conjunction(formula, structure);
      default:
        return simple({formula}, structure);
    }
  }

  // A conjunction: alternatives that aren't lists of items are multiplied out, one after another.
  void conjunction(const Formula& formula, const Cube& structure) {
    const auto& operands = formula.node().operands;
    const Formula* either = nullptr;
    for (const Formula& operand : operands) {
      if (operand.kind() != Kind::kOr || is_dimension(operand)) continue;
      const bool fewer =
          either == nullptr || operand.node().operands.size() < either->node().operands.size();
      if (fewer) either = &operand;
    }
    if (stopped()) return;
    if (either == nullptr) return simple(operands, structure);
    for (const Formula& alternative : either->node().operands) {
      if (stopped() || ++steps_ > limit_) {
        failed_ = true;
        return;
      }
      std::vector<Formula> parts{alternative};
      for (const Formula& operand : operands) {
        if (&operand != either) parts.push_back(operand);
      }
      products(formulas_.all(std::move(parts)), structure);
    }
  }

  void simple(const std::vector<Formula>& operands, const Cube& structure) {
    Product product{structure, {}, {}};
    for (const Formula& operand : operands) {
      Dimension dimension;
      if (operand.kind() == Kind::kOr) {
        for (const Formula& a : operand.node().operands) append_list(a, dimension.items);
      } else {
        append_items(operand, Cube(), dimension.items);
      }
      product.dimensions.push_back(std::move(dimension));
    }
    if (settle(product)) add(std::move(product));
  }

  // Moves what is certain into the base, until nothing more is; false when nothing can match.
  static bool settle(Product& product) {
    for (bool changed = true; changed;) {
      changed = false;
      std::vector<Dimension> kept;
      for (Dimension& dimension : product.dimensions) {
        auto& items = dimension.items;
        std::erase_if(items, [&](const Item& item) { return item.cube.contradicts(product.base); });
        if (items.empty()) return false;
        const bool met = std::any_of(items.begin(), items.end(), [&](const Item& item) {
          return !item.membership && item.cube.covers(product.base);
        });
        if (met) continue;
        if (items.size() > 1 || items[0].membership) {
          kept.push_back(std::move(dimension));
        } else {
          if (!product.base.add(items[0].cube)) return false;
          changed = true;
        }
      }
      product.dimensions = std::move(kept);
    }
    return true;
  }

  void add(Product product) {
    if (out_.size() >= limit_) {
      failed_ = true;
    } else if (std::find(out_.end() - std::min<std::ptrdiff_t>(8, std::ssize(out_)), out_.end(),
                         product) == out_.end()) {
      out_.push_back(std::move(product));
    }
  }

  Formulas& formulas_;
  std::size_t limit_;
  std::size_t levels_ = 0;
  double size_ = 0;
  std::size_t steps_ = 0;
  bool failed_ = false;
  std::vector<Product> out_;
};

}  // namespace

Result<std::vector<Product>> normal_form(Formulas& formulas, const Formula& formula,
                                         std::size_t limit) {
  if (formulas.problem()) return tl::unexpected(*formulas.problem());
  return Normaliser(formulas, limit).run(formula);
}

}  // namespace mooring::expr

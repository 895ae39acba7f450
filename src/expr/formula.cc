#include "expr/formula.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>
#include <utility>

#include "base/hash.h"

namespace mooring::expr {
namespace {

using Kind = Formula::Kind;

std::size_t hash_of(const Formula::Node& node) {
  std::size_t seed =
      hash_mix(static_cast<std::size_t>(node.kind), static_cast<std::size_t>(node.var));
  for (const Pattern& p : node.values.patterns()) {
    for (const U128 half : {p.value, p.mask}) {
      seed = hash_mix(hash_mix(seed, high_half(half)), low_half(half));
    }
  }
  if (node.membership) seed = hash_mix(seed, std::hash<std::string>{}(node.membership->name));
  for (const Formula& operand : node.operands) seed = hash_mix(seed, operand.node().hash);
  return seed;
}

std::uint64_t vars_of(const Formula::Node& node) {
  std::uint64_t out = 0;
  if (node.var != Var::kCount) out = std::uint64_t{1} << static_cast<unsigned>(node.var);
  for (const Formula& operand : node.operands) out |= operand.node().vars;
  return out;
}

// Operands without those that stand there before.
class Distinct {
 public:
  void add(Formula formula) {
    auto& same = seen_[formula.node().hash];
    for (const std::size_t i : same) {
      if (out_[i] == formula) return;
    }
    same.push_back(out_.size());
    out_.push_back(std::move(formula));
  }
  std::vector<Formula> take() { return std::move(out_); }

 private:
  std::vector<Formula> out_;
  std::unordered_map<std::size_t, std::vector<std::size_t>> seen_;
};

}  // namespace

Formula::Formula() : Formula(Node{}) {}

Formula::Formula(Node node) {
  node.hash = hash_of(node);
  node.vars = vars_of(node);
  node_ = std::make_shared<const Node>(std::move(node));
}

Formula Formula::of(bool value) {
  Node node;
  node.kind = value ? Kind::kTrue : Kind::kFalse;
  return Formula(std::move(node));
}

Formula Formula::leaf(Var var, Values values) {
  if (values.empty()) return of(false);
  if (values.is_all()) return of(true);
  Node node;
  node.kind = Kind::kLeaf;
  node.var = var;
  node.values = std::move(values);
  return Formula(std::move(node));
}

Formula Formula::member(Membership membership) {
  Node node;
  node.kind = Kind::kMember;
  node.var = membership.field.symbol->var;
  node.membership = std::move(membership);
  return Formula(std::move(node));
}

bool operator==(const Formula& a, const Formula& b) {
  if (a.node_ == b.node_) return true;
  const Formula::Node &x = *a.node_, &y = *b.node_;
  return x.hash == y.hash && x.kind == y.kind && x.var == y.var && x.values == y.values &&
         x.membership == y.membership && x.operands == y.operands;
}

Error too_large(double matches, std::size_t limit) {
  return Error{fmt::format(
      "the expression would take {:.0f} OpenFlow matches; {} at most are allowed", matches, limit)};
}

void Formulas::note(const TooMany& size) { problem_ = too_large(size.count, Values::kMaxPatterns); }

Values Formulas::complement_of(const Values& values, unsigned width) {
  auto out = complement(values, width);
  if (!out) note(out.error());
  return out ? *out : Values::none();
}

Formula Formulas::merge(Kind kind, const std::vector<Formula>& leaves) {
  const Var var = leaves[0].node().var;
  if (leaves.size() == 1) return leaves[0];
  if (kind == Kind::kOr) {
    std::vector<Pattern> patterns;
    for (const Formula& leaf : leaves) {
      const auto& more = leaf.node().values.patterns();
      patterns.insert(patterns.end(), more.begin(), more.end());
    }
    return Formula::leaf(var, Values::of(std::move(patterns)));
  }
  Values both = leaves[0].node().values;
  for (std::size_t i = 1; i < leaves.size(); ++i) {
    auto next = intersect(both, leaves[i].node().values);
    if (!next) {
      note(next.error());
      return Formula();
    }
    both = std::move(*next);
  }
  return Formula::leaf(var, std::move(both));
}

// The operands of a junction with nested ones of the same kind opened and leaves of one variable
// made one, in the order of the variables; nullopt when an operand, or several, decide the whole.
std::optional<std::vector<Formula>> Formulas::flatten(Kind kind, std::vector<Formula> operands) {
  const Kind decisive = kind == Kind::kAnd ? Kind::kFalse : Kind::kTrue;
  std::array<std::vector<Formula>, kVarCount> leaves;
  Distinct others;
  const auto add = [&](Formula operand) {
    if (operand.kind() == Kind::kLeaf) {
      leaves[static_cast<std::size_t>(operand.node().var)].push_back(std::move(operand));
    } else if (operand.kind() != Kind::kTrue && operand.kind() != Kind::kFalse) {
      others.add(std::move(operand));
    }
  };
  for (Formula& operand : operands) {
    if (operand.kind() == decisive) return std::nullopt;
    if (operand.kind() == kind) {
      for (const Formula& inner : operand.node().operands) add(inner);
    } else {
      add(std::move(operand));
    }
  }
  std::vector<Formula> out;
  for (const auto& list : leaves) {
    if (list.empty()) continue;
    out.push_back(merge(kind, list));
    if (out.back().kind() != Kind::kLeaf) return std::nullopt;
  }
  for (Formula& other : others.take()) out.push_back(std::move(other));
  return out;
}

Formula Formulas::build(Kind kind, std::vector<Formula> operands) {
  work_ += operands.size() + 1;
  if (work_ > kMaxWork) {
    problem_ =
        Error{"the expression is too complex: parts of it exclude each other in too many ways"};
  }
  if (problem_) return Formula();
  auto flat = flatten(kind, std::move(operands));
  if (!flat) return Formula::of(kind == Kind::kOr);
  if (flat->empty()) return Formula::of(kind == Kind::kAnd);
  if (flat->size() == 1) return std::move(flat->front());
  Formula::Node node;
  node.kind = kind;
  node.operands = std::move(*flat);
  return Formula(std::move(node));
}

Formula Formulas::all(std::vector<Formula> operands) {
  return build(Kind::kAnd, std::move(operands));
}
Formula Formulas::any(std::vector<Formula> operands) {
  return build(Kind::kOr, std::move(operands));
}

Formula Formulas::given(const Formula& formula, Var var, std::optional<U128> value) {
  if (!formula.mentions(var)) return formula;
  const Formula::Node& node = formula.node();
  if (node.kind == Kind::kLeaf) return Formula::of(value && node.values.contains(*value));
  if (node.kind == Kind::kMember) return formula;
  std::vector<Formula> operands;
  operands.reserve(node.operands.size());
  for (const Formula& operand : node.operands) operands.push_back(given(operand, var, value));
  return build(node.kind, std::move(operands));
}

}  // namespace mooring::expr

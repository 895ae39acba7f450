// Expressions over variables: no symbols, no negation, no prerequisites left. A tree whose parts
// are shared and never change.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "expr/ast.h"
#include "expr/symbols.h"
#include "expr/values.h"

namespace mooring::expr {

// That a field is in an address set or a port group, whoever is in it.
struct Membership {
  bool address_set = false;
  std::string name;
  Field field;
  friend bool operator==(const Membership&, const Membership&) = default;
};

class Formula {
 public:
  enum class Kind : std::uint8_t { kFalse, kTrue, kLeaf, kMember, kAnd, kOr };
  struct Node {
    Kind kind = Kind::kFalse;
    Var var = Var::kCount;                 // kLeaf, kMember
    Values values = Values::none();        // kLeaf: neither empty nor all
    std::optional<Membership> membership;  // kMember
    // kAnd, kOr: two or more; no literals, none of the own kind, at most one leaf per variable,
    // none twice.
    std::vector<Formula> operands;
    std::size_t hash = 0;
    std::uint64_t vars = 0;  // a bit for each variable of the tree
  };

  Formula();  // false
  static Formula of(bool value);
  static Formula leaf(Var var, Values values);
  static Formula member(Membership membership);

  Kind kind() const { return node_->kind; }
  const Node& node() const { return *node_; }
  bool is_false() const { return kind() == Kind::kFalse; }
  bool is_true() const { return kind() == Kind::kTrue; }
  bool mentions(Var var) const { return node_->vars >> static_cast<unsigned>(var) & 1; }

  friend bool operator==(const Formula& a, const Formula& b);

 private:
  friend class Formulas;
  explicit Formula(Node node);
  std::shared_ptr<const Node> node_;
};
static_assert(kVarCount <= 64);

// The message for an expression of that many matches.
Error too_large(double matches, std::size_t limit);

// Builds formulas, keeping what Node promises, and remembers whether one grew too large or took too
// long: then what it returned since is of no use.
class Formulas {
 public:
  // Operands looked at, over all formulas: far more than any match that a person wrote needs, and
  // about a second's work.
  static constexpr std::size_t kMaxWork = 4'000'000;

  Formula all(std::vector<Formula> operands);
  Formula any(std::vector<Formula> operands);
  // formula, where var is known to be `value`, or, when that is absent, no value that is mentioned.
  // The formula must not bound var by other patterns than single values.
  Formula given(const Formula& formula, Var var, std::optional<U128> value);
  Values complement_of(const Values& values, unsigned width);
  const std::optional<Error>& problem() const { return problem_; }

 private:
  std::optional<std::vector<Formula>> flatten(Formula::Kind kind, std::vector<Formula> operands);
  // One leaf that says what leaves of one variable say together; or a literal.
  Formula merge(Formula::Kind kind, const std::vector<Formula>& leaves);
  Formula build(Formula::Kind kind, std::vector<Formula> operands);
  void note(const TooMany& size);
  std::optional<Error> problem_;
  std::size_t work_ = 0;
};

}  // namespace mooring::expr

// A match expression as a value: immutable, comparable, printable as the text it is parsed from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/containers.h"
#include "expr/bits.h"
#include "expr/symbols.h"

namespace mooring::expr {

enum class Relation : std::uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };
std::string_view to_string(Relation relation);

// How a constant was written, and so how it is printed.
enum class Form : std::uint8_t { kDecimal, kHex, kIp4, kIp6, kMac };

// An integer constant. No bit of value is outside mask.
struct Constant {
  U128 value = 0;
  U128 mask = ~U128{0};
  bool masked = false;
  Form form = Form::kDecimal;
  friend bool operator==(const Constant&, const Constant&) = default;
};
std::string to_string(const Constant& constant);

struct StringConstant {
  std::string text;
  friend bool operator==(const StringConstant&, const StringConstant&) = default;
};
// $name
struct AddressSetRef {
  std::string name;
  friend bool operator==(const AddressSetRef&, const AddressSetRef&) = default;
};
// @name
struct PortGroupRef {
  std::string name;
  friend bool operator==(const PortGroupRef&, const PortGroupRef&) = default;
};
using Term = std::variant<Constant, StringConstant, AddressSetRef, PortGroupRef>;
std::string to_string(const Term& term);

// A symbol, or bits low .. low + width - 1 of it.
struct Field {
  const Symbol* symbol = nullptr;
  std::uint8_t low = 0;
  std::uint8_t width = 0;
  bool is_string() const { return symbol->kind == SymbolKind::kString; }
  bool is_whole() const { return width == symbol->width; }
  friend bool operator==(const Field&, const Field&) = default;
};
Field whole(const Symbol& symbol);
std::string to_string(const Field& field);

class Expr;

struct Literal {
  bool value = false;
  friend bool operator==(const Literal&, const Literal&) = default;
};
// field relation {terms}. Several terms only with == (any of them) and != (none of them). A test
// of one bit is always == 1, negated by a Not. Predicates are fields of one bit.
struct Comparison {
  Field field;
  Relation relation = Relation::kEq;
  std::vector<Term> terms;
  friend bool operator==(const Comparison&, const Comparison&) = default;
};
// is_chassis_resident("port")
struct Resident {
  std::string port;
  friend bool operator==(const Resident&, const Resident&) = default;
};
struct ExprNode;

// Deep equality. Copies share the tree. Nesting is limited by the parser, so recursion over an
// expression is safe.
class Expr {
 public:
  Expr();  // the literal 0
  explicit Expr(ExprNode node);
  const ExprNode& node() const { return *node_; }
  friend bool operator==(const Expr& a, const Expr& b);

 private:
  std::shared_ptr<const ExprNode> node_;
};

// operand is neither a Literal nor a Not.
struct Not {
  Expr operand;
  friend bool operator==(const Not&, const Not&) = default;
};
// Two operands or more, none an And (an Or, for Or).
struct And {
  std::vector<Expr> operands;
  friend bool operator==(const And&, const And&) = default;
};
struct Or {
  std::vector<Expr> operands;
  friend bool operator==(const Or&, const Or&) = default;
};

struct ExprNode : std::variant<Literal, Comparison, Resident, Not, And, Or> {
  using variant::variant;
};

// These keep the invariants above.
Expr literal(bool value);
Expr negate(const Expr& operand);
Expr all_of(std::vector<Expr> operands);
Expr any_of(std::vector<Expr> operands);

// Canonical text: parsing it gives an equal expression.
std::string to_string(const Expr& expr);

// The names of rows that an expression's meaning depends on.
struct References {
  Set<std::string> ports;         // inport, outport
  Set<std::string> residents;     // is_chassis_resident
  Set<std::string> port_groups;   // @name
  Set<std::string> address_sets;  // $name
  friend bool operator==(const References&, const References&) = default;
};
References references(const Expr& expr);

}  // namespace mooring::expr

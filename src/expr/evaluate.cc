#include "expr/evaluate.h"

#include <algorithm>

#include "expr/parser.h"

namespace mooring::expr {
namespace {

bool compare(U128 value, Relation relation, const Constant& constant) {
  switch (relation) {
    case Relation::kEq:
      return (value & constant.mask) == constant.value;
    case Relation::kNe:
      return (value & constant.mask) != constant.value;
    case Relation::kLt:
      return value < constant.value;
    case Relation::kLe:
      return value <= constant.value;
    case Relation::kGt:
      return value > constant.value;
    case Relation::kGe:
      return value >= constant.value;
  }
  return false;
}

Relation inverse(Relation relation) {
  switch (relation) {
    case Relation::kEq:
      return Relation::kNe;
    case Relation::kNe:
      return Relation::kEq;
    case Relation::kLt:
      return Relation::kGe;
    case Relation::kLe:
      return Relation::kGt;
    case Relation::kGt:
      return Relation::kLe;
    case Relation::kGe:
      return Relation::kLt;
  }
  return relation;
}

// Negation goes down to the comparisons, so that prerequisites are never negated.
class Evaluator {
 public:
  Evaluator(const Packet& packet, const Scope& scope) : packet_(packet), scope_(scope) {}

  bool holds(const Expr& expr, bool negated) const {
    return std::visit([&](const auto& node) { return visit(node, negated); }, expr.node());
  }

 private:
  bool visit(const Literal& node, bool negated) const { return node.value != negated; }
  bool visit(const Resident& node, bool negated) const {
    return scope_.is_resident(node.port) != negated;
  }
  bool visit(const Not& node, bool negated) const { return holds(node.operand, !negated); }
  bool visit(const And& node, bool negated) const {
    return junction(node.operands, negated, negated);
  }
  bool visit(const Or& node, bool negated) const {
    return junction(node.operands, !negated, negated);
  }

  // Whether any (when `any`), or else all, of the operands hold.
  bool junction(const std::vector<Expr>& operands, bool any, bool negated) const {
    const auto test = [&](const Expr& operand) { return holds(operand, negated); };
    return any ? std::any_of(operands.begin(), operands.end(), test)
               : std::all_of(operands.begin(), operands.end(), test);
  }

  bool holds(std::string_view text) const {
    return text.empty() || holds(parse(text).value(), false);
  }

  bool visit(const Comparison& node, bool negated) const {
    const Symbol& symbol = *node.field.symbol;
    if (symbol.kind == SymbolKind::kPredicate) return holds(symbol.expansion) != negated;
    if (!holds(symbol.prerequisite)) return false;
    const Relation relation = negated ? inverse(node.relation) : node.relation;
    const auto test = [&](const Term& term) {
      return std::visit([&](const auto& t) { return term_holds(node.field, relation, t); }, term);
    };
    // An unknown name is never out-voted: the whole comparison is false.
    const auto known = [&](const Term& term) {
      const auto* set = std::get_if<AddressSetRef>(&term);
      return set == nullptr || relation != Relation::kNe ||
             scope_.address_set(set->name) != nullptr;
    };
    if (relation != Relation::kNe) return std::any_of(node.terms.begin(), node.terms.end(), test);
    return std::all_of(node.terms.begin(), node.terms.end(), known) &&
           std::all_of(node.terms.begin(), node.terms.end(), test);
  }

  bool term_holds(const Field& field, Relation relation, const Constant& constant) const {
    return compare(value_of(field, packet_), relation, constant);
  }
  bool term_holds(const Field& field, Relation, const StringConstant& name) const {
    const auto port = scope_.port(name.text);
    return port && is_port(field, *port);
  }
  bool term_holds(const Field& field, Relation, const PortGroupRef& group) const {
    const auto ports = scope_.port_group(group.name);
    return std::any_of(ports.begin(), ports.end(),
                       [&](const PortKey& port) { return is_port(field, port); });
  }
  bool term_holds(const Field& field, Relation relation, const AddressSetRef& ref) const {
    const auto set = scope_.address_set(ref.name);
    if (set == nullptr) return false;
    const bool inside =
        std::any_of(set->members.begin(), set->members.end(), [&](const Constant& member) {
          const auto fitted = member_for(field, member);
          return fitted && compare(value_of(field, packet_), Relation::kEq, *fitted);
        });
    return inside == (relation == Relation::kEq);
  }

  bool is_port(const Field& field, const PortKey& port) const {
    return value_of(field, packet_) == port.key &&
           (!port.datapath || packet_.get(Var::kMetadata) == *port.datapath);
  }

  const Packet& packet_;
  const Scope& scope_;
};

}  // namespace

U128 value_of(const Field& field, const Packet& packet) {
  const Symbol& symbol = *field.symbol;
  const unsigned parts =
      symbol.width > 32 && symbol.var >= reg(0) && symbol.var <= reg(15) ? symbol.width / 32 : 1;
  U128 value = packet.get(symbol.var);
  for (unsigned i = 1; i < parts; ++i) {
    value = value << 32 | packet.get(static_cast<Var>(static_cast<unsigned>(symbol.var) + i));
  }
  return value >> symbol.offset >> field.low & low_ones(field.width);
}

bool evaluate(const Expr& expr, const Packet& packet, const Scope& scope) {
  return Evaluator(packet, scope).holds(expr, false);
}

}  // namespace mooring::expr

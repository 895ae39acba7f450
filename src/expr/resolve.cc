#include "expr/resolve.h"

#include <map>

#include "expr/parser.h"
#include "expr/vars.h"

namespace mooring::expr {
namespace {

bool is_register(Var var) { return var >= reg(0) && var <= reg(15); }

// Registers that a symbol spans.
unsigned parts_of(const Symbol& symbol) {
  return is_register(symbol.var) && symbol.width > 32 ? symbol.width / 32 : 1;
}

class Resolver {
 public:
  Resolver(Formulas& formulas, const Scope& scope, bool open)
      : formulas_(formulas), scope_(scope), open_(open) {}

  Formula resolve(const Expr& expr, bool negated) {
    return std::visit([&](const auto& node) { return visit(node, negated); }, expr.node());
  }

 private:
  Formula visit(const Literal& node, bool negated) { return Formula::of(node.value != negated); }
  Formula visit(const Resident& node, bool negated) {
    return Formula::of(scope_.is_resident(node.port) != negated);
  }
  Formula visit(const Not& node, bool negated) { return resolve(node.operand, !negated); }
  Formula visit(const And& node, bool negated) {
    auto operands = each(node.operands, negated);
    return negated ? formulas_.any(std::move(operands)) : formulas_.all(std::move(operands));
  }
  Formula visit(const Or& node, bool negated) {
    auto operands = each(node.operands, negated);
    return negated ? formulas_.all(std::move(operands)) : formulas_.any(std::move(operands));
  }
  std::vector<Formula> each(const std::vector<Expr>& operands, bool negated) {
    std::vector<Formula> out;
    out.reserve(operands.size());
    for (const Expr& operand : operands) out.push_back(resolve(operand, negated));
    return out;
  }

  // What a symbol's prerequisite or expansion says. The parser sees to it that only predicates
  // without prerequisites are ever negated.
  Formula meaning(std::string_view text, bool negated) {
    if (text.empty()) return Formula::of(!negated);
    const auto [it, fresh] = meanings_.try_emplace({text.data(), negated});
    if (fresh) it->second = resolve(parse(text).value(), negated);
    return it->second;
  }

  Formula visit(const Comparison& node, bool negated) {
    const Symbol& symbol = *node.field.symbol;
    if (symbol.kind == SymbolKind::kPredicate) return meaning(symbol.expansion, negated);
    return formulas_.all({meaning(symbol.prerequisite, false), test(node, negated)});
  }

  Formula test(const Comparison& node, bool negated) {
    const bool equal = (node.relation == Relation::kEq) != negated;
    if (node.relation != Relation::kEq && node.relation != Relation::kNe) {
      return ordered(node, negated);
    }
    return equal ? any_of_terms(node) : none_of_terms(node);
  }

  Formula any_of_terms(const Comparison& node) {
    std::vector<Formula> out;
    std::vector<Pattern> patterns;
    for (const Term& term : node.terms) {
      if (const auto* constant = std::get_if<Constant>(&term)) {
        patterns.push_back(pattern(node.field, *constant));
      } else if (const auto* port = std::get_if<StringConstant>(&term)) {
        const auto key = scope_.port(port->text);
        if (key) out.push_back(is_port(node.field, *key));
      } else if (const auto* group = std::get_if<PortGroupRef>(&term)) {
        out.push_back(in_group(node.field, *group));
      } else {
        out.push_back(in_set(node.field, std::get<AddressSetRef>(term), patterns));
      }
    }
    out.push_back(of_field(node.field, Values::of(std::move(patterns))));
    return formulas_.any(std::move(out));
  }

  // Only integers are tested like this.
  Formula none_of_terms(const Comparison& node) {
    std::vector<Pattern> patterns;
    for (const Term& term : node.terms) {
      if (const auto* constant = std::get_if<Constant>(&term)) {
        patterns.push_back(pattern(node.field, *constant));
      } else if (!append_members(node.field, std::get<AddressSetRef>(term), patterns)) {
        return Formula::of(false);
      }
    }
    const Values inside = Values::of(std::move(patterns));
    return of_field(node.field, formulas_.complement_of(inside, node.field.width));
  }

  Formula ordered(const Comparison& node, bool negated) {
    const U128 bound = std::get<Constant>(node.terms[0]).value;
    const U128 last = low_ones(node.field.width);
    Relation relation = node.relation;
    if (negated) {
      relation = relation == Relation::kLt   ? Relation::kGe
                 : relation == Relation::kLe ? Relation::kGt
                 : relation == Relation::kGt ? Relation::kLe
                                             : Relation::kLt;
    }
    const auto range = [&](U128 from, U128 to) {
      return of_field(node.field, Values::range(from, to, node.field.width));
    };
    switch (relation) {
      case Relation::kLt:
        return bound == 0 ? Formula::of(false) : range(0, bound - 1);
      case Relation::kLe:
        return range(0, bound);
      case Relation::kGt:
        return bound == last ? Formula::of(false) : range(bound + 1, last);
      default:
        return range(bound, last);
    }
  }

  Formula is_port(const Field& field, const PortKey& port) {
    const Formula key =
        Formula::leaf(field.symbol->var, Values::of({Pattern{port.key, low_ones(32)}}));
    if (!port.datapath) return key;
    return formulas_.all(
        {key, Formula::leaf(Var::kMetadata, Values::of({Pattern{*port.datapath, low_ones(64)}}))});
  }

  Formula in_group(const Field& field, const PortGroupRef& group) {
    if (open_) return Formula::member({false, group.name, field});
    std::vector<Formula> out;
    for (const PortKey& port : scope_.port_group(group.name)) out.push_back(is_port(field, port));
    return formulas_.any(std::move(out));
  }

  Formula in_set(const Field& field, const AddressSetRef& set, std::vector<Pattern>& patterns) {
    const bool slot = open_ && parts_of(*field.symbol) == 1 && is_maskable(field.symbol->var);
    if (slot) return Formula::member({true, set.name, field});
    append_members(field, set, patterns);
    return Formula::of(false);
  }

  // False when there is no such set.
  bool append_members(const Field& field, const AddressSetRef& ref,
                      std::vector<Pattern>& patterns) {
    const auto set = scope_.address_set(ref.name);
    if (set == nullptr) return false;
    for (const Constant& member : set->members) {
      if (const auto fitted = member_for(field, member))
        patterns.push_back(pattern(field, *fitted));
    }
    return true;
  }

  static Pattern pattern(const Field& field, const Constant& constant) {
    return {constant.value, constant.mask & low_ones(field.width)};
  }

  // A field's values as a test of the variables behind it.
  Formula of_field(const Field& field, const Values& values) {
    const Symbol& symbol = *field.symbol;
    const unsigned parts = parts_of(symbol);
    const Values placed = values.shifted(symbol.offset + field.low);
    if (parts == 1) return Formula::leaf(symbol.var, placed);
    std::vector<Formula> out;
    for (const Pattern& p : placed.patterns()) {
      std::vector<Formula> words;
      for (unsigned i = 0; i < parts; ++i) {
        const unsigned shift = 32 * (parts - 1 - i);
        const Pattern word{p.value >> shift & low_ones(32), p.mask >> shift & low_ones(32)};
        words.push_back(Formula::leaf(static_cast<Var>(static_cast<unsigned>(symbol.var) + i),
                                      Values::of({word})));
      }
      out.push_back(formulas_.all(std::move(words)));
    }
    return formulas_.any(std::move(out));
  }

  Formulas& formulas_;
  const Scope& scope_;
  bool open_;
  // By the text's address: symbols are of static lifetime.
  std::map<std::pair<const char*, bool>, Formula> meanings_;
};

}  // namespace

bool is_maskable(Var var) { return openflow::info(info(var).field).maskable; }

Formula resolve(Formulas& formulas, const Expr& expr, const Scope& scope, bool open) {
  return Resolver(formulas, scope, open).resolve(expr, false);
}

}  // namespace mooring::expr

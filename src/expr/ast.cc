#include "expr/ast.h"

#include <fmt/format.h>

#include "base/address.h"

namespace mooring::expr {
namespace {

std::string hex(U128 value) {
  if (high_half(value) == 0) return fmt::format("{:#x}", low_half(value));
  return fmt::format("{:#x}{:016x}", high_half(value), low_half(value));
}

std::string number(U128 value, Form form) {
  switch (form) {
    case Form::kIp4:
      return Ip4(static_cast<std::uint32_t>(value)).to_string();
    case Form::kIp6:
      return Ip6(high_half(value), low_half(value)).to_string();
    case Form::kMac:
      return Mac(low_half(value)).to_string();
    case Form::kDecimal:
      if (high_half(value) == 0) return std::to_string(low_half(value));
      [[fallthrough]];
    case Form::kHex:
      return hex(value);
  }
  return {};
}

// The length of a mask that is a prefix of width bits; nullopt for another.
std::optional<unsigned> prefix_length(U128 mask, unsigned width) {
  const U128 host = ~mask & low_ones(width);
  if ((host & (host + 1)) != 0) return std::nullopt;
  return width - bit_length(host);
}

std::string quote(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

struct TermPrinter {
  std::string operator()(const Constant& constant) const { return to_string(constant); }
  std::string operator()(const StringConstant& constant) const { return quote(constant.text); }
  std::string operator()(const AddressSetRef& set) const { return "$" + set.name; }
  std::string operator()(const PortGroupRef& group) const { return "@" + group.name; }
};

// A comparison that is printed as the bare name of its field.
bool is_bare(const Comparison& cmp) {
  if (cmp.field.width != 1 || cmp.relation != Relation::kEq || cmp.terms.size() != 1) return false;
  const auto* constant = std::get_if<Constant>(&cmp.terms[0]);
  return constant != nullptr && !constant->masked && constant->value == 1;
}

struct Printer {
  std::string& out;

  void operator()(const Literal& node) { out += node.value ? '1' : '0'; }
  void operator()(const Resident& node) {
    out += "is_chassis_resident(";
    out += quote(node.port);
    out += ')';
  }
  void operator()(const Comparison& node) {
    out += to_string(node.field);
    if (is_bare(node)) return;
    out += fmt::format(" {} ", to_string(node.relation));
    const bool set = node.terms.size() != 1;
    if (set) out += '{';
    for (std::size_t i = 0; i < node.terms.size(); ++i) {
      if (i != 0) out += ", ";
      out += to_string(node.terms[i]);
    }
    if (set) out += '}';
  }
  void operator()(const Not& node) {
    const auto* cmp = std::get_if<Comparison>(&node.operand.node());
    const bool atom =
        std::holds_alternative<Resident>(node.operand.node()) || (cmp != nullptr && is_bare(*cmp));
    out += atom ? "!" : "!(";
    print(node.operand);
    if (!atom) out += ')';
  }
  void operator()(const And& node) { join(node.operands, " && "); }
  void operator()(const Or& node) { join(node.operands, " || "); }

  void print(const Expr& expr) { std::visit(*this, expr.node()); }
  void join(const std::vector<Expr>& operands, std::string_view with) {
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (i != 0) out += with;
      const bool group = std::holds_alternative<And>(operands[i].node()) ||
                         std::holds_alternative<Or>(operands[i].node());
      if (group) out += '(';
      print(operands[i]);
      if (group) out += ')';
    }
  }
};

struct Collector {
  References& out;

  void operator()(const Literal&) {}
  void operator()(const Resident& node) { out.residents.insert(node.port); }
  void operator()(const Comparison& node) {
    for (const Term& term : node.terms) {
      if (const auto* port = std::get_if<StringConstant>(&term)) out.ports.insert(port->text);
      if (const auto* set = std::get_if<AddressSetRef>(&term)) out.address_sets.insert(set->name);
      if (const auto* group = std::get_if<PortGroupRef>(&term)) out.port_groups.insert(group->name);
    }
  }
  void operator()(const Not& node) { std::visit(*this, node.operand.node()); }
  void operator()(const And& node) { each(node.operands); }
  void operator()(const Or& node) { each(node.operands); }
  void each(const std::vector<Expr>& operands) {
    for (const Expr& operand : operands) std::visit(*this, operand.node());
  }
};

template <class Node>
Expr combine(std::vector<Expr> operands, bool empty) {
  if (operands.empty()) return literal(empty);
  if (operands.size() == 1) return operands[0];
  std::vector<Expr> flat;
  flat.reserve(operands.size());
  for (Expr& operand : operands) {
    if (const auto* same = std::get_if<Node>(&operand.node())) {
      flat.insert(flat.end(), same->operands.begin(), same->operands.end());
    } else {
      flat.push_back(std::move(operand));
    }
  }
  return Expr(Node{std::move(flat)});
}

}  // namespace

std::string_view to_string(Relation relation) {
  switch (relation) {
    case Relation::kEq:
      return "==";
    case Relation::kNe:
      return "!=";
    case Relation::kLt:
      return "<";
    case Relation::kLe:
      return "<=";
    case Relation::kGt:
      return ">";
    case Relation::kGe:
      return ">=";
  }
  return "";
}

std::string to_string(const Constant& constant) {
  std::string out = number(constant.value, constant.form);
  if (!constant.masked) return out;
  if (constant.form == Form::kIp4 || constant.form == Form::kIp6) {
    const unsigned width = constant.form == Form::kIp4 ? 32 : 128;
    if (const auto length = prefix_length(constant.mask, width)) {
      return fmt::format("{}/{}", out, *length);
    }
  }
  return out + '/' + number(constant.mask, constant.form);
}

std::string to_string(const Term& term) { return std::visit(TermPrinter{}, term); }

Field whole(const Symbol& symbol) { return Field{&symbol, 0, symbol.width}; }

std::string to_string(const Field& field) {
  if (field.is_whole()) return std::string(field.symbol->name);
  if (field.width == 1) return fmt::format("{}[{}]", field.symbol->name, field.low);
  return fmt::format("{}[{}..{}]", field.symbol->name, field.low, field.low + field.width - 1);
}

Expr::Expr() : Expr(ExprNode(Literal{false})) {}
Expr::Expr(ExprNode node) : node_(std::make_shared<const ExprNode>(std::move(node))) {}

bool operator==(const Expr& a, const Expr& b) { return a.node_ == b.node_ || *a.node_ == *b.node_; }

Expr literal(bool value) { return Expr(Literal{value}); }

Expr negate(const Expr& operand) {
  if (const auto* node = std::get_if<Literal>(&operand.node())) return literal(!node->value);
  if (const auto* node = std::get_if<Not>(&operand.node())) return node->operand;
  return Expr(Not{operand});
}

Expr all_of(std::vector<Expr> operands) { return combine<And>(std::move(operands), true); }
Expr any_of(std::vector<Expr> operands) { return combine<Or>(std::move(operands), false); }

std::string to_string(const Expr& expr) {
  std::string out;
  Printer{out}.print(expr);
  return out;
}

References references(const Expr& expr) {
  References out;
  std::visit(Collector{out}, expr.node());
  return out;
}

}  // namespace mooring::expr

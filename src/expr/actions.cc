#include "expr/actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "expr/lexer.h"

namespace mooring::expr {
namespace {

std::string text_of(const StringConstant& constant) { return to_string(Term(constant)); }

template <class... Ts>
std::string value_text(const std::variant<Ts...>& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, StringConstant>)
          return text_of(v);
        else if constexpr (std::is_same_v<T, Word>)
          return v.text;
        else
          return to_string(v);
      },
      value);
}

struct Printer {
  std::string operator()(const Next& node) const {
    if (!node.pipeline.empty() && node.stage) {
      return fmt::format("next(pipeline={}, table={});", node.pipeline, *node.stage);
    }
    if (!node.pipeline.empty()) return fmt::format("next(pipeline={});", node.pipeline);
    return node.stage ? fmt::format("next({});", *node.stage) : "next;";
  }
  std::string operator()(const Output&) const { return "output;"; }
  std::string operator()(const CtNext&) const { return "ct_next;"; }
  std::string operator()(const CtClear&) const { return "ct_clear;"; }
  std::string operator()(const DecrementTtl&) const { return "ip.ttl--;"; }
  std::string operator()(const Assign& node) const {
    return fmt::format("{} = {};", to_string(node.target), value_text(node.value));
  }
  std::string operator()(const Exchange& node) const {
    return fmt::format("{} <-> {};", to_string(node.a), to_string(node.b));
  }
  std::string operator()(const CtCommit& node) const {
    if (node.assignments.empty()) return "ct_commit;";
    std::string out = "ct_commit { ";
    for (const Assign& assign : node.assignments) out += (*this)(assign) + " ";
    return out + "};";
  }
  std::string operator()(const Clone& node) const { return "clone " + body(node.body); }
  std::string operator()(const Call& node) const {
    std::string out = node.result ? to_string(*node.result) + " = " : "";
    out += node.name;
    if (!node.arguments.empty() || !node.has_body) out += arguments(node.arguments);
    return node.has_body ? out + " " + body(node.body) : out + ";";
  }

  static std::string arguments(const std::vector<Argument>& all) {
    std::string out = "(";
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i != 0) out += ", ";
      if (!all[i].key.empty()) out += all[i].key + "=";
      out += value_text(all[i].value);
    }
    return out + ")";
  }
  static std::string body(const ActionList& actions) {
    return actions.empty() ? "{ };" : "{ " + to_string(actions) + " };";
  }
};

void require(const Field& field, std::vector<Expr>& out) {
  // The symbols' own texts are correct: symbols_test holds them to it.
  if (!field.symbol->prerequisite.empty()) out.push_back(parse(field.symbol->prerequisite).value());
}

struct Requirements {
  std::vector<Expr>& out;

  template <class T>
  void operator()(const T&) {}
  void operator()(const DecrementTtl&) { out.push_back(parse("ip").value()); }
  void operator()(const CtNext&) { out.push_back(parse("ip").value()); }
  void operator()(const Assign& node) {
    require(node.target, out);
    if (const auto* source = std::get_if<Field>(&node.value)) require(*source, out);
  }
  void operator()(const Exchange& node) {
    require(node.a, out);
    require(node.b, out);
  }
  void operator()(const CtCommit& node) {
    out.push_back(parse("ip").value());
    for (const Assign& assign : node.assignments) (*this)(assign);
  }
  void operator()(const Clone& node) { each(node.body); }
  void operator()(const Call& node) {
    if (node.result) require(*node.result, out);
    for (const Argument& argument : node.arguments) {
      if (const auto* field = std::get_if<Field>(&argument.value)) require(*field, out);
    }
  }
  void each(const ActionList& actions) {
    for (const Action& action : actions) std::visit(*this, action.node);
  }
};

struct Ports {
  Set<std::string>& out;

  template <class T>
  void operator()(const T&) {}
  void operator()(const Assign& node) {
    const auto* name = std::get_if<StringConstant>(&node.value);
    if (name != nullptr && !name->text.empty()) out.insert(name->text);
  }
  void operator()(const Clone& node) { each(node.body); }
  void operator()(const Call& node) { each(node.body); }
  void each(const ActionList& actions) {
    for (const Action& action : actions) std::visit(*this, action.node);
  }
};

}  // namespace

bool operator==(const Clone& a, const Clone& b) { return a.body == b.body; }
bool operator==(const Call& a, const Call& b) {
  return a.name == b.name && a.arguments == b.arguments && a.result == b.result &&
         a.body == b.body && a.has_body == b.has_body;
}

std::string to_string(const ActionList& actions) {
  std::string out;
  for (const Action& action : actions) {
    if (!out.empty()) out += ' ';
    out += std::visit(Printer{}, action.node);
  }
  return actions.empty() ? "drop;" : out;
}

Expr prerequisites(const ActionList& actions) {
  std::vector<Expr> all;
  Requirements{all}.each(actions);
  std::vector<Expr> once;
  for (Expr& expr : all) {
    if (std::find(once.begin(), once.end(), expr) == once.end()) once.push_back(std::move(expr));
  }
  return all_of(std::move(once));
}

Set<std::string> ports_of(const ActionList& actions) {
  Set<std::string> out;
  Ports{out}.each(actions);
  return out;
}

}  // namespace mooring::expr

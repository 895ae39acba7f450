// The action language of Logical_Flow.actions and of our own Pipeline rows: text to values.
//
//   next; next(5); next(pipeline=egress, table=5); output; drop; ct_next; ct_clear; ip.ttl--;
//   reg0[0] = 1; eth.dst = eth.src; outport = "vif1"; eth.src <-> eth.dst;
//   ct_commit { ct_mark = 1/1; ct_label = 0; }; clone { ... };
//   name; name(argument, key=argument); field = name(argument); name { ... }; name(...) { ... };
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "expr/ast.h"
#include "expr/parser.h"

namespace mooring::expr {

// A name that is no symbol, as in severity=info.
struct Word {
  std::string text;
  friend bool operator==(const Word&, const Word&) = default;
};

struct Argument {
  std::string key;  // empty when positional
  std::variant<Field, Constant, StringConstant, Word> value;
  friend bool operator==(const Argument&, const Argument&) = default;
};

struct Next {
  std::optional<std::uint8_t> stage;  // the following one when absent
  std::string pipeline;               // "ingress", "egress", or empty for the row's own
  friend bool operator==(const Next&, const Next&) = default;
};
struct Output {
  friend bool operator==(const Output&, const Output&) = default;
};
struct CtNext {
  friend bool operator==(const CtNext&, const CtNext&) = default;
};
struct CtClear {
  friend bool operator==(const CtClear&, const CtClear&) = default;
};
struct DecrementTtl {
  friend bool operator==(const DecrementTtl&, const DecrementTtl&) = default;
};
// Types fit: a string to a string field, a constant that fits, a field of the same width.
struct Assign {
  Field target;
  std::variant<Constant, StringConstant, Field> value;
  friend bool operator==(const Assign&, const Assign&) = default;
};
struct Exchange {
  Field a, b;
  friend bool operator==(const Exchange&, const Exchange&) = default;
};
// Assignments are to ct_mark, ct_label or bits of them.
struct CtCommit {
  std::vector<Assign> assignments;
  friend bool operator==(const CtCommit&, const CtCommit&) = default;
};

struct Action;
struct Clone {
  std::vector<Action> body;
  friend bool operator==(const Clone&, const Clone&);
};
// Whatever has no form of its own above: one of the scope's functions.
struct Call {
  std::string name;
  std::vector<Argument> arguments;
  std::optional<Field> result;  // "result = name(...)"
  std::vector<Action> body;     // "name { ... }"
  bool has_body = false;
  friend bool operator==(const Call&, const Call&);
};
struct Action {
  std::variant<Next, Output, CtNext, CtClear, DecrementTtl, Assign, Exchange, CtCommit, Clone, Call>
      node;
  friend bool operator==(const Action&, const Action&) = default;
};
// Empty: drop.
using ActionList = std::vector<Action>;

// Empty text and "drop;" give an empty list.
tl::expected<ActionList, SyntaxError> parse_actions(std::string_view text);
// Canonical text: parsing it gives an equal list.
std::string to_string(const ActionList& actions);

// What must hold of a packet so that the actions can be done: the prerequisites of the fields that
// they name. A row's match is anded with it.
Expr prerequisites(const ActionList& actions);

// Names of ports in strings assigned to inport and outport.
Set<std::string> ports_of(const ActionList& actions);

}  // namespace mooring::expr

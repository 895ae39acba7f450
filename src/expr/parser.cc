#include "expr/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "expr/fields.h"

namespace mooring::expr {
namespace {

// Constants as they stand beside a relation, with their places.
struct Terms {
  std::vector<Term> terms;
  std::vector<std::size_t> positions;
  bool braces = false;
};

std::optional<Relation> relation_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEq:
      return Relation::kEq;
    case TokenKind::kNe:
      return Relation::kNe;
    case TokenKind::kLt:
      return Relation::kLt;
    case TokenKind::kLe:
      return Relation::kLe;
    case TokenKind::kGt:
      return Relation::kGt;
    case TokenKind::kGe:
      return Relation::kGe;
    default:
      return std::nullopt;
  }
}

// The relation with its sides exchanged.
Relation turned(Relation relation) {
  switch (relation) {
    case Relation::kLt:
      return Relation::kGt;
    case Relation::kLe:
      return Relation::kGe;
    case Relation::kGt:
      return Relation::kLt;
    case Relation::kGe:
      return Relation::kLe;
    default:
      return relation;
  }
}

bool is_upward(Relation r) { return r == Relation::kLt || r == Relation::kLe; }
bool is_downward(Relation r) { return r == Relation::kGt || r == Relation::kGe; }
bool is_equality(Relation r) { return r == Relation::kEq || r == Relation::kNe; }

bool is_term(TokenKind kind) {
  return kind == TokenKind::kInteger || kind == TokenKind::kString ||
         kind == TokenKind::kAddressSet || kind == TokenKind::kPortGroup;
}

// A comparison's check of types. `negated` says whether an odd number of negations stand around.
class Checker {
 public:
  Checker(const Field& field, std::size_t position, bool negated)
      : field_(field), position_(position), negated_(negated) {}

  Parsed<Expr> check(Relation relation, Terms terms) const {
    if (!is_equality(relation)) {
      if (auto error = check_order(relation, terms)) return tl::unexpected(*error);
    }
    for (std::size_t i = 0; i < terms.terms.size(); ++i) {
      if (auto error = check_term(terms.terms[i], terms.positions[i]))
        return tl::unexpected(*error);
    }
    const SymbolKind kind = field_.symbol->kind;
    if (kind == SymbolKind::kPredicate) return predicate(relation, terms);
    const bool positive = (relation == Relation::kEq) != negated_;
    if (field_.symbol->level == Level::kNominal && !positive) {
      return fail_at(position_,
                     fmt::format("{0} can only be tested for equality, and not in the negative: "
                                 "OpenFlow has no match for everything but one {0}",
                                 to_string(field_)));
    }
    if (auto truth = one_bit(relation, terms)) return *truth;
    return Expr(Comparison{field_, relation, std::move(terms.terms)});
  }

 private:
  using Problem = std::optional<SyntaxError>;

  Problem check_order(Relation relation, const Terms& terms) const {
    const std::string sign(to_string(relation));
    if (field_.symbol->level != Level::kOrdinal) {
      return problem(position_, fmt::format("{} has no order: only == and != can follow, not {}",
                                            to_string(field_), sign));
    }
    const auto* constant = std::get_if<Constant>(&terms.terms[0]);
    if (terms.braces || terms.terms.size() != 1 || constant == nullptr) {
      return problem(terms.positions[0],
                     fmt::format("{} takes one number: sets go with == and != only", sign));
    }
    if (constant->masked) {
      return problem(
          terms.positions[0],
          fmt::format("{} takes a number without a mask: compare bits of the field, as in "
                      "field[0..7], instead",
                      sign));
    }
    return std::nullopt;
  }

  Problem check_term(Term& term, std::size_t position) const {
    if (auto* constant = std::get_if<Constant>(&term)) return check_constant(*constant, position);
    const bool names_port = !std::holds_alternative<AddressSetRef>(term);
    if (names_port && !field_.is_string()) {
      const bool group = std::holds_alternative<PortGroupRef>(term);
      return problem(position, fmt::format("{} is compared with numbers, not with a {}",
                                           to_string(field_), group ? "port group" : "string"));
    }
    if (names_port) return std::nullopt;
    if (field_.is_string() || field_.symbol->kind == SymbolKind::kPredicate) {
      return problem(position,
                     fmt::format("{} can't be compared with an address set", to_string(field_)));
    }
    return std::nullopt;
  }

  Problem check_constant(Constant& constant, std::size_t position) const {
    if (field_.is_string()) {
      return problem(position,
                     fmt::format("{} is compared with a quoted name or @group, not with {}",
                                 to_string(field_), to_string(constant)));
    }
    const auto fitted = fit(field_, constant, position);
    if (!fitted) return fitted.error();
    constant = *fitted;
    if (constant.masked && field_.symbol->level != Level::kOrdinal) {
      return problem(position,
                     fmt::format("{} is matched as a whole: it takes no mask", to_string(field_)));
    }
    return std::nullopt;
  }

  static Problem problem(std::size_t position, std::string message) {
    return SyntaxError{position, std::move(message)};
  }

  Expr truth(bool positive) const {
    const Expr test(Comparison{field_, Relation::kEq, {Constant{.value = 1}}});
    return positive ? test : negate(test);
  }

  // == 0, == 1 and the like of a field of one bit; nullopt for other comparisons.
  std::optional<Expr> one_bit(Relation relation, const Terms& terms) const {
    if (field_.width != 1 || !is_equality(relation) || terms.terms.size() != 1) return std::nullopt;
    const auto* constant = std::get_if<Constant>(&terms.terms[0]);
    if (constant == nullptr || constant->masked) return std::nullopt;
    return truth((constant->value == 1) == (relation == Relation::kEq));
  }

  Parsed<Expr> predicate(Relation relation, const Terms& terms) const {
    std::vector<Expr> tests;
    for (const Term& term : terms.terms) {
      const bool positive = (std::get<Constant>(term).value == 1) == (relation == Relation::kEq);
      if (field_.symbol->level == Level::kNominal && positive == negated_) {
        return fail_at(position_,
                       fmt::format("{0} can only be tested in the positive, as `{0}', not `!{0}': "
                                   "OpenFlow has no match for everything that isn't {0}",
                                   field_.symbol->name));
      }
      tests.push_back(truth(positive));
    }
    return relation == Relation::kEq ? any_of(std::move(tests)) : all_of(std::move(tests));
  }

  Field field_;
  std::size_t position_;
  bool negated_;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Parsed<Expr> parse() {
    auto out = parse_operators(false, 0);
    if (out && lexer_.peek().kind != TokenKind::kEnd) {
      return fail_expected(lexer_.peek(), "&&, || or the end");
    }
    return out;
  }

 private:
  // What a primary gives: atomic when ! may stand before it without parentheses.
  struct Primary {
    Expr expr;
    bool atomic = false;
  };

  Parsed<Expr> parse_operators(bool negated, int depth) {
    auto first = parse_not(negated, depth);
    const TokenKind op = lexer_.peek().kind;
    if (!first || (op != TokenKind::kAnd && op != TokenKind::kOr)) return first;
    std::vector<Expr> operands{std::move(*first)};
    while (lexer_.accept(op)) {
      auto next = parse_not(negated, depth);
      if (!next) return next;
      operands.push_back(std::move(*next));
    }
    const TokenKind after = lexer_.peek().kind;
    if (after == TokenKind::kAnd || after == TokenKind::kOr) {
      return fail_at(lexer_.peek().position, "&& and || need parentheses when used together");
    }
    return op == TokenKind::kAnd ? all_of(std::move(operands)) : any_of(std::move(operands));
  }

  Parsed<Expr> parse_not(bool negated, int depth) {
    const std::size_t position = lexer_.peek().position;
    if (!lexer_.accept(TokenKind::kNot)) {
      auto primary = parse_primary(negated, depth);
      if (!primary) return tl::unexpected(primary.error());
      return std::move(primary->expr);
    }
    auto primary = parse_primary(!negated, depth);
    if (!primary) return tl::unexpected(primary.error());
    if (!primary->atomic)
      return fail_at(position, "! before a comparison needs parentheses: !(...)");
    return negate(primary->expr);
  }

  Parsed<Primary> parse_primary(bool negated, int depth) {
    const Token& token = lexer_.peek();
    if (token.kind == TokenKind::kOpen) return parse_group(negated, depth);
    if (token.kind == TokenKind::kName) return parse_named(negated);
    if (is_term(token.kind) || token.kind == TokenKind::kOpenBrace) return parse_turned(negated);
    return fail_expected(token, "a field, a constant, ! or (");
  }

  Parsed<Primary> parse_group(bool negated, int depth) {
    const std::size_t position = lexer_.take().position;
    if (depth >= kMaxNesting) {
      return fail_at(position, fmt::format("parentheses nest deeper than {}", kMaxNesting));
    }
    auto inner = parse_operators(negated, depth + 1);
    if (!inner) return tl::unexpected(inner.error());
    if (lexer_.peek().kind != TokenKind::kClose)
      return fail_expected(lexer_.peek(), "&&, || or ')'");
    lexer_.take();
    return Primary{std::move(*inner), true};
  }

  Parsed<Primary> parse_resident() {
    if (!lexer_.accept(TokenKind::kOpen)) return fail_expected(lexer_.peek(), "'('");
    if (lexer_.peek().kind != TokenKind::kString) {
      return fail_expected(lexer_.peek(), "the quoted name of a port");
    }
    Resident node{lexer_.take().text};
    if (!lexer_.accept(TokenKind::kClose)) return fail_expected(lexer_.peek(), "')'");
    return Primary{Expr(std::move(node)), true};
  }

  // field, or field relation constants.
  Parsed<Primary> parse_named(bool negated) {
    const Token name = lexer_.take();
    if (name.text == "is_chassis_resident") return parse_resident();
    const auto field = parse_subfield(lexer_, name);
    if (!field) return tl::unexpected(field.error());
    const Checker checker(*field, name.position, negated);
    const auto relation = relation_of(lexer_.peek().kind);
    if (!relation) return parse_bare(*field, name, checker);
    lexer_.take();
    auto terms = parse_terms();
    if (!terms) return tl::unexpected(terms.error());
    if (relation_of(lexer_.peek().kind)) {
      return fail_at(lexer_.peek().position,
                     "a range is written 1 < field < 5, the field in the middle");
    }
    auto out = checker.check(*relation, std::move(*terms));
    if (!out) return tl::unexpected(out.error());
    return Primary{std::move(*out), false};
  }

  Parsed<Primary> parse_bare(const Field& field, const Token& name, const Checker& checker) {
    if (lexer_.peek().kind == TokenKind::kError) return fail_expected(lexer_.peek(), "");
    if (field.width != 1) {
      return fail_at(name.position,
                     fmt::format("{0} isn't one bit: say what it is compared with, as "
                                 "in {0} != {1}",
                                 to_string(field), field.is_string() ? "\"name\"" : "0"));
    }
    Terms one;
    one.terms.push_back(Constant{.value = 1});
    one.positions.push_back(name.position);
    auto out = checker.check(Relation::kEq, std::move(one));
    if (!out) return tl::unexpected(out.error());
    return Primary{std::move(*out), true};
  }

  // 0, 1, constants relation field, or a range.
  Parsed<Primary> parse_turned(bool negated) {
    const Token first = lexer_.peek();
    auto terms = parse_terms();
    if (!terms) return tl::unexpected(terms.error());
    const auto relation = relation_of(lexer_.peek().kind);
    if (!relation) return parse_literal(first, *terms);
    lexer_.take();
    if (lexer_.peek().kind != TokenKind::kName) return fail_expected(lexer_.peek(), "a field");
    const Token name = lexer_.take();
    const auto field = parse_subfield(lexer_, name);
    if (!field) return tl::unexpected(field.error());
    const Checker checker(*field, name.position, negated);
    auto out = checker.check(turned(*relation), std::move(*terms));
    if (!out) return tl::unexpected(out.error());
    const auto second = relation_of(lexer_.peek().kind);
    if (!second) return Primary{std::move(*out), false};
    return parse_range(std::move(*out), *relation, *second, checker);
  }

  // The rest of 1 < field < 5, from the second relation on.
  Parsed<Primary> parse_range(Expr lower, Relation first, Relation second, const Checker& checker) {
    const std::size_t position = lexer_.take().position;
    const bool same_way =
        (is_upward(first) && is_upward(second)) || (is_downward(first) && is_downward(second));
    if (!same_way) {
      return fail_at(position,
                     "both relations of a range point the same way: 1 < field <= 5 or "
                     "5 >= field > 1");
    }
    auto terms = parse_terms();
    if (!terms) return tl::unexpected(terms.error());
    auto upper = checker.check(second, std::move(*terms));
    if (!upper) return tl::unexpected(upper.error());
    return Primary{all_of({std::move(lower), std::move(*upper)}), false};
  }

  Parsed<Primary> parse_literal(const Token& first, const Terms& terms) {
    const auto* constant = std::get_if<Constant>(&terms.terms[0]);
    const bool plain = !terms.braces && constant != nullptr && !constant->masked &&
                       constant->form == Form::kDecimal && constant->value <= 1;
    if (plain) return Primary{literal(constant->value == 1), true};
    if (lexer_.peek().kind == TokenKind::kError) return fail_expected(lexer_.peek(), "");
    return fail_at(first.position,
                   "a constant alone is no condition: only 0 (never) and 1 (always) are");
  }

  Parsed<Terms> parse_terms() {
    Terms out;
    if (!lexer_.accept(TokenKind::kOpenBrace)) {
      if (auto error = parse_term(out)) return tl::unexpected(*error);
      return out;
    }
    out.braces = true;
    do {
      if (auto error = parse_term(out)) return tl::unexpected(*error);
      lexer_.accept(TokenKind::kComma);
    } while (!lexer_.accept(TokenKind::kCloseBrace));
    return out;
  }

  std::optional<SyntaxError> parse_term(Terms& out) {
    if (!is_term(lexer_.peek().kind)) {
      const bool open = out.braces && !out.terms.empty();
      return fail_expected(lexer_.peek(), open ? "a constant or '}'" : "a constant").value();
    }
    Token token = lexer_.take();
    out.positions.push_back(token.position);
    if (token.kind == TokenKind::kInteger) {
      out.terms.emplace_back(token.constant);
    } else if (token.kind == TokenKind::kString) {
      out.terms.emplace_back(StringConstant{std::move(token.text)});
    } else if (token.kind == TokenKind::kAddressSet) {
      out.terms.emplace_back(AddressSetRef{std::move(token.text)});
    } else {
      out.terms.emplace_back(PortGroupRef{std::move(token.text)});
    }
    return std::nullopt;
  }

  Lexer lexer_;
};

}  // namespace

Error SyntaxError::error() const { return Error{fmt::format("at {}: {}", position, message)}; }

std::string SyntaxError::caret(std::string_view text) const {
  const std::size_t at = std::min(position, text.size());
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = std::min(text.find('\n', at), text.size());
  std::string out(text.substr(start, end - start));
  out += '\n';
  for (std::size_t i = start; i < at; ++i) {
    // Bytes that continue a UTF-8 character take no place of their own.
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) out += text[i] == '\t' ? '\t' : ' ';
  }
  return out + "^\n";
}

Parsed<Expr> parse(std::string_view text) {
  if (text.size() > kMaxText) {
    return fail_at(0, fmt::format("the text has {} bytes, {} at most", text.size(), kMaxText));
  }
  return Parser(text).parse();
}

}  // namespace mooring::expr

#include <fmt/format.h>

#include "expr/actions.h"
#include "expr/fields.h"

namespace mooring::expr {
namespace {

using Kind = TokenKind;

bool holds_connection(const Field& field) {
  return field.symbol->var == Var::kCtMark || field.symbol->var == Var::kCtLabel;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Parsed<ActionList> parse() {
    auto out = parse_list(Kind::kEnd, 0);
    if (out && lexer_.peek().kind != Kind::kEnd) return fail_expected(lexer_.peek(), "an action");
    return out;
  }

 private:
  // Actions up to a closing token, which is left; "drop;" alone is none.
  Parsed<ActionList> parse_list(Kind end, int depth) {
    ActionList out;
    if (lexer_.peek().kind == Kind::kName && lexer_.peek().text == "drop") {
      lexer_.take();
      if (auto error = semicolon()) return tl::unexpected(*error);
      if (lexer_.peek().kind != end) {
        return fail_at(lexer_.peek().position, "drop stands alone: nothing can follow it");
      }
      return out;
    }
    while (lexer_.peek().kind != end) {
      auto action = parse_action(depth);
      if (!action) return tl::unexpected(action.error());
      out.push_back(std::move(*action));
    }
    return out;
  }

  Parsed<Action> parse_action(int depth) {
    if (lexer_.peek().kind != Kind::kName) return fail_expected(lexer_.peek(), "an action");
    const Token name = lexer_.take();
    const Kind next = lexer_.peek().kind;
    if (name.text == "drop")
      return fail_at(name.position, "drop stands alone: nothing can precede it");
    if (next == Kind::kOpenBracket || next == Kind::kAssign || next == Kind::kExchange ||
        next == Kind::kDecrement) {
      return parse_change(name);
    }
    if (name.text == "next") return parse_next();
    if (name.text == "ct_commit") return parse_commit();
    if (name.text == "clone") return parse_clone(depth);
    if (next == Kind::kSemicolon) {
      if (name.text == "output") return simple(Output{});
      if (name.text == "ct_next") return simple(CtNext{});
      if (name.text == "ct_clear") return simple(CtClear{});
    }
    // Some functions bear a predicate's name: arp { ... }.
    const bool called = next == Kind::kOpen || next == Kind::kOpenBrace;
    if (!called && find_symbol(name.text) != nullptr) {
      return fail_expected(lexer_.peek(), "=, <-> or --");
    }
    return parse_call(name, std::nullopt, depth);
  }

  template <class T>
  Parsed<Action> simple(T node) {
    if (auto error = semicolon()) return tl::unexpected(*error);
    return Action{std::move(node)};
  }

  std::optional<SyntaxError> semicolon() {
    if (lexer_.accept(Kind::kSemicolon)) return std::nullopt;
    return fail_expected(lexer_.peek(), "';'").value();
  }

  Parsed<Action> parse_next() {
    Next next;
    if (lexer_.peek().kind != Kind::kOpen) return simple(next);
    const std::size_t position = lexer_.peek().position;
    const auto arguments = parse_arguments();
    if (!arguments) return tl::unexpected(arguments.error());
    for (const Argument& argument : *arguments) {
      const auto* word = std::get_if<Word>(&argument.value);
      const auto* number = std::get_if<Constant>(&argument.value);
      const bool table = argument.key.empty() || argument.key == "table";
      if (argument.key == "pipeline" && word != nullptr &&
          (word->text == "ingress" || word->text == "egress")) {
        next.pipeline = word->text;
      } else if (table && number != nullptr && !number->masked && number->value < 256) {
        next.stage = static_cast<std::uint8_t>(number->value);
      } else {
        return fail_at(position, "next takes (table) or (pipeline=ingress, table=5)");
      }
    }
    return simple(next);
  }

  // An assignment, an exchange or a decrement; the first name has been taken.
  Parsed<Action> parse_change(const Token& name) {
    const auto field = parse_subfield(lexer_, name);
    if (!field) return tl::unexpected(field.error());
    if (auto error = check_writable(*field, name.position)) return tl::unexpected(*error);
    if (lexer_.accept(Kind::kDecrement)) {
      if (name.text != "ip.ttl" || !field->is_whole()) {
        return fail_at(name.position, "only ip.ttl can be decremented");
      }
      return simple(DecrementTtl{});
    }
    if (lexer_.accept(Kind::kExchange)) return parse_exchange(*field);
    if (!lexer_.accept(Kind::kAssign)) return fail_expected(lexer_.peek(), "=, <-> or --");
    const Token value = lexer_.peek();
    if (value.kind == Kind::kName) {
      lexer_.take();
      if (lexer_.peek().kind == Kind::kOpen) return parse_call(value, *field, 0);
      return parse_copy(*field, value);
    }
    auto assign = parse_constant_value(*field);
    if (!assign) return tl::unexpected(assign.error());
    return simple(std::move(*assign));
  }

  std::optional<SyntaxError> check_writable(const Field& field, std::size_t position) const {
    if (field.symbol->writable) return std::nullopt;
    return SyntaxError{position,
                       fmt::format("{} can't be changed{}", field.symbol->name,
                                   holds_connection(field) ? " outside of ct_commit { }" : "")};
  }

  Parsed<Action> parse_exchange(const Field& a) {
    const auto b = parse_field("a field");
    if (!b) return tl::unexpected(b.error());
    if (auto error = check_writable(b->first, b->second)) return tl::unexpected(*error);
    if (auto error = check_widths(a, b->first, b->second)) return tl::unexpected(*error);
    return simple(Exchange{a, b->first});
  }

  Parsed<Action> parse_copy(const Field& target, const Token& name) {
    const auto source = parse_source(target, name);
    if (!source) return tl::unexpected(source.error());
    return simple(Assign{target, *source});
  }

  Parsed<Field> parse_source(const Field& target, const Token& name) {
    const auto source = parse_subfield(lexer_, name);
    if (!source) return tl::unexpected(source.error());
    if (source->symbol->kind == SymbolKind::kPredicate) {
      return fail_at(name.position, fmt::format("{} is a condition, not a field", name.text));
    }
    if (auto error = check_widths(target, *source, name.position)) return tl::unexpected(*error);
    return *source;
  }

  static std::optional<SyntaxError> check_widths(const Field& a, const Field& b,
                                                 std::size_t position) {
    if (a.is_string() == b.is_string() && a.width == b.width) return std::nullopt;
    const auto size = [](const Field& field) {
      return field.is_string() ? std::string("a port") : fmt::format("{} bits", field.width);
    };
    return SyntaxError{position, fmt::format("{} is {}, {} is {}: they must be alike", to_string(a),
                                             size(a), to_string(b), size(b))};
  }

  Parsed<Assign> parse_constant_value(const Field& target) {
    const Token value = lexer_.peek();
    if (value.kind == Kind::kString && target.is_string()) {
      lexer_.take();
      return Assign{target, StringConstant{value.text}};
    }
    if (value.kind != Kind::kInteger || target.is_string()) {
      return fail_expected(value,
                           target.is_string() ? "a quoted name or a field" : "a number or a field");
    }
    lexer_.take();
    const auto fitted = fit(target, value.constant, value.position);
    if (!fitted) return tl::unexpected(fitted.error());
    if (fitted->masked && target.symbol->level != Level::kOrdinal) {
      return fail_at(value.position,
                     fmt::format("{} is set as a whole: it takes no mask", to_string(target)));
    }
    return Assign{target, *fitted};
  }

  Parsed<std::pair<Field, std::size_t>> parse_field(std::string_view wanted) {
    if (lexer_.peek().kind != Kind::kName) return fail_expected(lexer_.peek(), wanted);
    const Token name = lexer_.take();
    const auto field = parse_subfield(lexer_, name);
    if (!field) return tl::unexpected(field.error());
    return std::pair{*field, name.position};
  }

  Parsed<Action> parse_commit() {
    CtCommit commit;
    if (!lexer_.accept(Kind::kOpenBrace)) return simple(commit);
    while (!lexer_.accept(Kind::kCloseBrace)) {
      const auto target = parse_field("ct_mark, ct_label or '}'");
      if (!target) return tl::unexpected(target.error());
      if (!holds_connection(target->first)) {
        return fail_at(target->second, "ct_commit sets ct_mark and ct_label only");
      }
      if (!lexer_.accept(Kind::kAssign)) return fail_expected(lexer_.peek(), "'='");
      auto assign = parse_value(target->first);
      if (!assign) return tl::unexpected(assign.error());
      if (auto error = semicolon()) return tl::unexpected(*error);
      commit.assignments.push_back(std::move(*assign));
    }
    lexer_.accept(Kind::kSemicolon);
    return Action{std::move(commit)};
  }

  Parsed<Assign> parse_value(const Field& target) {
    if (lexer_.peek().kind != Kind::kName) return parse_constant_value(target);
    const Token name = lexer_.take();
    const auto source = parse_source(target, name);
    if (!source) return tl::unexpected(source.error());
    return Assign{target, *source};
  }

  Parsed<Action> parse_clone(int depth) {
    auto body = parse_body(depth);
    if (!body) return tl::unexpected(body.error());
    return Action{Clone{std::move(*body)}};
  }

  // "{ actions }" and a semicolon that may be left out.
  Parsed<ActionList> parse_body(int depth) {
    const std::size_t position = lexer_.peek().position;
    if (!lexer_.accept(Kind::kOpenBrace)) return fail_expected(lexer_.peek(), "'{'");
    if (depth >= kMaxNesting) {
      return fail_at(position, fmt::format("braces nest deeper than {}", kMaxNesting));
    }
    auto body = parse_list(Kind::kCloseBrace, depth + 1);
    if (!body) return body;
    lexer_.take();
    lexer_.accept(Kind::kSemicolon);
    return body;
  }

  Parsed<Action> parse_call(const Token& name, std::optional<Field> result, int depth) {
    Call call;
    call.name = name.text;
    call.result = std::move(result);
    if (lexer_.peek().kind == Kind::kOpen) {
      auto arguments = parse_arguments();
      if (!arguments) return tl::unexpected(arguments.error());
      call.arguments = std::move(*arguments);
    }
    if (lexer_.peek().kind != Kind::kOpenBrace || call.result) return simple(std::move(call));
    auto body = parse_body(depth);
    if (!body) return tl::unexpected(body.error());
    call.body = std::move(*body);
    call.has_body = true;
    return Action{std::move(call)};
  }

  Parsed<std::vector<Argument>> parse_arguments() {
    std::vector<Argument> out;
    lexer_.take();
    while (!lexer_.accept(Kind::kClose)) {
      if (!out.empty() && !lexer_.accept(Kind::kComma))
        return fail_expected(lexer_.peek(), "',' or ')'");
      auto argument = parse_argument();
      if (!argument) return tl::unexpected(argument.error());
      out.push_back(std::move(*argument));
    }
    return out;
  }

  Parsed<Argument> parse_argument() {
    Argument out;
    Token token = lexer_.peek();
    if (token.kind == Kind::kName) {
      lexer_.take();
      if (!lexer_.accept(Kind::kAssign)) return word_or_field(std::move(out), token);
      out.key = token.text;
      token = lexer_.peek();
      if (token.kind == Kind::kName) {
        lexer_.take();
        return word_or_field(std::move(out), token);
      }
    }
    if (token.kind == Kind::kInteger) {
      out.value = token.constant;
    } else if (token.kind == Kind::kString) {
      out.value = StringConstant{token.text};
    } else {
      return fail_expected(token, "an argument");
    }
    lexer_.take();
    return out;
  }

  Parsed<Argument> word_or_field(Argument out, const Token& name) {
    const Symbol* symbol = find_symbol(name.text);
    if (symbol == nullptr || symbol->kind == SymbolKind::kPredicate) {
      out.value = Word{name.text};
      return out;
    }
    const auto field = parse_subfield(lexer_, name);
    if (!field) return tl::unexpected(field.error());
    out.value = *field;
    return out;
  }

  Lexer lexer_;
};

}  // namespace

Parsed<ActionList> parse_actions(std::string_view text) {
  if (text.size() > kMaxText) {
    return fail_at(0, fmt::format("the text has {} bytes, {} at most", text.size(), kMaxText));
  }
  return Parser(text).parse();
}

}  // namespace mooring::expr

#include "expr/fields.h"

#include <fmt/format.h>

namespace mooring::expr {
namespace {

struct FormName {
  std::string_view name;
  unsigned width;
};

// What a constant that isn't a plain number is called, and how wide it is.
FormName name_of(Form form) {
  switch (form) {
    case Form::kIp4:
      return {"an IPv4 address", 32};
    case Form::kIp6:
      return {"an IPv6 address", 128};
    case Form::kMac:
      return {"a MAC address", 48};
    default:
      return {"a number", 0};
  }
}

std::string_view plural(unsigned n) { return n == 1 ? "" : "s"; }

// A bit number inside brackets.
Parsed<unsigned> parse_bit(Lexer& lexer) {
  const Token token = lexer.peek();
  if (token.kind != TokenKind::kInteger) return fail_expected(token, "a bit number");
  lexer.take();
  if (token.constant.form != Form::kDecimal || token.constant.masked) {
    return fail_at(token.position, "a bit number is a plain decimal number");
  }
  if (token.constant.value > 127) return fail_at(token.position, "no field has more than 128 bits");
  return static_cast<unsigned>(token.constant.value);
}

}  // namespace

tl::unexpected<SyntaxError> fail_at(std::size_t position, std::string message) {
  return tl::unexpected(SyntaxError{position, std::move(message)});
}

tl::unexpected<SyntaxError> fail_expected(const Token& token, std::string_view wanted) {
  if (token.kind == TokenKind::kError) return fail_at(token.position, token.text);
  return fail_at(token.position, fmt::format("{} is expected, not {}", wanted, describe(token)));
}

Parsed<const Symbol*> symbol_of(const Token& name) {
  if (const Symbol* symbol = find_symbol(name.text)) return symbol;
  const std::string_view near = nearest_symbol(name.text);
  return fail_at(name.position,
                 near.empty() ? fmt::format("there is no field or predicate '{}'", name.text)
                              : fmt::format("there is no field or predicate '{}': is {} meant?",
                                            name.text, near));
}

Parsed<Field> parse_subfield(Lexer& lexer, const Token& name) {
  const auto symbol = symbol_of(name);
  if (!symbol) return tl::unexpected(symbol.error());
  Field field = whole(**symbol);
  if (lexer.peek().kind != TokenKind::kOpenBracket) return field;
  const std::size_t position = lexer.take().position;
  if ((*symbol)->level != Level::kOrdinal) {
    return fail_at(position, fmt::format("{} can't be taken apart into bits", name.text));
  }
  const auto low = parse_bit(lexer);
  if (!low) return tl::unexpected(low.error());
  auto high = low;
  if (lexer.accept(TokenKind::kDots)) high = parse_bit(lexer);
  if (!high) return tl::unexpected(high.error());
  if (lexer.peek().kind != TokenKind::kCloseBracket) return fail_expected(lexer.peek(), "']'");
  lexer.take();
  if (*high < *low) {
    return fail_at(position,
                   fmt::format("[{0}..{1}] is the wrong way round: [{1}..{0}]", *low, *high));
  }
  if (*high >= field.width) {
    return fail_at(position, fmt::format("{} has {} bit{}, so there is no bit {}", name.text,
                                         field.width, plural(field.width), *high));
  }
  field.low = static_cast<std::uint8_t>(*low);
  field.width = static_cast<std::uint8_t>(*high - *low + 1);
  return field;
}

Parsed<Constant> fit(const Field& field, const Constant& constant, std::size_t position) {
  const FormName form = name_of(constant.form);
  if (form.width > field.width) {
    return fail_at(position,
                   fmt::format("{} is {} bit{}, {} ({} bits) doesn't fit", to_string(field),
                               field.width, plural(field.width), form.name, form.width));
  }
  const bool fits = bit_length(constant.value) <= field.width &&
                    (!constant.masked || bit_length(constant.mask) <= field.width);
  if (!fits) {
    return fail_at(position, fmt::format("{} is {} bit{}, {} doesn't fit", to_string(field),
                                         field.width, plural(field.width), to_string(constant)));
  }
  Constant out = constant;
  if (out.masked && out.mask == low_ones(field.width)) {
    out.masked = false;
    out.mask = ~U128{0};
  }
  return out;
}

}  // namespace mooring::expr

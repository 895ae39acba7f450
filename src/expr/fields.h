// Reading fields and constants: what the parsers of matches and of actions share.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "expr/lexer.h"
#include "expr/parser.h"

namespace mooring::expr {

template <class T>
using Parsed = tl::expected<T, SyntaxError>;

tl::unexpected<SyntaxError> fail_at(std::size_t position, std::string message);
// An error token's own message, or that `wanted` was expected where another token stands.
tl::unexpected<SyntaxError> fail_expected(const Token& token, std::string_view wanted);

// The symbol that a name token says. Error: the name that it resembles.
Parsed<const Symbol*> symbol_of(const Token& name);
// symbol, symbol[n] or symbol[low..high]; the name has been taken from the lexer.
Parsed<Field> parse_subfield(Lexer& lexer, const Token& name);

// A constant brought into the form that it has for a field: a full mask is none. Error: it doesn't
// fit into the field.
Parsed<Constant> fit(const Field& field, const Constant& constant, std::size_t position);

}  // namespace mooring::expr

// Text of Logical_Flow.match and ACL.match to expressions.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/result.h"
#include "expr/ast.h"

namespace mooring::expr {

// What is wrong in a text, and where.
struct SyntaxError {
  std::size_t position = 0;  // bytes from the start of the text
  std::string message;
  friend bool operator==(const SyntaxError&, const SyntaxError&) = default;

  // "at 12: tcp.dst is 16 bits, 70000 doesn't fit"
  Error error() const;
  // The line of text that has the error and below it a caret, each with a newline.
  std::string caret(std::string_view text) const;
};

// Parentheses and negations nest no deeper than this.
inline constexpr int kMaxNesting = 100;
// Longer texts are refused; OVSDB itself has no limit.
inline constexpr std::size_t kMaxText = 1 << 20;

// Parses and checks types, in time linear in the text. Names of ports, groups and sets are not
// looked up.
tl::expected<Expr, SyntaxError> parse(std::string_view text);

}  // namespace mooring::expr

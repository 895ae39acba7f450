// The tokens that matches and actions share: ovn-sb(5), Logical_Flow, "Constants".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "expr/ast.h"

namespace mooring::expr {

enum class TokenKind : std::uint8_t {
  kEnd,
  kError,  // text says what is wrong
  kName,
  kInteger,
  kString,
  kAddressSet,  // $name
  kPortGroup,   // @name
  kOpen,
  kClose,
  kOpenBrace,
  kCloseBrace,
  kOpenBracket,
  kCloseBracket,
  kComma,
  kSemicolon,
  kDots,  // ..
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kNot,
  kAnd,
  kOr,
  kAssign,     // =
  kExchange,   // <->
  kDecrement,  // --
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t position = 0;  // bytes from the start of the text
  std::string text;          // a name, a string's content, or an error's message
  Constant constant;         // an integer
};

// "a name", "','"; how an error message calls a token.
std::string describe(const Token& token);

// Reads tokens one by one, with one token in view. Once an error has come, every token is that
// error. The text must outlive the lexer.
class Lexer {
 public:
  explicit Lexer(std::string_view text);
  const Token& peek() const { return token_; }
  // Returns the token in view and reads the next.
  Token take();
  // Takes the token in view when it is of this kind.
  bool accept(TokenKind kind);

 private:
  Token scan();
  Token scan_string(std::size_t start);
  Token scan_integer(std::size_t start);
  Token scan_name(std::size_t start, TokenKind kind, std::string_view what);
  Token scan_punctuation(std::size_t start);
  bool skip_blank();  // false: a comment isn't closed
  bool starts_address() const;
  std::string_view number_text();
  char at(std::size_t index) const { return index < text_.size() ? text_[index] : '\0'; }

  std::string_view text_;
  std::size_t next_ = 0;
  Token token_;
};

// An integer or address without a mask, as the lexer reads it. Error: what is wrong with it.
Result<Constant> parse_number(std::string_view text);
// The same with an optional "/mask". Bits of the value outside the mask are an error.
Result<Constant> parse_constant(std::string_view value, std::string_view mask);

}  // namespace mooring::expr

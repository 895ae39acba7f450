#include "expr/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mooring::expr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}
bool is_name(char c) { return is_name_start(c) || is_digit(c); }

struct Punctuation {
  std::string_view text;
  TokenKind kind;
};
// Longer ones before those that they begin with.
constexpr std::array kPunctuation = {
    Punctuation{"<->", TokenKind::kExchange},   Punctuation{"==", TokenKind::kEq},
    Punctuation{"!=", TokenKind::kNe},          Punctuation{"<=", TokenKind::kLe},
    Punctuation{">=", TokenKind::kGe},          Punctuation{"&&", TokenKind::kAnd},
    Punctuation{"||", TokenKind::kOr},          Punctuation{"..", TokenKind::kDots},
    Punctuation{"--", TokenKind::kDecrement},   Punctuation{"(", TokenKind::kOpen},
    Punctuation{")", TokenKind::kClose},        Punctuation{"{", TokenKind::kOpenBrace},
    Punctuation{"}", TokenKind::kCloseBrace},   Punctuation{"[", TokenKind::kOpenBracket},
    Punctuation{"]", TokenKind::kCloseBracket}, Punctuation{",", TokenKind::kComma},
    Punctuation{";", TokenKind::kSemicolon},    Punctuation{"<", TokenKind::kLt},
    Punctuation{">", TokenKind::kGt},           Punctuation{"!", TokenKind::kNot},
    Punctuation{"=", TokenKind::kAssign}};

Token error_at(std::size_t position, std::string message) {
  return Token{TokenKind::kError, position, std::move(message), {}};
}

// How a character that can't be is shown.
std::string show(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte > 0x20 && byte < 0x7f) return fmt::format("'{}'", c);
  return fmt::format("byte {:#04x}", byte);
}

// Four hexadecimal digits at the start of text; -1 when they aren't there.
int four_hex(std::string_view text) {
  if (text.size() < 4) return -1;
  int value = 0;
  for (const char c : text.substr(0, 4)) {
    if (!is_hex(c)) return -1;
    const int digit = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value * 16 + digit;
  }
  return value;
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

// Appends what the escape at the start of text stands for, text being what follows the backslash.
// Returns its length; 0 when it is none. RFC 8259 section 7.
std::size_t unescape(std::string_view text, std::string& out) {
  if (text.empty()) return 0;
  constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
  const std::size_t simple = kFrom.find(text[0]);
  if (simple != std::string_view::npos) {
    out += kTo[simple];
    return 1;
  }
  if (text[0] != 'u') return 0;
  const int first = four_hex(text.substr(1));
  if (first <= 0) return 0;
  if (first < 0xd800 || first > 0xdfff) {
    append_utf8(out, static_cast<unsigned>(first));
    return 5;
  }
  if (first > 0xdbff || !text.substr(5).starts_with("\\u")) return 0;
  const int second = four_hex(text.substr(7));
  if (second < 0xdc00 || second > 0xdfff) return 0;
  append_utf8(out, 0x10000 + (static_cast<unsigned>(first - 0xd800) << 10) +
                       static_cast<unsigned>(second - 0xdc00));
  return 11;
}

}  // namespace

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end";
    case TokenKind::kError:
      return token.text;
    case TokenKind::kName:
      return fmt::format("'{}'", token.text);
    case TokenKind::kInteger:
      return to_string(token.constant);
    case TokenKind::kString:
      return "a string";
    case TokenKind::kAddressSet:
      return "$" + token.text;
    case TokenKind::kPortGroup:
      return "@" + token.text;
    default:
      for (const Punctuation& p : kPunctuation) {
        if (p.kind == token.kind) return fmt::format("'{}'", p.text);
      }
      return {};
  }
}

Lexer::Lexer(std::string_view text) : text_(text) { token_ = scan(); }

Token Lexer::take() {
  if (token_.kind == TokenKind::kError || token_.kind == TokenKind::kEnd) return token_;
  return std::exchange(token_, scan());
}

bool Lexer::accept(TokenKind kind) {
  if (token_.kind != kind) return false;
  take();
  return true;
}

bool Lexer::skip_blank() {
  for (;;) {
    while (next_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[next_]) != std::string_view::npos) {
      ++next_;
    }
    if (text_.substr(next_).starts_with("//")) {
      next_ = std::min(text_.find('\n', next_), text_.size());
    } else if (text_.substr(next_).starts_with("/*")) {
      const std::size_t end = text_.find("*/", next_ + 2);
      if (end == std::string_view::npos) return false;
      next_ = end + 2;
    } else {
      return true;
    }
  }
}

bool Lexer::starts_address() const {
  std::size_t i = next_;
  while (is_hex(at(i))) ++i;
  return at(i) == ':';
}

Token Lexer::scan() {
  if (!skip_blank()) return error_at(next_, "the comment isn't closed by */");
  const std::size_t start = next_;
  if (start == text_.size()) return Token{TokenKind::kEnd, start, {}, {}};
  const char c = text_[start];
  if (c == '"') return scan_string(start);
  if (c == '$') return scan_name(start, TokenKind::kAddressSet, "an address set's name after $");
  if (c == '@') return scan_name(start, TokenKind::kPortGroup, "a port group's name after @");
  if (text_.substr(start).starts_with("..")) return scan_punctuation(start);
  if (is_digit(c) || starts_address()) return scan_integer(start);
  if (is_name_start(c)) return scan_name(start, TokenKind::kName, "a name");
  return scan_punctuation(start);
}

Token Lexer::scan_name(std::size_t start, TokenKind kind, std::string_view what) {
  std::size_t first = kind == TokenKind::kName ? start : start + 1;
  if (!is_name_start(at(first))) return error_at(start, fmt::format("{} is expected", what));
  next_ = first;
  // A name ends before the dots of a range.
  while (is_name(at(next_)) && !text_.substr(next_).starts_with("..")) ++next_;
  return Token{kind, start, std::string(text_.substr(first, next_ - first)), {}};
}

std::string_view Lexer::number_text() {
  const std::size_t start = next_;
  while (is_name(at(next_)) || at(next_) == ':') {
    if (text_.substr(next_).starts_with("..")) break;
    ++next_;
  }
  return text_.substr(start, next_ - start);
}

Token Lexer::scan_integer(std::size_t start) {
  const std::string_view value = number_text();
  std::string_view mask;
  if (at(next_) == '/' && at(next_ + 1) != '/' && at(next_ + 1) != '*') {
    ++next_;
    mask = number_text();
    if (mask.empty()) return error_at(start, fmt::format("{}/ has no mask", value));
  }
  auto constant = parse_constant(value, mask);
  if (!constant) return error_at(start, std::move(constant.error().message));
  return Token{TokenKind::kInteger, start, {}, *constant};
}

Token Lexer::scan_string(std::size_t start) {
  Token out{TokenKind::kString, start, {}, {}};
  next_ = start + 1;
  while (next_ < text_.size() && text_[next_] != '"') {
    const char c = text_[next_];
    if (static_cast<unsigned char>(c) < 0x20) {
      return error_at(next_, fmt::format("{} can't be in a string unescaped", show(c)));
    }
    ++next_;
    if (c != '\\') {
      out.text += c;
      continue;
    }
    const std::size_t length = unescape(text_.substr(next_), out.text);
    if (length == 0) return error_at(next_ - 1, "this escape isn't one of JSON's");
    next_ += length;
  }
  if (next_ == text_.size()) return error_at(start, "the string isn't closed by a quote");
  ++next_;
  return out;
}

Token Lexer::scan_punctuation(std::size_t start) {
  for (const Punctuation& p : kPunctuation) {
    if (text_.substr(start).starts_with(p.text)) {
      next_ = start + p.text.size();
      return Token{p.kind, start, {}, {}};
    }
  }
  return error_at(start, fmt::format("{} has no meaning here", show(text_[start])));
}

}  // namespace mooring::expr

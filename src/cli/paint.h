// Colour for a terminal, and nothing for a file or pipe.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace mooring::cli {

class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}

  std::string bold(std::string_view text) const { return with("1", text); }
  std::string dim(std::string_view text) const { return with("2", text); }
  std::string red(std::string_view text) const { return with("31", text); }
  std::string green(std::string_view text) const { return with("32", text); }
  std::string yellow(std::string_view text) const { return with("33", text); }
  // By the word of a Diagnostic's severity.
  std::string severity(std::string_view word) const {
    if (word == "error") return red(word);
    return word == "warning" ? yellow(word) : std::string(word);
  }

 private:
  // ECMA-48, 8.3.117 (SGR).
  std::string with(std::string_view code, std::string_view text) const {
    return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool on_;
};

}  // namespace mooring::cli

// Numbers as arguments.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::cli {

// A whole decimal number from low to high; what: how the error calls it.
inline Result<std::int64_t> parse_number(std::string_view what, const std::string& word,
                                         std::int64_t low, std::int64_t high) {
  std::int64_t number = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (error == std::errc() && stop == end && number >= low && number <= high) return number;
  return fail(fmt::format("{} \"{}\": a number from {} to {} is needed", what, word, low, high));
}

}  // namespace mooring::cli

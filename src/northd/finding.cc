#include "northd/finding.h"

#include <fmt/core.h>

namespace mooring::northd {
namespace {

// The first `size` bytes at most, without the half of a character of UTF-8 (continuation bytes are
// 10xxxxxx).
std::string_view beginning(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

FindingKey finding_on(std::string_view table, const Uuid& row, std::string_view name,
                      std::string_view code) {
  constexpr std::size_t kLongestName = 1024;  // bytes
  return {
      std::string(code), std::string(table), row, std::string(beginning(name, kLongestName)), {}};
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 80;  // bytes
  if (text.size() <= kShown) return fmt::format("'{}'", text);
  return fmt::format("'{}...' ({} bytes)", beginning(text, kShown), text.size());
}

}  // namespace mooring::northd

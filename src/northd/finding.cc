#include "northd/finding.h"

#include <fmt/core.h>

namespace mooring::northd {

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 80;  // bytes
  if (text.size() <= kShown) return fmt::format("'{}'", text);
  std::size_t end = kShown;
  // Not in the middle of a character of UTF-8: continuation bytes are 10xxxxxx.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return fmt::format("'{}...' ({} bytes)", text.substr(0, end), text.size());
}

}  // namespace mooring::northd

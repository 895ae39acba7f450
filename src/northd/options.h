// Reading of maps of words: options and other_config.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "northd/desired.h"

namespace mooring::northd {

// The value of key, "" when there is none; valid as long as options.
inline std::string_view option(const Words& options, std::string_view key) {
  auto it = options.find(key);
  return it == options.end() ? std::string_view() : std::string_view(it->second);
}

inline bool option_true(const Words& options, std::string_view key) {
  return option(options, key) == "true";
}

// Nullopt when there is none or it isn't a decimal integer.
inline std::optional<std::int64_t> option_integer(const Words& options, std::string_view key) {
  std::string_view text = option(options, key);
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// The tunnel key that the CMS wants for a switch or a port (ovn-nb(5), requested-tnl-key).
inline std::optional<std::int64_t> requested_key(const Words& options) {
  return option_integer(options, "requested-tnl-key");
}

}  // namespace mooring::northd

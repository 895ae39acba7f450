// The identity of a database row.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mooring {

// A UUID (RFC 4122), 128 bits in network order. The default value is the nil UUID.
class Uuid {
 public:
  constexpr Uuid() = default;
  constexpr Uuid(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}

  // From the 36-character form with hyphens, either case; nullopt for anything else.
  static std::optional<Uuid> parse(std::string_view text);
  // A new random UUID (version 4).
  static Uuid random();

  // The 36-character lower-case form.
  std::string to_string() const;
  // The first eight hexadecimal digits, as people abbreviate it.
  std::string short_string() const { return to_string().substr(0, 8); }

  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }
  constexpr bool is_nil() const { return high_ == 0 && low_ == 0; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace mooring

template <>
struct std::hash<mooring::Uuid> {
  std::size_t operator()(const mooring::Uuid& uuid) const {
    return static_cast<std::size_t>(uuid.high() ^ (uuid.low() * 0x9e3779b97f4a7c15ULL));
  }
};

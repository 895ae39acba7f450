#include "base/uuid.h"

#include <random>

namespace mooring {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_hyphen_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::uint64_t half[2] = {0, 0};
  int nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    int value = digit_value(text[i]);
    if (value < 0) return std::nullopt;
    half[nibble / 16] = half[nibble / 16] << 4 | static_cast<std::uint64_t>(value);
    ++nibble;
  }
  return Uuid(half[0], half[1]);
}

Uuid Uuid::random() {
  std::random_device device;
  auto word = [&device] { return static_cast<std::uint64_t>(device()) << 32 | device(); };
  std::uint64_t high = (word() & ~0xf000ULL) | 0x4000ULL;
  std::uint64_t low = (word() & ~(3ULL << 62)) | 2ULL << 62;
  return Uuid(high, low);
}

std::string Uuid::to_string() const {
  std::string out(36, '-');
  int nibble = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (is_hyphen_place(i)) continue;
    std::uint64_t half = nibble < 16 ? high_ : low_;
    out[i] = kDigits[half >> (60 - 4 * (nibble % 16)) & 0xf];
    ++nibble;
  }
  return out;
}

}  // namespace mooring

#include "base/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace mooring {
namespace {

std::uint64_t load64(const std::uint8_t* bytes) {
  std::uint64_t out = 0;
  for (int i = 0; i < 8; ++i) out = out << 8 | bytes[i];
  return out;
}

// inet_pton wants a terminated string, and nothing longer than an address can be one.
template <int Family, std::size_t N>
std::optional<std::array<std::uint8_t, N>> parse_bytes(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof buffer || text.find('\0') != text.npos) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  std::array<std::uint8_t, N> out;
  if (inet_pton(Family, buffer, out.data()) != 1) return std::nullopt;
  return out;
}

struct Split {
  std::string_view address;
  std::uint8_t length;
};

std::optional<Split> split_prefix(std::string_view text, unsigned max) {
  auto slash = text.find('/');
  if (slash == text.npos) return Split{text, static_cast<std::uint8_t>(max)};
  unsigned length = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data() + slash + 1, end, length);
  if (error != std::errc() || stop != end || length > max) return std::nullopt;
  return Split{text.substr(0, slash), static_cast<std::uint8_t>(length)};
}

std::uint64_t ones(unsigned length) {
  return length == 0 ? 0 : length >= 64 ? ~0ULL : ~0ULL << (64 - length);
}

}  // namespace

std::optional<Mac> Mac::parse(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 17; i += 3) {
    if (i > 0 && text[i - 1] != ':') return std::nullopt;
    std::uint8_t byte = 0;
    const char* end = text.data() + i + 2;
    auto [stop, error] = std::from_chars(text.data() + i, end, byte, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    bits = bits << 8 | byte;
  }
  return Mac(bits);
}

std::string Mac::to_string() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string out(17, ':');
  for (int i = 0; i < 6; ++i) {
    out[static_cast<std::size_t>(i * 3)] = digits[bits_ >> (44 - 8 * i) & 0xf];
    out[static_cast<std::size_t>(i * 3 + 1)] = digits[bits_ >> (40 - 8 * i) & 0xf];
  }
  return out;
}

std::array<std::uint8_t, 6> Mac::bytes() const {
  std::array<std::uint8_t, 6> out;
  for (std::size_t i = 0; i < 6; ++i) out[i] = static_cast<std::uint8_t>(bits_ >> (40 - 8 * i));
  return out;
}

std::optional<Ip4> Ip4::parse(std::string_view text) {
  auto bytes = parse_bytes<AF_INET, 4>(text);
  if (!bytes) return std::nullopt;
  std::uint32_t bits = 0;
  for (std::uint8_t byte : *bytes) bits = bits << 8 | byte;
  return Ip4(bits);
}

std::string Ip4::to_string() const {
  char buffer[INET_ADDRSTRLEN];
  std::uint32_t network = htonl(bits_);
  inet_ntop(AF_INET, &network, buffer, sizeof buffer);
  return buffer;
}

std::optional<Ip6> Ip6::parse(std::string_view text) {
  auto bytes = parse_bytes<AF_INET6, 16>(text);
  if (!bytes) return std::nullopt;
  return Ip6(load64(bytes->data()), load64(bytes->data() + 8));
}

std::string Ip6::to_string() const {
  char buffer[INET6_ADDRSTRLEN];
  auto raw = bytes();
  inet_ntop(AF_INET6, raw.data(), buffer, sizeof buffer);
  return buffer;
}

std::array<std::uint8_t, 16> Ip6::bytes() const {
  std::array<std::uint8_t, 16> out;
  for (std::size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(high_ >> (56 - 8 * i));
    out[i + 8] = static_cast<std::uint8_t>(low_ >> (56 - 8 * i));
  }
  return out;
}

Ip6 Ip6::link_local_from(Mac mac) {
  std::uint64_t bits = mac.bits();
  std::uint64_t low = (bits >> 24 ^ 0x020000) << 40 | 0xfffeULL << 24 | (bits & 0xffffff);
  return Ip6(0xfe80000000000000ULL, low);
}

std::optional<Ip4Prefix> Ip4Prefix::parse(std::string_view text) {
  auto split = split_prefix(text, 32);
  if (!split) return std::nullopt;
  auto address = Ip4::parse(split->address);
  if (!address) return std::nullopt;
  return Ip4Prefix{*address, split->length};
}

std::string Ip4Prefix::to_string() const {
  return length == 32 ? address.to_string() : address.to_string() + "/" + std::to_string(length);
}

std::optional<Ip6Prefix> Ip6Prefix::parse(std::string_view text) {
  auto split = split_prefix(text, 128);
  if (!split) return std::nullopt;
  auto address = Ip6::parse(split->address);
  if (!address) return std::nullopt;
  return Ip6Prefix{*address, split->length};
}

std::string Ip6Prefix::to_string() const {
  return length == 128 ? address.to_string() : address.to_string() + "/" + std::to_string(length);
}

Ip6 Ip6Prefix::mask() const { return Ip6(ones(length), length <= 64 ? 0 : ones(length - 64U)); }

Ip6 Ip6Prefix::network() const {
  Ip6 m = mask();
  return Ip6(address.high() & m.high(), address.low() & m.low());
}

}  // namespace mooring

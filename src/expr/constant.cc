// Integer and address constants.
#include <fmt/format.h>

#include <charconv>

#include "base/address.h"
#include "expr/fields.h"
#include "expr/lexer.h"
#include "expr/scope.h"

namespace mooring::expr {
namespace {

U128 bits_of(const Ip6& ip) { return from_halves(ip.high(), ip.low()); }

Constant exactly(U128 value, Form form) {
  Constant out;
  out.value = value;
  out.form = form;
  return out;
}

Result<Constant> parse_hex(std::string_view text) {
  U128 value = 0;
  std::string_view digits = text.substr(2);
  if (digits.empty()) return fail(fmt::format("{} has no hexadecimal digits", text));
  for (const char c : digits) {
    unsigned digit = 0;
    if (std::from_chars(&c, &c + 1, digit, 16).ec != std::errc()) {
      return fail(fmt::format("{} isn't a hexadecimal number", text));
    }
    if (value >> 124 != 0) return fail(fmt::format("{} has more than 128 bits", text));
    value = value << 4 | digit;
  }
  return exactly(value, Form::kHex);
}

Result<Constant> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status == std::errc::result_out_of_range && end == text.data() + text.size()) {
    return fail(fmt::format("{} has more than 64 bits: write it in hexadecimal", text));
  }
  if (status != std::errc() || end != text.data() + text.size()) {
    return fail(fmt::format("{} isn't a number", text));
  }
  if (text.size() > 1 && text[0] == '0') {
    return fail(fmt::format("{} has leading zeros: octal isn't known here", text));
  }
  return exactly(value, Form::kDecimal);
}

bool is_plain(Form form) { return form == Form::kDecimal || form == Form::kHex; }

// The mask that text says for a value of the given form.
Result<U128> parse_mask(Form form, std::string_view text) {
  const auto mask = parse_number(text);
  if (!mask) return tl::unexpected(mask.error());
  if (mask->form == form || (is_plain(form) && is_plain(mask->form))) return mask->value;
  const unsigned width = form == Form::kIp4 ? 32 : 128;
  if (mask->form != Form::kDecimal || form == Form::kMac || is_plain(form)) {
    return fail(fmt::format("the mask {} isn't of the same form as its value", text));
  }
  if (mask->value > width) {
    return fail(fmt::format("a prefix of /{} is too long: {} bits at most", text, width));
  }
  return low_ones(width) & ~low_ones(width - static_cast<unsigned>(mask->value));
}

}  // namespace

Result<Constant> parse_number(std::string_view text) {
  if (text.find(':') != std::string_view::npos) {
    if (const auto mac = Mac::parse(text)) return exactly(mac->bits(), Form::kMac);
    if (const auto ip = Ip6::parse(text)) return exactly(bits_of(*ip), Form::kIp6);
    return fail(fmt::format("{} is neither a MAC address nor an IPv6 address", text));
  }
  if (text.find('.') != std::string_view::npos) {
    if (const auto ip = Ip4::parse(text)) return exactly(ip->bits(), Form::kIp4);
    return fail(fmt::format("{} isn't an IPv4 address", text));
  }
  if (text.starts_with("0x") || text.starts_with("0X")) return parse_hex(text);
  return parse_decimal(text);
}

Result<Constant> parse_constant(std::string_view value, std::string_view mask) {
  auto out = parse_number(value);
  if (!out || mask.empty()) return out;
  const auto bits = parse_mask(out->form, mask);
  if (!bits) return tl::unexpected(bits.error());
  out->mask = *bits;
  out->masked = true;
  if ((out->value & ~*bits) != 0) {
    Constant right = *out;
    right.value &= *bits;
    return fail(fmt::format("{}/{} has bits set outside its mask: {} would be right", value, mask,
                            to_string(right)));
  }
  return out;
}

std::optional<Constant> parse_member(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto value = parse_number(text.substr(0, slash));
  if (!value) return std::nullopt;
  if (slash == std::string_view::npos) return *value;
  const auto mask = parse_mask(value->form, text.substr(slash + 1));
  if (!mask) return std::nullopt;
  Constant out = *value;
  out.mask = *mask;
  out.value &= *mask;
  out.masked = true;
  return out;
}

std::optional<Constant> member_for(const Field& field, const Constant& member) {
  const bool address = !is_plain(member.form);
  const unsigned width = member.form == Form::kIp4 ? 32 : member.form == Form::kMac ? 48 : 128;
  if (address && width != field.width) return std::nullopt;
  const auto fitted = fit(field, member, 0);
  if (!fitted || (fitted->masked && field.symbol->level != Level::kOrdinal)) return std::nullopt;
  return *fitted;
}

AddressSet AddressSet::from(const std::vector<std::string>& members) {
  AddressSet out;
  out.members.reserve(members.size());
  for (const std::string& text : members) {
    if (const auto member = parse_member(text)) {
      out.members.push_back(*member);
    } else {
      out.malformed.push_back(text);
    }
  }
  return out;
}

}  // namespace mooring::expr

#include "ovsdb/codec.h"

#include <array>
#include <random>

namespace mooring::ovsdb {
namespace {

// The high half of placeholders: its version nibble is 0, which no UUID of RFC 4122 has.
constexpr std::uint64_t kPlaceholder = 0x6d6f6f7200006e67ULL;

std::optional<std::array<json::Value, 2>> two(json::Value value) {
  std::array<json::Value, 2> out;
  std::size_t count = 0;
  for (json::Value element : value.elements()) {
    if (count == 2) return std::nullopt;
    out[count++] = element;
  }
  if (count != 2) return std::nullopt;
  return out;
}

// The second of ["word", second].
std::optional<json::Value> tagged(json::Value value, std::string_view word) {
  auto parts = two(value);
  if (!parts || (*parts)[0].string() != word) return std::nullopt;
  return (*parts)[1];
}

}  // namespace

Uuid make_placeholder() {
  static thread_local std::mt19937_64 words{std::random_device{}()};
  return Uuid(kPlaceholder, words());
}

bool is_placeholder(const Uuid& uuid) { return uuid.high() == kPlaceholder; }

std::string placeholder_name(const Uuid& uuid) {
  std::string text = uuid.to_string();  // ........-....-....-LLLL-LLLLLLLLLLLL
  return "row" + text.substr(19, 4) + text.substr(24);
}

bool decode(json::Value value, std::string& out) {
  auto text = value.string();
  if (text) out = *text;
  return text.has_value();
}

bool decode(json::Value value, std::int64_t& out) {
  auto number = value.integer();
  if (number) out = *number;
  return number.has_value();
}

bool decode(json::Value value, double& out) {
  auto number = value.real();
  if (number) out = *number;
  return number.has_value();
}

bool decode(json::Value value, bool& out) {
  auto flag = value.boolean();
  if (flag) out = *flag;
  return flag.has_value();
}

bool decode(json::Value value, Uuid& out) {
  auto inner = tagged(value, "uuid");
  auto text = inner ? inner->string() : std::nullopt;
  auto uuid = text ? Uuid::parse(*text) : std::nullopt;
  if (uuid) out = *uuid;
  return uuid.has_value();
}

void encode(json::Writer& out, const std::string& value) { out.string(value); }
void encode(json::Writer& out, std::int64_t value) { out.integer(value); }
void encode(json::Writer& out, double value) { out.real(value); }
void encode(json::Writer& out, bool value) { out.boolean(value); }

void encode(json::Writer& out, const Uuid& value) {
  out.begin_array();
  if (is_placeholder(value)) {
    out.string("named-uuid").string(placeholder_name(value));
  } else {
    out.string("uuid").string(value.to_string());
  }
  out.end_array();
}

std::optional<SetView> set_view(json::Value value) {
  json::Kind kind = value.kind();
  if (kind == json::Kind::kNull || kind == json::Kind::kObject) return std::nullopt;
  if (kind != json::Kind::kArray) return SetView{true, value};
  auto inner = tagged(value, "set");
  if (inner) return inner->is_array() ? std::optional(SetView{false, *inner}) : std::nullopt;
  return SetView{true, value};  // a UUID, if anything
}

std::optional<json::Value> map_view(json::Value value) {
  auto inner = tagged(value, "map");
  return inner && inner->is_array() ? inner : std::nullopt;
}

std::optional<PairView> pair_view(json::Value value) {
  auto parts = two(value);
  if (!parts) return std::nullopt;
  return PairView{(*parts)[0], (*parts)[1]};
}

}  // namespace mooring::ovsdb

#include "ovsdb/datum.h"

#include <algorithm>

#include "ovsdb/codec.h"
#include "ovsdb/schema.h"

namespace mooring::ovsdb {
namespace {

// Sorts by key; false when a key is there twice.
bool canonicalise(Datum& datum) {
  if (datum.values.empty()) {
    std::sort(datum.keys.begin(), datum.keys.end());
  } else {
    std::vector<std::pair<Atom, Atom>> pairs;
    for (std::size_t i = 0; i < datum.keys.size(); ++i) {
      pairs.emplace_back(std::move(datum.keys[i]), std::move(datum.values[i]));
    }
    std::sort(pairs.begin(), pairs.end());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      datum.keys[i] = std::move(pairs[i].first);
      datum.values[i] = std::move(pairs[i].second);
    }
  }
  return std::adjacent_find(datum.keys.begin(), datum.keys.end()) == datum.keys.end();
}

template <class T>
Result<Atom> atom_of(json::Value value, AtomType type) {
  T out{};
  if (!decode(value, out)) {
    return fail(value.dump().substr(0, 200) + " isn't of type " + std::string(to_string(type)));
  }
  return Atom{std::move(out)};
}

Result<void> add_atom(std::vector<Atom>& out, AtomType type, json::Value value) {
  auto atom = Atom::from_json(type, value);
  if (!atom) return tl::unexpected(atom.error());
  out.push_back(std::move(*atom));
  return {};
}

Result<Datum> map_from_json(const ColumnType& type, json::Value value) {
  Datum out;
  auto pairs = map_view(value);
  if (!pairs) return fail(value.dump().substr(0, 200) + " isn't a map");
  for (json::Value element : pairs->elements()) {
    auto pair = pair_view(element);
    if (!pair) return fail(element.dump().substr(0, 200) + " isn't a pair");
    if (auto ok = add_atom(out.keys, type.key.type, pair->key); !ok) {
      return tl::unexpected(ok.error());
    }
    if (auto ok = add_atom(out.values, type.value->type, pair->value); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  return out;
}

Result<Datum> set_from_json(const ColumnType& type, json::Value value) {
  Datum out;
  auto set = set_view(value);
  if (!set) return fail(value.dump().substr(0, 200) + " isn't a set");
  if (set->single) {
    if (auto ok = add_atom(out.keys, type.key.type, set->value); !ok) {
      return tl::unexpected(ok.error());
    }
    return out;
  }
  for (json::Value element : set->value.elements()) {
    if (auto ok = add_atom(out.keys, type.key.type, element); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  return out;
}

// Code points; text is taken for UTF-8.
std::int64_t length_of(const std::string& text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

template <class T>
Result<void> check_range(const Atom& atom, const T& value, const std::optional<T>& min,
                         const std::optional<T>& max) {
  if ((!min || value >= *min) && (!max || value <= *max)) return {};
  std::string range = min && max
                          ? "between " + Atom{*min}.to_text() + " and " + Atom{*max}.to_text()
                      : min ? "at least " + Atom{*min}.to_text()
                            : "at most " + Atom{*max}.to_text();
  return fail(atom.to_text() + " is out of range: it must be " + range);
}

Result<void> check_length(const BaseType& type, const std::string& text) {
  std::int64_t length = length_of(text);
  if (type.min_length && length < *type.min_length) {
    return fail("\"" + text + "\" is shorter than " + std::to_string(*type.min_length) +
                " characters");
  }
  if (type.max_length && length > *type.max_length) {
    return fail("\"" + text.substr(0, 80) + "\" is longer than " +
                std::to_string(*type.max_length) + " characters");
  }
  return {};
}

}  // namespace

std::string_view to_string(AtomType type) {
  switch (type) {
    case AtomType::kInteger:
      return "integer";
    case AtomType::kReal:
      return "real";
    case AtomType::kBoolean:
      return "boolean";
    case AtomType::kString:
      return "string";
    case AtomType::kUuid:
      return "uuid";
  }
  return "";
}

Atom Atom::zero(AtomType type) {
  switch (type) {
    case AtomType::kInteger:
      return {std::int64_t{0}};
    case AtomType::kReal:
      return {0.0};
    case AtomType::kBoolean:
      return {false};
    case AtomType::kUuid:
      return {Uuid()};
    case AtomType::kString:
      break;
  }
  return {std::string()};
}

Result<Atom> Atom::from_json(AtomType type, json::Value value) {
  switch (type) {
    case AtomType::kInteger:
      return atom_of<std::int64_t>(value, type);
    case AtomType::kReal:
      return atom_of<double>(value, type);
    case AtomType::kBoolean:
      return atom_of<bool>(value, type);
    case AtomType::kUuid:
      return atom_of<Uuid>(value, type);
    case AtomType::kString:
      break;
  }
  return atom_of<std::string>(value, type);
}

void Atom::to_json(json::Writer& out) const {
  std::visit([&out](const auto& inner) { encode(out, inner); }, value);
}

Datum Datum::initial(const ColumnType& type) {
  Datum out;
  if (type.min == 0) return out;
  out.keys.push_back(Atom::zero(type.key.type));
  if (type.value) out.values.push_back(Atom::zero(type.value->type));
  return out;
}

Result<Datum> Datum::from_json(const ColumnType& type, json::Value value) {
  auto out = type.is_map() ? map_from_json(type, value) : set_from_json(type, value);
  if (!out) return out;
  if (!canonicalise(*out)) return fail("a key or element appears twice");
  if (out->size() > type.max || out->size() < type.min) {
    return fail(std::to_string(out->size()) + " values where the type is " + type.to_string());
  }
  return out;
}

void Datum::to_json(const ColumnType& type, json::Writer& out) const {
  if (!type.is_map() && keys.size() == 1) return keys[0].to_json(out);
  out.begin_array().string(type.is_map() ? "map" : "set").begin_array();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (type.is_map()) out.begin_array();
    keys[i].to_json(out);
    if (!type.is_map()) continue;
    values[i].to_json(out);
    out.end_array();
  }
  out.end_array().end_array();
}

std::size_t Datum::find(const Atom& key) const {
  auto it = std::lower_bound(keys.begin(), keys.end(), key);
  return it == keys.end() || *it != key ? npos : static_cast<std::size_t>(it - keys.begin());
}

void Datum::put(Atom key, Atom* value) {
  auto it = std::lower_bound(keys.begin(), keys.end(), key);
  auto place = it - keys.begin();
  bool there = it != keys.end() && *it == key;
  if (!there) keys.insert(it, std::move(key));
  if (value == nullptr) return;
  if (there) {
    values[static_cast<std::size_t>(place)] = std::move(*value);
  } else {
    values.insert(values.begin() + place, std::move(*value));
  }
}

void Datum::erase(const Atom& key) {
  std::size_t place = find(key);
  if (place == npos) return;
  keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(place));
  if (!values.empty()) values.erase(values.begin() + static_cast<std::ptrdiff_t>(place));
}

Result<void> check(const BaseType& type, const Atom& atom) {
  if (!type.allowed.empty() &&
      std::find(type.allowed.begin(), type.allowed.end(), atom) == type.allowed.end()) {
    std::string known;
    for (const Atom& allowed : type.allowed)
      known += (known.empty() ? "" : ", ") + allowed.to_text();
    return fail(atom.to_text() + " is not one of the allowed values (" + known + ")");
  }
  if (auto* number = std::get_if<std::int64_t>(&atom.value)) {
    return check_range(atom, *number, type.min_integer, type.max_integer);
  }
  if (auto* number = std::get_if<double>(&atom.value)) {
    return check_range(atom, *number, type.min_real, type.max_real);
  }
  if (auto* text = std::get_if<std::string>(&atom.value)) return check_length(type, *text);
  return {};
}

Result<void> check(const ColumnType& type, const Datum& datum) {
  if (datum.size() < type.min || datum.size() > type.max) {
    return fail(std::to_string(datum.size()) + " values where the type is " + type.to_string());
  }
  for (const Atom& key : datum.keys) {
    if (auto ok = check(type.key, key); !ok) return ok;
  }
  for (const Atom& value : datum.values) {
    if (auto ok = check(*type.value, value); !ok) return ok;
  }
  return {};
}

}  // namespace mooring::ovsdb

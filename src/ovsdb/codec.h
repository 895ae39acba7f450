// Between C++ values and OVSDB JSON (RFC 7047 section 5.1), and what a column's type can do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/containers.h"
#include "base/uuid.h"
#include "jsonrpc/json.h"
#include "jsonrpc/writer.h"
#include "store/ref.h"

namespace mooring::ovsdb {

// Rows inserted by a transaction have no UUID yet; until it is committed they are named by a
// placeholder that looks like one and is written as a "named-uuid".
Uuid make_placeholder();
bool is_placeholder(const Uuid& uuid);
// The "uuid-name" of a placeholder.
std::string placeholder_name(const Uuid& uuid);

// Atoms. False: not of that type; out is then unspecified.
bool decode(json::Value value, std::string& out);
bool decode(json::Value value, std::int64_t& out);
bool decode(json::Value value, double& out);
bool decode(json::Value value, bool& out);
bool decode(json::Value value, Uuid& out);
template <class Row>
bool decode(json::Value value, store::Ref<Row>& out) {
  return decode(value, out.uuid);
}

void encode(json::Writer& out, const std::string& value);
void encode(json::Writer& out, std::int64_t value);
void encode(json::Writer& out, double value);
void encode(json::Writer& out, bool value);
void encode(json::Writer& out, const Uuid& value);
template <class Row>
void encode(json::Writer& out, const store::Ref<Row>& value) {
  encode(out, value.uuid);
}

// The elements of ["set", [...]]; an atom counts as a set of one. Nullopt: neither.
struct SetView {
  bool single = false;
  json::Value value;  // the atom, or the array
};
std::optional<SetView> set_view(json::Value value);
// The array of pairs of ["map", [...]]; nullopt for anything else.
std::optional<json::Value> map_view(json::Value value);
// The two parts of a pair; nullopt when it isn't one.
struct PairView {
  json::Value key;
  json::Value value;
};
std::optional<PairView> pair_view(json::Value value);

template <class T>
bool decode(json::Value value, std::optional<T>& out) {
  auto set = set_view(value);
  if (!set) return false;
  if (set->single) return decode(set->value, out.emplace());
  if (set->value.size() > 1) return false;
  out.reset();
  for (json::Value element : set->value.elements()) return decode(element, out.emplace());
  return true;
}

template <class T>
bool decode(json::Value value, Set<T>& out) {
  auto set = set_view(value);
  if (!set) return false;
  typename Set<T>::sequence_type sequence;
  sequence.reserve(set->single ? 1 : set->value.size());
  if (set->single) {
    if (!decode(set->value, sequence.emplace_back())) return false;
  } else {
    for (json::Value element : set->value.elements()) {
      T atom{};
      if (!decode(element, atom)) return false;
      sequence.push_back(std::move(atom));
    }
  }
  out.adopt_sequence(std::move(sequence));
  return true;
}

template <class K, class V>
bool decode(json::Value value, Map<K, V>& out) {
  auto pairs = map_view(value);
  if (!pairs) return false;
  typename Map<K, V>::sequence_type sequence;
  sequence.reserve(pairs->size());
  for (json::Value element : pairs->elements()) {
    auto pair = pair_view(element);
    if (!pair) return false;
    auto& slot = sequence.emplace_back();
    if (!decode(pair->key, slot.first) || !decode(pair->value, slot.second)) return false;
  }
  out.adopt_sequence(std::move(sequence));
  return true;
}

template <class T>
void encode(json::Writer& out, const std::optional<T>& value) {
  if (value) return encode(out, *value);
  out.begin_array().string("set").begin_array().end_array().end_array();
}

// The long form, in which a set of keys to be deleted from a map has to be.
template <class T>
void encode_elements(json::Writer& out, const Set<T>& value) {
  out.begin_array().string("set").begin_array();
  for (const T& element : value) encode(out, element);
  out.end_array().end_array();
}

// Of one element the short form (RFC 7047 section 5.1, "<set>"): how long a server reads at a
// transaction goes by the pieces of its text.
template <class T>
void encode(json::Writer& out, const Set<T>& value) {
  if (value.size() == 1) return encode(out, *value.begin());
  encode_elements(out, value);
}

template <class K, class V>
void encode(json::Writer& out, const Map<K, V>& value) {
  out.begin_array().string("map").begin_array();
  for (const auto& [key, mapped] : value) {
    out.begin_array();
    encode(out, key);
    encode(out, mapped);
    out.end_array();
  }
  out.end_array().end_array();
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  json::Writer writer(out);
  encode(writer, value);
  return out;
}

}  // namespace mooring::ovsdb

#include "jsonrpc/json.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <type_traits>

#include "jsonrpc/writer.h"

namespace mooring::json {

using simdjson::dom::element;
using simdjson::dom::element_type;

// simdjson's handles are two words, a document and a place on its tape; ours hold the same words so
// that its header stays in here.
struct Access {
  struct Words {
    const void* document;
    std::size_t place;
  };
  static_assert(sizeof(element) == sizeof(Words) && std::is_trivially_copyable_v<element>);
  static_assert(std::is_same_v<decltype(simdjson::internal::tape_ref::json_index), std::size_t>);

  template <class Handle>
  static Value value(const Handle& handle) {
    Words words = std::bit_cast<Words>(handle);
    return {words.document, words.place};
  }
  // Only of a value that isn't the default one.
  static element of(const Value& value) {
    return std::bit_cast<element>(Words{value.document_, value.place_});
  }
};

namespace {

template <class T>
std::optional<T> get(const Value& value, bool present) {
  T out;
  if (!present || Access::of(value).get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

void dump_to(Writer& out, const Value& value);

void dump_array(Writer& out, const Value& value) {
  out.begin_array();
  for (Value inner : value.elements()) dump_to(out, inner);
  out.end_array();
}

void dump_object(Writer& out, const Value& value) {
  out.begin_object();
  for (Member member : value.members()) {
    out.key(member.key);
    dump_to(out, member.value);
  }
  out.end_object();
}

void dump_to(Writer& out, const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      out.null();
      return;
    case Kind::kBool:
      out.boolean(*value.boolean());
      return;
    case Kind::kInteger:
      out.integer(*value.integer());
      return;
    case Kind::kReal:
      out.real(*value.real());
      return;
    case Kind::kString:
      out.string(*value.string());
      return;
    case Kind::kArray:
      dump_array(out, value);
      return;
    case Kind::kObject:
      dump_object(out, value);
      return;
  }
}

}  // namespace

Kind Value::kind() const {
  if (document_ == nullptr) return Kind::kNull;
  switch (Access::of(*this).type()) {
    case element_type::ARRAY:
      return Kind::kArray;
    case element_type::OBJECT:
      return Kind::kObject;
    case element_type::INT64:
      return Kind::kInteger;
    case element_type::UINT64:  // simdjson's choice only for what int64_t can't hold
    case element_type::DOUBLE:
      return Kind::kReal;
    case element_type::STRING:
      return Kind::kString;
    case element_type::BOOL:
      return Kind::kBool;
    case element_type::NULL_VALUE:
      break;
  }
  return Kind::kNull;
}

std::optional<bool> Value::boolean() const { return get<bool>(*this, document_ != nullptr); }

std::optional<std::int64_t> Value::integer() const {
  return get<std::int64_t>(*this, document_ != nullptr);
}

std::optional<double> Value::real() const { return get<double>(*this, document_ != nullptr); }

std::optional<std::string_view> Value::string() const {
  return get<std::string_view>(*this, document_ != nullptr);
}

Elements Value::elements() const {
  Elements out;
  if (auto array = get<simdjson::dom::array>(*this, document_ != nullptr)) {
    out.begin_ = Access::value(array->begin());
    out.end_ = Access::value(array->end());
  }
  return out;
}

Members Value::members() const {
  Members out;
  if (auto object = get<simdjson::dom::object>(*this, document_ != nullptr)) {
    out.begin_ = Access::value(object->begin());
    out.end_ = Access::value(object->end());
  }
  return out;
}

std::size_t Value::size() const {
  if (auto array = get<simdjson::dom::array>(*this, document_ != nullptr)) return array->size();
  if (auto object = get<simdjson::dom::object>(*this, document_ != nullptr)) return object->size();
  return 0;
}

Value Value::operator[](std::string_view key) const {
  for (Member member : members()) {
    if (member.key == key) return member.value;
  }
  return {};
}

Value Value::at(std::size_t i) const {
  for (Value element : elements()) {
    if (i-- == 0) return element;
  }
  return {};
}

std::string Value::dump() const {
  std::string out;
  Writer writer(out);
  dump_to(writer, *this);
  return out;
}

Elements::Iterator& Elements::Iterator::operator++() {
  auto at = std::bit_cast<simdjson::dom::array::iterator>(Access::of(at_));
  at_ = Access::value(++at);
  return *this;
}

Members::Iterator& Members::Iterator::operator++() {
  auto at = std::bit_cast<simdjson::dom::object::iterator>(Access::of(at_));
  at_ = Access::value(++at);
  return *this;
}

Member Members::Iterator::operator*() const {
  auto at = std::bit_cast<simdjson::dom::object::iterator>(Access::of(at_));
  return {at.key(), Access::value(at.value())};
}

struct Parser::Impl {
  explicit Impl(Limits given) : limits(given) {}

  // Room for texts up to `bytes`; grows by halves so that a slowly growing text doesn't reallocate
  // every time.
  simdjson::error_code make_room(std::size_t bytes) {
    if (bytes <= parser.capacity()) return simdjson::SUCCESS;
    return parser.allocate(std::max<std::size_t>(bytes + bytes / 2, 4096), limits.depth);
  }

  Limits limits;
  simdjson::dom::parser parser;
};

Parser::Parser() : Parser(Limits{}) {}
Parser::Parser(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

Result<Value> Parser::parse(std::string_view text) { return run(text, false); }

Result<Value> Parser::parse_padded(std::string_view text) {
  static_assert(kPadding >= simdjson::SIMDJSON_PADDING);
  return run(text, true);
}

void Parser::release(std::size_t keep) {
  if (impl_->parser.capacity() > keep) impl_->parser = simdjson::dom::parser();
}

Result<Value> Parser::run(std::string_view text, bool padded) {
  if (text.size() > impl_->limits.bytes) {
    return fail("JSON text of " + std::to_string(text.size()) + " bytes, over the limit of " +
                std::to_string(impl_->limits.bytes));
  }
  element root;
  simdjson::error_code error = impl_->make_room(text.size());
  if (error == simdjson::SUCCESS) {
    error = impl_->parser.parse(text.data(), text.size(), !padded).get(root);
  }
  if (error != simdjson::SUCCESS) {
    return fail(std::string("bad JSON: ") + simdjson::error_message(error));
  }
  return Access::value(root);
}

}  // namespace mooring::json

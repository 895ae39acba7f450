// Reading JSON (RFC 8259): light handles on what simdjson parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::json {

class Elements;
class Members;

enum class Kind { kNull, kBool, kInteger, kReal, kString, kArray, kObject };

// A value inside a parsed text: two words, to be copied. Valid until its Parser parses again or
// dies; a default one is null and always valid. A question of the wrong kind is answered with
// nullopt or an empty range, so a reader of hostile text needs no check before it asks.
class Value {
 public:
  Value() = default;

  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }

  std::optional<bool> boolean() const;
  // A number without fraction and exponent within int64_t.
  std::optional<std::int64_t> integer() const;
  // Any number.
  std::optional<double> real() const;
  // UTF-8, escapes resolved.
  std::optional<std::string_view> string() const;

  // The elements of an array; empty for anything else.
  Elements elements() const;
  // The members of an object in their order; empty for anything else.
  Members members() const;
  // Of an array or object, else 0. Saturates at 2^24-1, so it serves for reserving and for small
  // checks only.
  std::size_t size() const;
  // The member with this key, or null.
  Value operator[](std::string_view key) const;
  // Element i of an array, or null. Linear.
  Value at(std::size_t i) const;
  // As minimal JSON text.
  std::string dump() const;

 private:
  friend class Elements;
  friend class Members;
  friend class Parser;
  friend struct Access;
  Value(const void* document, std::size_t place) : document_(document), place_(place) {}

  const void* document_ = nullptr;
  std::size_t place_ = 0;
};

class Elements {
 public:
  class Iterator {
   public:
    Value operator*() const { return at_; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return at_.place_ == other.at_.place_; }

   private:
    friend class Elements;
    explicit Iterator(Value at) : at_(at) {}
    Value at_;
  };
  Iterator begin() const { return Iterator(begin_); }
  Iterator end() const { return Iterator(end_); }
  bool empty() const { return begin_.place_ == end_.place_; }

 private:
  friend class Value;
  Value begin_;
  Value end_;
};

struct Member {
  std::string_view key;
  Value value;
};

class Members {
 public:
  class Iterator {
   public:
    Member operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return at_.place_ == other.at_.place_; }

   private:
    friend class Members;
    explicit Iterator(Value at) : at_(at) {}
    Value at_;
  };
  Iterator begin() const { return Iterator(begin_); }
  Iterator end() const { return Iterator(end_); }
  bool empty() const { return begin_.place_ == end_.place_; }

 private:
  friend class Value;
  Value begin_;
  Value end_;
};

// Parses one text at a time and keeps its memory, several times the text, for the next.
class Parser {
 public:
  struct Limits {
    std::size_t bytes = std::size_t{1} << 30;
    std::size_t depth = 64;
  };
  // Bytes that must be readable after a text given to parse_padded.
  static constexpr std::size_t kPadding = 64;

  Parser();
  explicit Parser(Limits limits);
  ~Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;

  // Error: not one whole JSON text, not UTF-8, or beyond a limit; says which. A number that
  // neither int64_t nor double holds is refused.
  Result<Value> parse(std::string_view text);
  // The same without copying the text, which must be followed by kPadding readable bytes of any
  // content.
  Result<Value> parse_padded(std::string_view text);
  // Gives memory back if it is for texts of more than `keep` bytes; values are invalid afterwards.
  void release(std::size_t keep);

 private:
  Result<Value> run(std::string_view text, bool padded);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mooring::json

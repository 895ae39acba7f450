// Byte buffers in network order: what values are made of, how they are written and read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "openflow/u128.h"

namespace mooring::openflow {

// A byte string whose first 56 bytes need no allocation: a match or an action list of usual length
// fits, and the whole is one cache line. What it has of std::string's interface means the same.
class Bytes {
 public:
  using value_type = char;

  Bytes() = default;
  Bytes(const Bytes& other) { append(other.data(), other.size_); }
  Bytes(Bytes&& other) noexcept { take(other); }
  Bytes& operator=(const Bytes& other) {
    if (this == &other) return *this;
    size_ = 0;
    append(other.data(), other.size_);
    return *this;
  }
  Bytes& operator=(Bytes&& other) noexcept {
    if (this == &other) return *this;
    release();
    take(other);
    return *this;
  }
  ~Bytes() { release(); }

  const char* data() const { return on_heap() ? store_.heap : store_.inside; }
  char* data() { return on_heap() ? store_.heap : store_.inside; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  char& operator[](std::size_t i) { return data()[i]; }
  char operator[](std::size_t i) const { return data()[i]; }

  void push_back(char byte) {
    reserve(size_ + std::size_t{1});
    data()[size_++] = byte;
  }
  void append(const char* bytes, std::size_t count) {
    if (count == 0) return;
    reserve(size_ + count);
    std::memcpy(data() + size_, bytes, count);
    size_ += static_cast<std::uint32_t>(count);
  }
  void append(std::size_t count, char byte) {
    if (count == 0) return;
    reserve(size_ + count);
    std::memset(data() + size_, byte, count);
    size_ += static_cast<std::uint32_t>(count);
  }
  // Replaces `count` bytes at `at`; bytes is no part of this.
  void replace(std::size_t at, std::size_t count, std::string_view bytes) {
    reserve(size_ - count + bytes.size());
    std::memmove(data() + at + bytes.size(), data() + at + count, size_ - at - count);
    if (!bytes.empty()) std::memcpy(data() + at, bytes.data(), bytes.size());
    size_ = static_cast<std::uint32_t>(size_ - count + bytes.size());
  }

 private:
  static constexpr std::size_t kInside = 56;

  bool on_heap() const { return capacity_ > kInside; }
  void release() {
    if (on_heap()) delete[] store_.heap;
    size_ = 0;
    capacity_ = kInside;
  }
  // From an empty state.
  void take(Bytes& other) {
    store_ = other.store_;
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, kInside);
  }
  void reserve(std::size_t wanted) {
    if (wanted <= capacity_) return;
    const std::size_t capacity = std::max(wanted, std::size_t{2} * capacity_);
    char* const heap = new char[capacity];
    std::memcpy(heap, data(), size_);
    if (on_heap()) delete[] store_.heap;
    store_.heap = heap;
    capacity_ = static_cast<std::uint32_t>(capacity);
  }

  union Store {
    char inside[kInside];
    char* heap;
  };
  Store store_{};
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = kInside;
};

inline std::string_view view(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

// Appends big-endian integers to a Bytes or a std::string.
template <class Out>
class Writer {
 public:
  explicit Writer(Out& out) : out_(out) {}
  std::size_t size() const { return out_.size(); }
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { integer(value, 2); }
  void u32(std::uint32_t value) { integer(value, 4); }
  void u64(std::uint64_t value) { integer(value, 8); }
  // The low `length` bytes of value; length is at most 16.
  void wide(U128 value, std::size_t length) {
    for (std::size_t i = length; i-- > 0;) {
      u8(static_cast<std::uint8_t>((value >> static_cast<unsigned>(8 * i)).low));
    }
  }
  void raw(std::string_view bytes) { out_.append(bytes.data(), bytes.size()); }
  void zeros(std::size_t count) { out_.append(count, '\0'); }
  // Zeros until the size since `start` is a multiple of 8.
  void pad8(std::size_t start) { zeros((8 - (size() - start) % 8) % 8); }
  // Overwrites the two bytes at `at`.
  void patch_u16(std::size_t at, std::uint16_t value) {
    out_[at] = static_cast<char>(value >> 8);
    out_[at + 1] = static_cast<char>(value & 0xff);
  }

 private:
  void integer(std::uint64_t value, unsigned length) {
    char bytes[8];
    for (unsigned i = 0; i < length; ++i) {
      bytes[i] = static_cast<char>(value >> (8 * (length - 1 - i)) & 0xff);
    }
    out_.append(bytes, length);
  }

  Out& out_;
};

// Reads big-endian integers and never past the end: a read that would is answered with zeros and
// sets failed(), so that a decoder may check once, after several reads.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t remaining() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  bool failed() const { return failed_; }
  std::uint8_t u8() { return static_cast<std::uint8_t>(integer(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(integer(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(integer(4)); }
  std::uint64_t u64() { return integer(8); }
  // length is at most 16.
  U128 wide(std::size_t length) {
    if (length <= 8) return integer(length);
    const std::uint64_t high = integer(length - 8);
    return U128(high, integer(8));
  }
  void skip(std::size_t count) { take(count); }
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const std::string_view out = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return out;
  }
  std::string_view rest() { return take(bytes_.size()); }
  // The next bytes without consuming them.
  std::string_view peek() const { return bytes_; }

 private:
  std::uint64_t integer(std::size_t length) {
    std::uint64_t value = 0;
    for (const char byte : take(length)) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

}  // namespace mooring::openflow

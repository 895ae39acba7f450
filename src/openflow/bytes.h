// Byte buffers in network order: what values are made of, how they are written and read.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "openflow/u128.h"

namespace mooring::openflow {

// A match or an action list of usual length needs no allocation.
using Bytes = boost::container::small_vector<std::uint8_t, 64>;

inline std::string_view view(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Appends big-endian integers to a Bytes or a std::string.
template <class Out>
class Writer {
 public:
  explicit Writer(Out& out) : out_(out) {}
  std::size_t size() const { return out_.size(); }
  void u8(std::uint8_t value) { out_.push_back(static_cast<typename Out::value_type>(value)); }
  void u16(std::uint16_t value) { integer(value, 2); }
  void u32(std::uint32_t value) { integer(value, 4); }
  void u64(std::uint64_t value) { integer(value, 8); }
  // The low `length` bytes of value; length is at most 16.
  void wide(U128 value, std::size_t length) {
    for (std::size_t i = length; i-- > 0;) {
      u8(static_cast<std::uint8_t>((value >> static_cast<unsigned>(8 * i)).low));
    }
  }
  void raw(std::string_view bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void zeros(std::size_t count) { out_.insert(out_.end(), count, 0); }
  // Zeros until the size since `start` is a multiple of 8.
  void pad8(std::size_t start) { zeros((8 - (size() - start) % 8) % 8); }
  // Overwrites the two bytes at `at`.
  void patch_u16(std::size_t at, std::uint16_t value) {
    out_[at] = static_cast<typename Out::value_type>(value >> 8);
    out_[at + 1] = static_cast<typename Out::value_type>(value & 0xff);
  }

 private:
  void integer(std::uint64_t value, unsigned length) {
    typename Out::value_type bytes[8];
    for (unsigned i = 0; i < length; ++i) {
      bytes[i] = static_cast<typename Out::value_type>(value >> (8 * (length - 1 - i)) & 0xff);
    }
    out_.insert(out_.end(), bytes, bytes + length);
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

#include "jsonrpc/framer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "jsonrpc/json.h"

namespace mooring::json {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101ULL;

// Whether any of eight bytes equals c.
constexpr bool any_equals(std::uint64_t word, char c) {
  std::uint64_t x = word ^ (kOnes * static_cast<unsigned char>(c));
  return ((x - kOnes) & ~x & (kOnes << 7)) != 0;
}

// The first place from `at` that has one of the two, or end. Eight bytes a step: strings are most
// of what an OVSDB message has.
std::size_t find_either(const std::string& text, std::size_t at, std::size_t end, char a, char b) {
  while (at + 8 <= end) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (any_equals(word, a) || any_equals(word, b)) break;
    at += 8;
  }
  while (at < end && text[at] != a && text[at] != b) ++at;
  return at;
}

// Bytes outside strings that matter to framing.
constexpr std::array<bool, 256> kStructural = [] {
  std::array<bool, 256> out{};
  for (char c : {'{', '}', '[', ']', '"'}) out[static_cast<unsigned char>(c)] = true;
  return out;
}();

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void Framer::feed(std::string_view bytes) {
  if (broken_) return;
  if (begin_ == end_) begin_ = at_ = end_ = 0;
  // What was consumed goes once it is the larger part, so that moving stays linear.
  if (begin_ > 0 && begin_ >= end_ - begin_) {
    buffer_.erase(0, begin_);
    at_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  std::size_t needed = end_ + bytes.size() + Parser::kPadding;
  if (buffer_.size() < needed) {
    if (buffer_.capacity() < needed) buffer_.reserve(std::max(needed, 2 * buffer_.capacity()));
    buffer_.resize(needed);
  }
  std::memcpy(buffer_.data() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
}

void Framer::release(std::size_t keep) {
  if (begin_ != end_ || buffer_.capacity() <= keep) return;
  std::string().swap(buffer_);  // assignment would keep the memory
  begin_ = at_ = end_ = 0;
}

Result<std::optional<std::string_view>> Framer::next() {
  if (broken_) return tl::unexpected<Error>(*broken_);
  auto whole = scan();
  if (!whole) {
    broken_ = whole.error();
    return tl::unexpected<Error>(*broken_);
  }
  if (!*whole) return std::nullopt;
  std::string_view out(buffer_.data() + begin_, at_ - begin_);
  begin_ = at_;
  return out;
}

// Advances at_ to the end of the current object; false when the bytes end before.
Result<bool> Framer::scan() {
  if (depth_ == 0) {
    while (at_ < end_ && is_space(buffer_[at_])) ++at_;
    begin_ = at_;
    if (at_ < end_ && buffer_[at_] != '{') return fail("expected a JSON object from the peer");
  }
  while (at_ < end_) {
    if (in_string_) {
      if (!std::exchange(escaped_, false)) {
        at_ = find_either(buffer_, at_, end_, '"', '\\');
        if (at_ == end_) break;
        if (buffer_[at_] == '"') in_string_ = false;
        if (buffer_[at_] == '\\') escaped_ = true;
      }
      ++at_;
      continue;
    }
    while (at_ < end_ && !kStructural[static_cast<unsigned char>(buffer_[at_])]) ++at_;
    if (at_ < end_ && step_outside(buffer_[at_++])) return true;
    if (depth_ > limits_.depth) {
      return fail("JSON nested deeper than " + std::to_string(limits_.depth) + " levels");
    }
  }
  if (end_ - begin_ > limits_.bytes) {
    return fail("a JSON message over the limit of " + std::to_string(limits_.bytes) + " bytes");
  }
  return false;
}

// Takes one structural byte; true when it ends the object.
bool Framer::step_outside(char c) {
  if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else {
    return --depth_ == 0;
  }
  return false;
}

}  // namespace mooring::json

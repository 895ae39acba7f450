// Sets of values of one variable, as the bit patterns that OpenFlow matches.
#pragma once

#include <compare>
#include <cstdint>
#include <tl/expected.hpp>
#include <vector>

#include "expr/bits.h"

namespace mooring::expr {

// The values v with (v & mask) == value. No bit of value is outside mask.
struct Pattern {
  U128 value = 0;
  U128 mask = 0;
  bool contains(U128 v) const { return (v & mask) == value; }
  friend bool operator==(const Pattern&, const Pattern&) = default;
  friend auto operator<=>(const Pattern&, const Pattern&) = default;
};

// What an operation would have produced instead of a result: so many patterns.
struct TooMany {
  double count = 0;
};

// A union of patterns. Canonical where the masks are prefixes of the same bits: then the patterns
// are the fewest prefixes, disjoint and in order. Otherwise repeated and covered ones are removed.
class Values {
 public:
  static constexpr std::size_t kMaxPatterns = 1 << 18;

  static Values none() { return Values(); }
  static Values all() { return Values({Pattern{}}); }
  static Values of(std::vector<Pattern> patterns) { return Values(std::move(patterns)); }
  // first to last, both included, of a number of `width` bits.
  static Values range(U128 first, U128 last, unsigned width);

  bool empty() const { return patterns_.empty(); }
  bool is_all() const { return patterns_.size() == 1 && patterns_[0].mask == 0; }
  std::size_t size() const { return patterns_.size(); }
  const std::vector<Pattern>& patterns() const { return patterns_; }
  bool contains(U128 value) const;
  // The same for a field `bits` further up.
  Values shifted(unsigned bits) const;

  friend tl::expected<Values, TooMany> intersect(const Values& a, const Values& b);
  // What is not in the set, of numbers of `width` bits.
  friend tl::expected<Values, TooMany> complement(const Values& a, unsigned width);
  friend bool operator==(const Values&, const Values&) = default;

 private:
  Values() = default;
  explicit Values(std::vector<Pattern> patterns);
  std::vector<Pattern> patterns_;
};

tl::expected<Values, TooMany> intersect(const Values& a, const Values& b);
tl::expected<Values, TooMany> complement(const Values& a, unsigned width);

}  // namespace mooring::expr

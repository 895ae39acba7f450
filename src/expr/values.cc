#include "expr/values.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace mooring::expr {
namespace {

// first to last, both included.
struct Interval {
  U128 first;
  U128 last;
};

// Patterns whose masks are all prefixes of the same low `width` bits, as disjoint intervals in
// order.
struct Intervals {
  unsigned width = 0;
  std::vector<Interval> list;
};

// The width for which masks are prefixes; nullopt when there is none.
std::optional<unsigned> prefix_width(const std::vector<Pattern>& patterns) {
  U128 used = 0;
  for (const Pattern& p : patterns) used |= p.mask;
  const unsigned width = bit_length(used);
  for (const Pattern& p : patterns) {
    const U128 wild = low_ones(width) & ~p.mask;
    if ((wild & (wild + 1)) != 0) return std::nullopt;
  }
  return width;
}

std::vector<Interval> to_intervals(const std::vector<Pattern>& patterns, unsigned width) {
  std::vector<Interval> list;
  list.reserve(patterns.size());
  for (const Pattern& p : patterns) {
    list.push_back({p.value, p.value | (low_ones(width) & ~p.mask)});
  }
  std::sort(list.begin(), list.end(),
            [](const Interval& a, const Interval& b) { return a.first < b.first; });
  std::vector<Interval> out;
  for (const Interval& next : list) {
    const bool joins =
        !out.empty() && (next.first <= out.back().last || next.first - out.back().last == 1);
    if (joins) {
      out.back().last = std::max(out.back().last, next.last);
    } else {
      out.push_back(next);
    }
  }
  return out;
}

// The fewest prefixes of `width` bits that make up an interval.
void append_prefixes(Interval interval, unsigned width, std::vector<Pattern>& out) {
  U128 first = interval.first;
  for (;;) {
    unsigned host = std::min(lowest_bit(first), width);
    while (host > 0 && (first | low_ones(host)) > interval.last) --host;
    out.push_back({first, low_ones(width) & ~low_ones(host)});
    const U128 end = first | low_ones(host);
    if (end >= interval.last) return;
    first = end + 1;
  }
}

std::vector<Pattern> to_patterns(const std::vector<Interval>& list, unsigned width) {
  std::vector<Pattern> out;
  for (const Interval& interval : list) append_prefixes(interval, width, out);
  return out;
}

std::vector<Interval> common(const std::vector<Interval>& a, const std::vector<Interval>& b) {
  std::vector<Interval> out;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const U128 first = std::max(a[i].first, b[j].first), last = std::min(a[i].last, b[j].last);
    if (first <= last) out.push_back({first, last});
    if (a[i].last < b[j].last)
      ++i;
    else
      ++j;
  }
  return out;
}

std::vector<Interval> gaps(const std::vector<Interval>& list, unsigned width) {
  std::vector<Interval> out;
  U128 next = 0;
  for (const Interval& interval : list) {
    if (interval.first > next) out.push_back({next, interval.first - 1});
    if (interval.last == low_ones(width)) return out;
    next = interval.last + 1;
  }
  out.push_back({next, low_ones(width)});
  return out;
}

bool covers(const Pattern& wide, const Pattern& narrow) {
  return (wide.mask & ~narrow.mask) == 0 && (narrow.value & wide.mask) == wide.value;
}

// Joins pairs that differ in one bit and removes what others cover, as long as that helps.
void reduce(std::vector<Pattern>& patterns) {
  constexpr std::size_t kQuadraticUpTo = 256;
  for (bool changed = true; changed;) {
    changed = false;
    std::sort(patterns.begin(), patterns.end());
    patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
    if (patterns.size() > kQuadraticUpTo) return;
    std::vector<Pattern> kept;
    for (const Pattern& p : patterns) {
      const bool covered =
          std::any_of(kept.begin(), kept.end(), [&](const Pattern& k) { return covers(k, p); });
      if (covered) continue;
      std::erase_if(kept, [&](const Pattern& k) { return covers(p, k); });
      const auto twin = std::find_if(kept.begin(), kept.end(), [&](const Pattern& k) {
        const U128 bit = k.value ^ p.value;
        return k.mask == p.mask && (bit & (bit - 1)) == 0;
      });
      if (twin == kept.end()) {
        kept.push_back(p);
      } else {
        twin->mask &= ~(twin->value ^ p.value);
        twin->value &= twin->mask;
        changed = true;
      }
    }
    patterns = std::move(kept);
  }
}

// The patterns of what is in `from` and not in `hole`, disjoint: one for each bit that hole asks
// for and from doesn't.
void append_difference(const Pattern& from, const Pattern& hole, std::vector<Pattern>& out) {
  if (((from.value ^ hole.value) & from.mask & hole.mask) != 0) {
    out.push_back(from);
    return;
  }
  Pattern rest = from;
  for (U128 bits = hole.mask & ~from.mask; bits != 0; bits &= bits - 1) {
    const U128 bit = bits & ~(bits - 1);
    out.push_back({rest.value | (~hole.value & bit), rest.mask | bit});
    rest.mask |= bit;
    rest.value |= hole.value & bit;
  }
}

std::vector<Pattern> joined(const std::vector<Pattern>& a, const std::vector<Pattern>& b) {
  std::vector<Pattern> out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

}  // namespace

Values::Values(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {
  if (patterns_.size() < 2) return;
  if (const auto width = prefix_width(patterns_)) {
    patterns_ = to_patterns(to_intervals(patterns_, *width), *width);
  } else {
    reduce(patterns_);
  }
}

Values Values::range(U128 first, U128 last, unsigned width) {
  Values out;
  append_prefixes({first, last}, width, out.patterns_);
  return out;
}

bool Values::contains(U128 value) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [value](const Pattern& p) { return p.contains(value); });
}

Values Values::shifted(unsigned bits) const {
  Values out = *this;
  for (Pattern& p : out.patterns_) p = {p.value << bits, p.mask << bits};
  return out;
}

tl::expected<Values, TooMany> intersect(const Values& a, const Values& b) {
  Values out;
  if (const auto width = prefix_width(joined(a.patterns_, b.patterns_))) {
    out.patterns_ = to_patterns(
        common(to_intervals(a.patterns_, *width), to_intervals(b.patterns_, *width)), *width);
    return out;
  }
  const std::size_t pairs = a.size() * b.size();
  if (pairs > Values::kMaxPatterns) return tl::unexpected(TooMany{static_cast<double>(pairs)});
  for (const Pattern& p : a.patterns_) {
    for (const Pattern& q : b.patterns_) {
      if (((p.value ^ q.value) & p.mask & q.mask) != 0) continue;
      out.patterns_.push_back({p.value | q.value, p.mask | q.mask});
    }
  }
  return Values(std::move(out.patterns_));
}

tl::expected<Values, TooMany> complement(const Values& a, unsigned width) {
  Values out;
  if (const auto prefix = prefix_width(a.patterns_)) {
    // Above the prefixes' bits nothing is asked, so nothing need be denied there.
    out.patterns_ = to_patterns(gaps(to_intervals(a.patterns_, *prefix), *prefix), *prefix);
    return a.empty() ? Values::all() : out;
  }
  std::vector<Pattern> rest{Pattern{}};
  for (const Pattern& hole : a.patterns_) {
    std::vector<Pattern> next;
    for (const Pattern& p : rest) append_difference(p, hole, next);
    if (next.size() > Values::kMaxPatterns) {
      return tl::unexpected(TooMany{static_cast<double>(next.size())});
    }
    rest = std::move(next);
  }
  for (Pattern& p : rest) p = {p.value & low_ones(width), p.mask & low_ones(width)};
  return Values(std::move(rest));
}

}  // namespace mooring::expr

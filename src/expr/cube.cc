#include <algorithm>

#include "expr/normal_form.h"

namespace mooring::expr {
namespace {

auto place_of(auto& bounds, Var var) {
  return std::lower_bound(bounds.begin(), bounds.end(), var,
                          [](const auto& bound, Var key) { return bound.first < key; });
}

bool disjoint(const Pattern& a, const Pattern& b) {
  return ((a.value ^ b.value) & a.mask & b.mask) != 0;
}

}  // namespace

bool Cube::add(Var var, const Pattern& pattern) {
  if (pattern.mask == 0) return true;
  const auto it = place_of(bounds_, var);
  if (it == bounds_.end() || it->first != var) {
    bounds_.insert(it, {var, pattern});
    return true;
  }
  if (disjoint(it->second, pattern)) return false;
  it->second.value |= pattern.value;
  it->second.mask |= pattern.mask;
  return true;
}

bool Cube::add(const Cube& other) {
  return std::all_of(other.bounds_.begin(), other.bounds_.end(),
                     [this](const auto& bound) { return add(bound.first, bound.second); });
}

const Pattern* Cube::find(Var var) const {
  const auto it = place_of(bounds_, var);
  return it == bounds_.end() || it->first != var ? nullptr : &it->second;
}

bool Cube::contradicts(const Cube& other) const {
  return std::any_of(other.bounds_.begin(), other.bounds_.end(), [this](const auto& bound) {
    const Pattern* own = find(bound.first);
    return own != nullptr && disjoint(*own, bound.second);
  });
}

bool Cube::covers(const Cube& other) const {
  return std::all_of(bounds_.begin(), bounds_.end(), [&other](const auto& bound) {
    const Pattern* theirs = other.find(bound.first);
    return theirs != nullptr && (bound.second.mask & ~theirs->mask) == 0 &&
           (theirs->value & bound.second.mask) == bound.second.value;
  });
}

bool Dimension::is_open() const {
  return std::any_of(items.begin(), items.end(),
                     [](const Item& item) { return item.membership.has_value(); });
}

}  // namespace mooring::expr

#include "expr/conjunction.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "expr/emit.h"
#include "expr/vars.h"

namespace mooring::expr {
namespace {

using openflow::Field;
using openflow::Match;

Var var_of(const Item& item) {
  return item.membership ? item.membership->field.symbol->var : Var::kCount;
}

// Where base and structure are tested, so that clauses are met only by packets that match: in the
// smallest dimension that nobody joins; its number, or that of one more.
std::size_t place_for_base(const Product& product) {
  const auto& all = product.dimensions;
  std::size_t best = all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].is_open()) continue;
    if (best == all.size() || all[i].items.size() <= all[best].items.size()) best = i;
  }
  return best;
}

// Every item of some dimension tests the whole structure, and there is nothing else to test.
bool is_base_implied(const Product& product) {
  if (!product.base.empty()) return false;
  const auto implies = [&](const Item& item) {
    return needed(product.structure, item.cube, var_of(item)) == product.structure;
  };
  return std::any_of(product.dimensions.begin(), product.dimensions.end(), [&](const Dimension& d) {
    return std::all_of(d.items.begin(), d.items.end(), implies);
  });
}

struct Clash {
  std::size_t a = 0;
  std::size_t b = 0;
};

// Finds two clauses that could have a flow in common.
class ClashFinder {
 public:
  void add(const Condition& condition) {
    for (const Match& match : to_matches(condition.item.cube)) {
      const bool open = condition.item.membership.has_value();
      if (!open) {
        const auto [it, fresh] = listed_.try_emplace(match, condition.clause);
        if (!fresh && it->second != condition.clause) found_ = Clash{it->second, condition.clause};
      }
      Users& users = by_fields_[fields_of(match, condition.item)];
      (open ? users.open : users.listed).insert(condition.clause);
    }
  }

  std::optional<Clash> result() const {
    if (found_) return found_;
    for (const auto& [fields, users] : by_fields_) {
      for (std::size_t open : users.open) {
        for (const auto* others : {&users.open, &users.listed}) {
          for (std::size_t other : *others) {
            if (other != open) return Clash{std::min(open, other), std::max(open, other)};
          }
        }
      }
    }
    return std::nullopt;
  }

 private:
  struct Users {
    std::set<std::size_t> open;
    std::set<std::size_t> listed;
  };

  // Ports of a group bring their datapath along, or don't.
  static std::set<Field> fields_of(const Match& match, const Item& item) {
    std::set<Field> out;
    match.each([&out](Field field, const Match::Constraint&) { out.insert(field); });
    if (item.membership) out.insert(info(var_of(item)).field);
    out.erase(Field::kMetadata);
    return out;
  }

  std::map<Match, std::size_t> listed_;
  std::map<std::set<Field>, Users> by_fields_;
  std::optional<Clash> found_;
};

std::optional<Clash> find_clash(const Product& product) {
  ClashFinder finder;
  for (const Condition& condition : conjoin(product).conditions) finder.add(condition);
  return finder.result();
}

// Both; nullopt when nothing is both, or when it would take a membership in two.
std::optional<Item> both(const Item& a, const Item& b) {
  Item out = a;
  if (!out.cube.add(b.cube)) return std::nullopt;
  if (b.membership) out.membership = b.membership;
  return out;
}

// Either of the items in both, or one of each of the rest.
std::optional<Dimension> join(const Dimension& a, const Dimension& b, std::size_t limit) {
  Dimension out;
  std::vector<Item> left;
  std::vector<Item> right = b.items;
  for (const Item& item : a.items) {
    const auto same = std::find(right.begin(), right.end(), item);
    if (same == right.end()) {
      left.push_back(item);
    } else {
      out.items.push_back(item);
      right.erase(same);
    }
  }
  for (const Item& l : left) {
    for (const Item& r : right) {
      if (l.membership && r.membership) return std::nullopt;
      if (auto item = both(l, r)) out.items.push_back(std::move(*item));
      if (out.items.size() > limit) return out;
    }
  }
  return out;
}

// The base goes into the dimension.
void join_base(Product& product, std::size_t k) {
  auto& items = product.dimensions[k].items;
  std::erase_if(items, [&](Item& item) { return !item.cube.add(product.base); });
  product.base = Cube();
}

bool is_too_large(const Product& product, std::size_t limit) {
  return std::any_of(product.dimensions.begin(), product.dimensions.end(),
                     [limit](const Dimension& d) { return d.items.size() > limit; });
}

}  // namespace

Conjunction conjoin(const Product& product) {
  const auto& dimensions = product.dimensions;
  const bool implied = is_base_implied(product);
  const std::size_t place = implied ? dimensions.size() : place_for_base(product);
  const bool own = !implied && place == dimensions.size();
  Conjunction out;
  out.clauses = dimensions.size() + (own ? 1 : 0);
  out.whole = product.structure;
  static_cast<void>(out.whole.add(product.base));
  for (std::size_t k = 0; k < dimensions.size(); ++k) {
    for (const Item& item : dimensions[k].items) {
      Item with = item;
      const bool possible = with.cube.add(
          !implied && k == place ? out.whole : needed(product.structure, item.cube, var_of(item)));
      if (possible) out.conditions.push_back({std::move(with), k});
    }
  }
  if (own) out.conditions.push_back({Item{out.whole, std::nullopt}, dimensions.size()});
  return out;
}

std::optional<Product> separate(Product product, std::size_t limit) {
  while (product.dimensions.size() > 1 && !is_too_large(product, limit)) {
    const auto clash = find_clash(product);
    if (!clash) break;
    if (clash->b == product.dimensions.size()) {
      if (product.base.empty()) return std::nullopt;
      join_base(product, clash->a);
      continue;
    }
    auto joined = join(product.dimensions[clash->a], product.dimensions[clash->b], limit);
    if (!joined) return std::nullopt;
    product.dimensions[clash->a] = std::move(*joined);
    product.dimensions.erase(product.dimensions.begin() + static_cast<std::ptrdiff_t>(clash->b));
  }
  return product;
}

}  // namespace mooring::expr

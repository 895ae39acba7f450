#include "expr/lower.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "expr/conjunction.h"
#include "expr/emit.h"
#include "expr/resolve.h"

namespace mooring::expr {

struct Slot::State {
  Membership membership;
  Cube cube;
  std::vector<Clause> clauses;
  friend bool operator==(const State&, const State&) = default;
};

namespace {

// ovs-actions(7), conjunction.
constexpr std::size_t kMaxClauses = 64;

// Matches by what they match; a clause is dropped where the rule itself applies.
class Collection {
 public:
  void add(const Cube& cube, const std::vector<Clause>& clauses) {
    for (auto& match : to_matches(cube)) add({std::move(match), clauses});
  }
  void add(LoweredMatch lowered) {
    const auto [it, fresh] = matches_.try_emplace(std::move(lowered.match), lowered.clauses);
    if (fresh || it->second.empty()) return;
    if (lowered.clauses.empty()) return it->second.clear();
    auto& all = it->second;
    all.insert(all.end(), lowered.clauses.begin(), lowered.clauses.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
  std::vector<LoweredMatch> take() {
    std::vector<LoweredMatch> out;
    out.reserve(matches_.size());
    for (auto& [match, clauses] : matches_) out.push_back({match, std::move(clauses)});
    return out;
  }

 private:
  std::map<openflow::Match, std::vector<Clause>> matches_;
};

class Lowering {
 public:
  explicit Lowering(const LowerOptions& options) : options_(options) {}

  // Nullopt when members of sets have to be listed: see separate().
  std::optional<Result<Plan>> run(std::vector<Product> products) {
    for (Product& product : products) {
      if (!is_shared(product)) continue;
      auto separated = separate(std::move(product), options_.max_matches);
      if (!separated) return std::nullopt;
      product = std::move(*separated);
    }
    return matches(products);
  }

 private:
  Result<Plan> matches(const std::vector<Product>& products) {
    double total = 0;
    for (const Product& product : products) total += size_of(product);
    if (total > static_cast<double>(options_.max_matches)) {
      return tl::unexpected(too_large(total, options_.max_matches));
    }
    for (const Product& product : products) {
      if (!is_shared(product)) {
        flat(product);
      } else if (auto done = conjunction(product); !done) {
        return tl::unexpected(done.error());
      }
    }
    return Plan{fixed_.take(), std::move(slots_)};
  }

  static double flat_size(const Product& product) {
    double out = 1;
    for (const Dimension& d : product.dimensions) out *= static_cast<double>(d.items.size());
    return out;
  }
  static double shared_size(const Product& product) {
    double out = 1;
    for (const Dimension& d : product.dimensions) out += static_cast<double>(d.items.size());
    return out;
  }
  // A dimension that anyone may join counts as large, so that the form doesn't change with who is
  // in.
  bool is_shared(const Product& product) const {
    if (!options_.conjunction_id || product.dimensions.size() < 2) return false;
    const bool open = std::any_of(product.dimensions.begin(), product.dimensions.end(),
                                  [](const Dimension& d) { return d.is_open(); });
    return open || flat_size(product) > shared_size(product);
  }
  double size_of(const Product& product) const {
    return is_shared(product) ? shared_size(product) : flat_size(product);
  }

  void emit(const Item& item, const std::vector<Clause>& clauses) {
    if (!item.membership) return fixed_.add(item.cube, clauses);
    slots_.emplace_back(
        std::make_shared<const Slot::State>(Slot::State{*item.membership, item.cube, clauses}));
  }

  // At most one dimension is open.
  void flat(const Product& product) {
    Item whole;
    static_cast<void>(whole.cube.add(product.structure));
    static_cast<void>(whole.cube.add(product.base));
    combine(product.dimensions, 0, whole);
  }
  void combine(const std::vector<Dimension>& dimensions, std::size_t from, const Item& so_far) {
    if (from == dimensions.size()) return emit(so_far, {});
    for (const Item& item : dimensions[from].items) {
      Item next = so_far;
      if (!next.cube.add(item.cube)) continue;
      if (item.membership) next.membership = item.membership;
      combine(dimensions, from + 1, next);
    }
  }

  Result<void> conjunction(const Product& product) {
    const Conjunction all = conjoin(product);
    if (all.clauses > kMaxClauses) {
      return fail(
          fmt::format("the expression has {} conditions with alternatives each; Open vSwitch "
                      "conjoins {} at most",
                      all.clauses, kMaxClauses));
    }
    const std::uint32_t id = options_.conjunction_id(conjunctions_++);
    for (const Condition& condition : all.conditions) {
      emit(condition.item, {clause_of(id, condition.clause, all.clauses)});
    }
    for (auto& match : to_matches(all.whole)) {
      if (match.set(openflow::Field::kConjId, id)) fixed_.add({std::move(match), {}});
    }
    return {};
  }

  static Clause clause_of(std::uint32_t id, std::size_t k, std::size_t n) {
    return {id, static_cast<std::uint8_t>(k + 1), static_cast<std::uint8_t>(n)};
  }

  const LowerOptions& options_;
  std::uint32_t conjunctions_ = 0;
  Collection fixed_;
  std::vector<Slot> slots_;
};

std::vector<LoweredMatch> with_clauses(const Cube& cube, const std::vector<Clause>& clauses) {
  std::vector<LoweredMatch> out;
  for (auto& match : to_matches(cube)) out.push_back({std::move(match), clauses});
  return out;
}

}  // namespace

Slot::Slot(std::shared_ptr<const State> state) : state_(std::move(state)) {}
Slot::~Slot() = default;
Slot::Slot(const Slot&) = default;
Slot& Slot::operator=(const Slot&) = default;
Slot::Slot(Slot&&) noexcept = default;
Slot& Slot::operator=(Slot&&) noexcept = default;

bool Slot::is_address_set() const { return state_->membership.address_set; }
const std::string& Slot::name() const { return state_->membership.name; }
bool operator==(const Slot& a, const Slot& b) {
  return a.state_ == b.state_ || *a.state_ == *b.state_;
}

std::strong_ordering operator<=>(const Slot& a, const Slot& b) {
  const auto key = [](const Slot& slot) {
    const Field& field = slot.state_->membership.field;
    return std::tuple(slot.is_address_set(), std::string_view(slot.name()), field.symbol->name,
                      field.low, field.width);
  };
  if (auto order = key(a) <=> key(b); order != 0) return order;
  if (auto order = a.state_->cube.bounds() <=> b.state_->cube.bounds(); order != 0) return order;
  return a.state_->clauses <=> b.state_->clauses;
}

std::vector<LoweredMatch> Slot::lower(const Constant& member) const {
  const Field& field = state_->membership.field;
  const auto fitted = member_for(field, member);
  if (!fitted || !is_address_set()) return {};
  const unsigned shift = field.symbol->offset + field.low;
  const U128 mask = fitted->mask & low_ones(field.width);
  Cube cube = state_->cube;
  if (!cube.add(field.symbol->var, {fitted->value << shift, mask << shift})) return {};
  return with_clauses(cube, state_->clauses);
}

std::vector<LoweredMatch> Slot::lower(const PortKey& member) const {
  if (is_address_set()) return {};
  Cube cube = state_->cube;
  if (!cube.add(state_->membership.field.symbol->var, {member.key, low_ones(32)})) return {};
  if (member.datapath && !cube.add(Var::kMetadata, {*member.datapath, low_ones(64)})) return {};
  return with_clauses(cube, state_->clauses);
}

Result<Plan> plan(const Expr& expr, const Scope& scope, const LowerOptions& options) {
  for (const bool open : {static_cast<bool>(options.conjunction_id), false}) {
    Formulas formulas;
    const Formula formula = resolve(formulas, expr, scope, open);
    auto products = normal_form(formulas, formula, options.max_matches);
    if (!products) return tl::unexpected(products.error());
    if (auto done = Lowering(options).run(std::move(*products))) return *std::move(done);
  }
  return fail("its conditions can't be told apart by Open vSwitch");
}

Result<std::vector<LoweredMatch>> lower(const Expr& expr, const Scope& scope,
                                        const LowerOptions& options) {
  auto plan = expr::plan(expr, scope, options);
  if (!plan) return tl::unexpected(plan.error());
  Collection all;
  for (LoweredMatch& match : plan->fixed) all.add(std::move(match));
  for (const Slot& slot : plan->slots) {
    if (slot.is_address_set()) {
      const auto set = scope.address_set(slot.name());
      if (set == nullptr) continue;
      for (const Constant& member : set->members) {
        for (auto& match : slot.lower(member)) all.add(std::move(match));
      }
    } else {
      for (const PortKey& port : scope.port_group(slot.name())) {
        for (auto& match : slot.lower(port)) all.add(std::move(match));
      }
    }
  }
  return all.take();
}

}  // namespace mooring::expr

// Expressions to OpenFlow matches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "expr/ast.h"
#include "expr/scope.h"
#include "openflow/match.h"

namespace mooring::expr {

// One of n conditions that make a packet match a conjunction: ovs-actions(7), conjunction.
struct Clause {
  std::uint32_t id = 0;
  std::uint8_t k = 0;  // 1 to n
  std::uint8_t n = 0;
  friend auto operator<=>(const Clause&, const Clause&) = default;
};

// A flow to install: with clauses, its actions are conjunction(id, k/n) for each; with none, the
// rule's own. Flows of one table, priority and match, of one rule or of several, are one flow: it
// has all their clauses, or, when one of them has none, that rule's actions.
struct LoweredMatch {
  openflow::Match match;
  std::vector<Clause> clauses;
  friend bool operator==(const LoweredMatch&, const LoweredMatch&) = default;
};

struct LowerOptions {
  // The id of this expression's conjunction number index (0, 1, ...): not 0 and unique in the
  // OpenFlow table, whatever the priority. When empty, no conjunctions are made.
  std::function<std::uint32_t(std::uint32_t index)> conjunction_id;
  // An expression that needs more matches than these is refused. Members of sets and groups that
  // slots stand for are not counted.
  std::size_t max_matches = 10000;
};

// The flows for any member of a set or group: what one more member adds, and one less takes away.
// Immutable; copies share.
class Slot {
 public:
  struct State;
  explicit Slot(std::shared_ptr<const State> state);
  ~Slot();
  Slot(const Slot&);
  Slot& operator=(const Slot&);
  Slot(Slot&&) noexcept;
  Slot& operator=(Slot&&) noexcept;
  // Of an address set, otherwise of a port group.
  bool is_address_set() const;
  const std::string& name() const;
  // For an address set. Empty when the field can't have the member (an IPv6 address for ip4.src).
  // Members that overlap or repeat give equal or overlapping matches, with equal clauses.
  std::vector<LoweredMatch> lower(const Constant& member) const;
  // For a port group.
  std::vector<LoweredMatch> lower(const PortKey& member) const;
  friend bool operator==(const Slot& a, const Slot& b);
  // An order that depends on nothing but contents.
  friend std::strong_ordering operator<=>(const Slot& a, const Slot& b);

 private:
  std::shared_ptr<const State> state_;
};

// An expression lowered as far as it doesn't depend on who is in sets and groups. Only those used
// in ways that slots can't express (negated sets) have been asked of the scope.
struct Plan {
  std::vector<LoweredMatch> fixed;
  std::vector<Slot> slots;
  friend bool operator==(const Plan&, const Plan&) = default;
};

// Error: the number of matches it would take, or what OpenFlow can't express.
Result<Plan> plan(const Expr& expr, const Scope& scope, const LowerOptions& options);

// A plan with its slots filled: every match, in an order that depends on nothing but the arguments,
// none twice.
Result<std::vector<LoweredMatch>> lower(const Expr& expr, const Scope& scope,
                                        const LowerOptions& options);

}  // namespace mooring::expr

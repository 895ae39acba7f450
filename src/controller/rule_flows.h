// Rules of datapaths and port groups (ACLs), lowered to flows that share.
//
// A rule is lowered once, apart from who is in the sets and groups that it names. A member of a set
// is a derivation of its own that yields the member's flows for all rules that name the set: one
// address more is the work for that address. Rules with several conditions of many alternatives
// become conjunctions, and rules of one priority that ask for the same address have one flow for
// it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "controller/conjunction_ids.h"
#include "controller/flow.h"
#include "controller/inputs.h"
#include "controller/outputs.h"
#include "controller/row_scope.h"
#include "engine/memo.h"
#include "engine/relation.h"
#include "expr/lower.h"

namespace mooring::controller {

// A set or group that rules name.
struct Collection {
  bool address_set = false;
  std::string name;
  friend auto operator<=>(const Collection&, const Collection&) = default;
};

// What a rule does with each member of a collection.
struct SlotUse {
  expr::Slot slot{nullptr};
  std::uint8_t table = 0;
  std::uint16_t priority = 0;
  std::optional<std::uint64_t> datapath;  // whose packets alone are meant
  FlowBody body;                          // of matches that are the rule's by themselves
  friend bool operator==(const SlotUse&, const SlotUse&) = default;
  friend std::strong_ordering operator<=>(const SlotUse&, const SlotUse&) = default;
};

// What one rule wants of a flow: to have its actions, or to be a clause of a conjunction.
struct RuleFlow {
  std::optional<expr::Clause> clause;
  FlowBody body;  // of a clause, the origin alone
  friend bool operator==(const RuleFlow&, const RuleFlow&) = default;
  friend std::strong_ordering operator<=>(const RuleFlow&, const RuleFlow&) = default;
};

}  // namespace mooring::controller

template <>
struct mooring::Hash<mooring::controller::Collection> {
  std::size_t operator()(const mooring::controller::Collection& collection) const {
    using Parts = std::tuple<int, std::string_view>;
    return mooring::Hash<Parts>{}({collection.address_set ? 1 : 0, collection.name});
  }
};

namespace mooring::controller {

class RuleFlows {
 public:
  RuleFlows(engine::Graph& graph, Outputs& outputs, const RowScope::Sources& sources);
  ~RuleFlows();

 private:
  engine::Nothing derive(engine::Context& context, const Uuid& row);
  // Error: what is wrong with the row.
  Result<void> lower(engine::Context& context, const sb::Pipeline::View& row);
  Result<expr::Plan> plan(engine::Context& context, const sb::Pipeline::View& row,
                          const expr::Expr& match, const RowScope& scope);
  engine::Nothing of_address(engine::Context& context, const SetMember& member);
  engine::Nothing of_port(engine::Context& context, const GroupMember& member);
  engine::Nothing merge(engine::Context& context, const FlowKey& key);
  template <class Member>
  void fill(engine::Context& context, const Collection& collection, const Member& member);
  void emit(engine::Context& context, const SlotUse& use, const expr::LoweredMatch& lowered);

  Outputs& outputs_;
  RowScope::Sources sources_;
  ConjunctionIds ids_;
  engine::Relation<Collection, SlotUse> slots_;
  engine::Relation<FlowKey, RuleFlow> flows_;
  engine::Memo<Uuid, engine::Nothing> rule_;
  engine::Memo<SetMember, engine::Nothing> address_;
  engine::Memo<GroupMember, engine::Nothing> port_;
  engine::Memo<FlowKey, engine::Nothing> merged_;
};

}  // namespace mooring::controller

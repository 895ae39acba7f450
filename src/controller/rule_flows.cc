#include "controller/rule_flows.h"

#include <fmt/core.h>

#include <utility>

#include "controller/program_flows.h"

namespace mooring::controller {

using engine::Context;
using engine::Nothing;

RuleFlows::RuleFlows(engine::Graph& graph, Outputs& outputs, const RowScope::Sources& sources)
    : outputs_(outputs),
      sources_(sources),
      ids_(graph, sources.inputs),
      slots_(graph, stratum::kRules),
      flows_(graph, stratum::kMembers),
      rule_(graph, "rule", stratum::kRules,
            [this](Context& context, const Uuid& row) { return derive(context, row); }),
      address_(graph, "set_member", stratum::kMembers,
               [this](Context& c, const SetMember& member) { return of_address(c, member); }),
      port_(graph, "group_member", stratum::kMembers,
            [this](Context& c, const GroupMember& member) { return of_port(c, member); }),
      merged_(graph, "rule_flow", stratum::kFlows,
              [this](Context& context, const FlowKey& key) { return merge(context, key); }) {
  sources_.inputs.pipeline.demand_each(rule_);
  sources_.inputs.set_members.demand_each(address_);
  sources_.groups.members.demand_each(port_);
  flows_.demand_each(merged_);
}
RuleFlows::~RuleFlows() = default;

Nothing RuleFlows::derive(Context& context, const Uuid& uuid) {
  auto row = context.row(sources_.inputs.pipeline, uuid);
  if (!row || (!row->datapath() && row->port_group().empty())) return {};
  if (auto done = lower(context, *row); !done) report_row(context, outputs_, *row, done.error());
  return {};
}

Result<void> RuleFlows::lower(Context& context, const sb::Pipeline::View& row) {
  SlotUse use;
  if (auto datapath = row.datapath()) {
    auto binding = context.row(sources_.inputs.datapaths, datapath->uuid);
    if (!binding) return {};  // no port of it is here
    use.datapath = static_cast<std::uint64_t>(binding->tunnel_key());
  }
  RowScope scope(context, sources_, row);
  auto read = read_row(row, scope);
  if (!read) return tl::unexpected(read.error());
  use.table = read->table;
  use.priority = read->priority;
  use.body = FlowBody{std::move(read->actions), row.uuid()};
  auto planned = plan(context, row, read->match, scope);
  if (!planned) return fail("match: " + planned.error().message);
  for (const expr::LoweredMatch& lowered : planned->fixed) emit(context, use, lowered);
  for (const expr::Slot& slot : planned->slots) {
    use.slot = slot;
    context.emit(slots_, Collection{slot.is_address_set(), slot.name()}, SlotUse(use));
  }
  return {};
}

Result<expr::Plan> RuleFlows::plan(Context& context, const sb::Pipeline::View& row,
                                   const expr::Expr& match, const RowScope& scope) {
  const auto base = ids_.base(context, row.uuid());
  bool numbered = true;
  expr::LowerOptions options;
  options.conjunction_id = [&](std::uint32_t index) {
    numbered = numbered && base && index < ConjunctionIds::kPerRule;
    return base.value_or(0) + index + 1;
  };
  auto out = expr::plan(match, scope, options);
  if (out && !numbered) {
    return fail(fmt::format("it takes more than {} conjunctions, or their numbers are in use",
                            ConjunctionIds::kPerRule));
  }
  return out;
}

Nothing RuleFlows::of_address(Context& context, const SetMember& member) {
  const auto address = expr::parse_member(member.text);
  if (address) fill(context, Collection{true, member.set}, *address);
  return {};
}

Nothing RuleFlows::of_port(Context& context, const GroupMember& member) {
  fill(context, Collection{false, member.group}, member.port);
  return {};
}

template <class Member>
void RuleFlows::fill(Context& context, const Collection& collection, const Member& member) {
  for (const SlotUse& use : context.elements(slots_, collection)) {
    for (const expr::LoweredMatch& lowered : use.slot.lower(member)) emit(context, use, lowered);
  }
}

void RuleFlows::emit(Context& context, const SlotUse& use, const expr::LoweredMatch& lowered) {
  FlowKey key{use.table, use.priority, lowered.match};
  // What contradicts (a port of another datapath) matches nothing.
  if (use.datapath && !key.match.set(openflow::Field::kMetadata, *use.datapath)) return;
  if (lowered.clauses.empty()) {
    context.emit(flows_, std::move(key), RuleFlow{std::nullopt, use.body});
    return;
  }
  for (const expr::Clause& clause : lowered.clauses) {
    context.emit(flows_, FlowKey(key), RuleFlow{clause, FlowBody{{}, use.body.origin}});
  }
}

// Of rules that want the same flow the first by order serves; a rule's own flow goes before
// clauses, whose conjunctions its packets would be for as well, at the same priority.
Nothing RuleFlows::merge(Context& context, const FlowKey& key) {
  auto wants = context.elements(flows_, key);
  if (wants.empty()) return {};
  if (!wants.front().clause) {
    context.emit(outputs_.flows, FlowKey(key), FlowBody(wants.front().body));
    return {};
  }
  FlowBody body{{}, wants.front().body.origin};
  for (const RuleFlow& want : wants) {
    body.actions.conjunction(want.clause->id, want.clause->k, want.clause->n);
  }
  context.emit(outputs_.flows, FlowKey(key), std::move(body));
  return {};
}

}  // namespace mooring::controller

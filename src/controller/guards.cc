#include "controller/guards.h"

#include "expr/parser.h"

namespace mooring::controller {

using engine::Context;

Guards::Guards(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Claims& claims, Zones& zones)
    : inputs_(inputs),
      outputs_(outputs),
      claims_(claims),
      zones_(zones),
      sets_named_(graph, "sets_named", stratum::kLocal,
                  [this](Context& context, const Uuid& row) { return sets_named(context, row); }),
      use_(graph, "rules_of_scope", stratum::kClaims,
           [this](Context& context, const RuleScope& scope) { return use(context, scope); }),
      of(graph, "guard", stratum::kNetworks,
         [this](Context& context, const std::string& port) { return derive(context, port); }) {}
Guards::~Guards() = default;

Guard Guards::derive(Context& context, const std::string& name) {
  Guard out;
  const auto& port = context.get(claims_.port, name);
  if (!port) return out;
  out.complete = true;
  auto add = [&](const RuleScope& scope) {
    const Use& use = context.get(use_, scope);
    out.from_lport = out.from_lport || use.from_lport;
    out.to_lport = out.to_lport || use.to_lport;
    out.stateful = out.stateful || use.stateful;
    out.complete = out.complete && use.complete;
  };
  add({port->datapath, ""});
  for (const std::string& group : port->groups) {
    context.emit(outputs_.wanted, Wanted::port_group(group), Present{});
    add({Uuid(), group});
  }
  // What is tracked in one direction has to be seen in the other.
  out.from_lport = out.from_lport || out.stateful;
  out.to_lport = out.to_lport || out.stateful;
  // A port that has had its flows here doesn't lose them over a group it joins.
  out.complete = out.complete || port->installed;
  if (out.stateful) out.zone = context.get(zones_.of, name);
  return out;
}

Guards::Use Guards::use(Context& context, const RuleScope& scope) {
  Use out;
  out.complete = confirmed(context, scope.group.empty() ? Wanted::datapath(scope.datapath)
                                                        : Wanted::port_group(scope.group));
  for (const Uuid& uuid : context.find(inputs_.rules_in, scope)) {
    auto row = context.row(inputs_.pipeline, uuid);
    if (!row) continue;
    (row->pipeline() == "ingress" ? out.from_lport : out.to_lport) = true;
    out.stateful = out.stateful || row->stateful();
    for (const std::string& set : context.get(sets_named_, uuid)) {
      out.complete = out.complete && confirmed(context, Wanted::address_set(set));
    }
  }
  return out;
}

std::vector<std::string> Guards::sets_named(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.pipeline, uuid);
  if (!row) return {};
  auto match = expr::parse(row->match());
  if (!match) return {};
  const expr::References names = expr::references(*match);
  for (const std::string& set : names.address_sets) {
    context.emit(outputs_.wanted, Wanted::address_set(set), Present{});
  }
  return {names.address_sets.begin(), names.address_sets.end()};
}

bool Guards::confirmed(Context& context, const Wanted& wanted) {
  return !context.find(inputs_.confirmed, wanted).empty();
}

}  // namespace mooring::controller

#include "controller/program_flows.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "controller/tables.h"
#include "expr/actions.h"
#include "expr/lower.h"
#include "expr/lower_actions.h"
#include "expr/parser.h"
#include "model/stage.h"

namespace mooring::controller {
namespace {

using engine::Context;
using engine::Nothing;

// Names in a row's match and actions: the ports that live here.
class RowScope final : public expr::Scope, public expr::ActionScope {
 public:
  RowScope(Context& context, Claims& claims, Stages& stages, const sb::Pipeline::View& row)
      : context_(context), claims_(claims), stages_(stages), row_(row) {}

  std::optional<expr::PortKey> port(std::string_view name) const override {
    // A name that isn't plugged here has no node of its own: only names that are may be asked for.
    std::string key(name);
    if (context_.elements(claims_.names, key).empty()) return std::nullopt;
    const auto& local = context_.get(claims_.port, key);
    if (!local) return std::nullopt;
    return expr::PortKey{local->key, std::nullopt};
  }
  std::vector<expr::PortKey> port_group(std::string_view) const override { return {}; }
  std::shared_ptr<const expr::AddressSet> address_set(std::string_view) const override {
    return nullptr;
  }
  bool is_resident(std::string_view name) const override { return port(name).has_value(); }

  std::optional<std::uint8_t> table_of(const expr::Next& next) const override {
    bool ingress = (next.pipeline.empty() ? row_.pipeline() : next.pipeline) == "ingress";
    if (next.stage) {
      if (*next.stage > 31) return std::nullopt;
      return (ingress ? table::kIngress : table::kEgress) + *next.stage;
    }
    return ingress ? stages_.ingress_from(context_, row_.table_id() + 1)
                   : stages_.egress_from(context_, row_.table_id() + 1);
  }
  std::uint8_t output_table() const override {
    return row_.pipeline() == "ingress" ? table::kOutput : table::kDeliver;
  }
  std::optional<std::uint32_t> port_key(std::string_view name) const override {
    auto key = port(name);
    return key ? std::optional(key->key) : std::nullopt;
  }
  openflow::Subfield ct_zone() const override { return field::kZone; }

  Result<void> call(const expr::Call& call, openflow::Actions& out) const override {
    static constexpr std::pair<std::string_view, std::uint8_t> kFunctions[] = {
        {model::function::kLearn, table::kLearn},
        {model::function::kAnswerNeighbour, table::kNeighbour},
        {model::function::kLookup, table::kLookup},
    };
    for (const auto& [name, table] : kFunctions) {
      if (call.name != name || call.result || !call.arguments.empty() || call.has_body) continue;
      out.resubmit(table);
      return {};
    }
    return fail(fmt::format("\"{}\" is no function of this controller; it may be older than the "
                            "northd that wrote the row",
                            call.name));
  }

 private:
  Context& context_;
  Claims& claims_;
  Stages& stages_;
  const sb::Pipeline::View& row_;
};

}  // namespace

ProgramFlows::ProgramFlows(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Claims& claims,
                           Stages& stages)
    : inputs_(inputs),
      outputs_(outputs),
      claims_(claims),
      stages_(stages),
      row_(graph, "pipeline_row", stratum::kFlows,
           [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }) {
  inputs_.pipeline.demand_each(row_);
}

Nothing ProgramFlows::derive(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.pipeline, uuid);
  if (!row) return {};
  if (auto done = lower(context, *row); !done) {
    context.emit(outputs_.findings,
                 FindingKey{std::string(model::code::kFlowInvalid), "Pipeline", uuid, row->stage()},
                 Finding{model::Severity::kError,
                         fmt::format("{}; the row is left out", done.error().message)});
  }
  return {};
}

Result<void> ProgramFlows::lower(Context& context, const sb::Pipeline::View& row) {
  auto match = expr::parse(row.match());
  if (!match) return fail("match: " + match.error().error().message);
  auto actions = expr::parse_actions(row.actions());
  if (!actions) return fail("actions: " + actions.error().error().message);
  if (row.table_id() < 0 || row.table_id() > 31) return fail("table_id is not 0 to 31");
  if (row.priority() < 0 || row.priority() > 65535) return fail("priority is not 0 to 65535");
  RowScope scope(context, claims_, stages_, row);
  auto lowered_actions = expr::lower_actions(*actions, scope);
  if (!lowered_actions) return fail("actions: " + lowered_actions.error().message);
  auto matches = expr::lower(*match, scope, {});
  if (!matches) return fail("match: " + matches.error().message);
  int base = row.pipeline() == "ingress" ? table::kIngress : table::kEgress;
  for (const expr::LoweredMatch& lowered : *matches) {
    context.emit(outputs_.flows,
                 FlowKey{static_cast<std::uint8_t>(base + row.table_id()),
                         static_cast<std::uint16_t>(row.priority()), lowered.match},
                 FlowBody{*lowered_actions, row.uuid()});
  }
  return {};
}

}  // namespace mooring::controller

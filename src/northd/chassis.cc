#include "northd/chassis.h"

#include "model/bridge_mappings.h"
#include "northd/options.h"

namespace mooring::northd {
namespace {

using engine::Context;
using engine::Nothing;

model::Severity severity_of(std::string_view word) {
  if (word == "info") return model::Severity::kInfo;
  return word == "warning" ? model::Severity::kWarning : model::Severity::kError;
}

}  // namespace

ChassisView::ChassisView(engine::Graph& graph, Inputs& inputs, Outputs& outputs)
    : mapping(graph, stratum::kRows),
      chassis(graph, "chassis", stratum::kRows,
              [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }),
      count(graph, "chassis_count", stratum::kNetworks,
            [this](Context& context, const std::string& network) {
              return static_cast<std::int64_t>(context.elements(mapping, network).size());
            }),
      inputs_(inputs),
      outputs_(outputs),
      finding_(graph, "chassis_finding", stratum::kRows,
               [this](Context& context, const Uuid& uuid) { return copy_finding(context, uuid); }) {
  inputs.chassis.demand_each(chassis);
  inputs.chassis_diagnostics.demand_each(finding_);
}
ChassisView::~ChassisView() = default;

// A malformed mapping is the chassis' own finding.
std::optional<ChassisNetworks> ChassisView::derive(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.chassis, uuid);
  if (!row) return std::nullopt;
  ChassisNetworks out{row->name(), {}};
  auto mappings = model::BridgeMappings::parse(option(row->other_config(), "ovn-bridge-mappings"));
  for (const auto& [network, bridge] : mappings.bridge_of) {
    out.networks.push_back(network);
    context.emit(mapping, network, uuid);
  }
  return out;
}

// A finding without a chassis is left from one that is gone; except that a chassis without an
// encapsulation can't have a row, and that is what it says.
Nothing ChassisView::copy_finding(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.chassis_diagnostics, uuid);
  if (!row) return {};
  std::string name = row->chassis_name();
  if (row->chassis()) {
    const auto& reporter = context.get(chassis, row->chassis()->uuid);
    if (!reporter) return {};
    name = reporter->name;
  } else if (row->code() != model::code::kEncapMissing) {
    return {};
  }
  FindingKey key = finding_on(row->subject_table(), row->subject_uuid().value_or(Uuid()),
                              row->subject(), row->code());
  key.chassis = std::move(name);
  context.emit(outputs_.findings, std::move(key),
               Finding{severity_of(row->severity()), row->message(), row->since()});
  return {};
}

}  // namespace mooring::northd

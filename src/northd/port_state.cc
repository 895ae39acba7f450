#include "northd/port_state.h"

#include <fmt/core.h>

#include <algorithm>

namespace mooring::northd {
namespace {

using engine::Context;
using engine::Nothing;

bool meet(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const std::string& word) {
    return std::binary_search(b.begin(), b.end(), word);
  });
}

std::string listed(const std::vector<std::string>& words) {
  constexpr std::size_t kNamed = 5;
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < kNamed; ++i) {
    out += (i == 0 ? "" : ", ") + quoted(words[i]);
  }
  if (words.size() > kNamed) out += fmt::format(" and {} more", words.size() - kNamed);
  return out;
}

}  // namespace

PortStates::PortStates(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Ports& ports,
                       Networks& networks, Uplinks& uplinks, ChassisView& chassis)
    : without_uplink(graph, stratum::kStates),
      inputs_(inputs),
      outputs_(outputs),
      ports_(ports),
      networks_(networks),
      uplinks_(uplinks),
      chassis_(chassis),
      lack_(graph, "chassis_without_network", stratum::kStates,
            [this](Context& context, const std::pair<Uuid, Uuid>& key) {
              return lack_of(context, key.first, key.second);
            }),
      state_(graph, "port_state", stratum::kStates,
             [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }) {
  inputs.ports.demand_each(state_);
}
PortStates::~PortStates() = default;

Nothing PortStates::derive(Context& context, const Uuid& uuid) {
  const auto& port = context.get(ports_.of, uuid);
  if (!port) {
    context.emit(outputs_.ports, uuid, PortState{.up = false, .kind = {}, .on = {}, .tag = 0});
    return {};
  }
  // As ovn-nb(5) has it: the tag that was asked for by number is what the port gets.
  PortState out{.up = {}, .kind = port->kind, .on = port->on, .tag = port->requested_tag};
  if (port->role == PortRole::kRouter) out.up = true;
  if (port->role == PortRole::kVif) {
    const auto& rows = context.find(inputs_.binding_by_name, port->name);
    auto binding = rows.empty() ? std::nullopt : context.row(inputs_.bindings, rows.front());
    out.up = binding && binding->up().value_or(false);
    if (binding && binding->chassis()) {
      check_uplink(context, uuid, *port, binding->chassis()->uuid);
    }
  }
  context.emit(outputs_.ports, uuid, std::move(out));
  return {};
}

void PortStates::check_uplink(Context& context, const Uuid& uuid, const Port& port,
                              const Uuid& chassis) {
  const auto& lack = context.get(lack_, {port.on, chassis});
  if (!lack) return;
  context.emit(without_uplink, port.on, port.name);
  const auto& [host, wanted] = *lack;
  if (wanted.empty()) return;  // that the network has no uplink anywhere is said about the switch
  FindingKey key =
      finding_on("Logical_Switch_Port", uuid, port.name, model::code::kNetworkUnmapped);
  key.chassis = host;
  context.emit(
      outputs_.findings, std::move(key),
      Finding{model::Severity::kError,
              fmt::format("the port is bound on chassis {}, which doesn't map {}; its "
                          "traffic stays on the chassis: map the network there in "
                          "Open_vSwitch external_ids:ovn-bridge-mappings, or plug the port "
                          "in elsewhere",
                          quoted(host), listed(wanted))});
}

std::optional<PortStates::Lack> PortStates::lack_of(Context& context, const Uuid& on,
                                                    const Uuid& chassis) {
  auto networks = context.elements(networks_.networks, on);
  if (networks.empty() || !networks.front().provider) return std::nullopt;
  const auto& host = context.get(chassis_.chassis, chassis);
  if (!host) return std::nullopt;
  const auto& wanted = uplinks_.of(context, on);
  if (meet(wanted, host->networks)) return std::nullopt;
  return Lack{host->name, wanted};
}

}  // namespace mooring::northd

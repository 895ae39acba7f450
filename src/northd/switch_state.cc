#include "northd/switch_state.h"

#include <fmt/core.h>

#include <set>

namespace mooring::northd {

using engine::Context;
using engine::Nothing;

SwitchStates::SwitchStates(engine::Graph& graph, Outputs& outputs, Networks& networks,
                           ChassisView& chassis, PortStates& ports)
    : outputs_(outputs),
      networks_(networks),
      chassis_(chassis),
      ports_(ports),
      state_(graph, "switch_state", stratum::kSummaries,
             [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }) {
  networks.networks.demand_each(state_);
}
SwitchStates::~SwitchStates() = default;

Nothing SwitchStates::derive(Context& context, const Uuid& uuid) {
  auto found = context.elements(networks_.networks, uuid);
  if (found.empty()) return {};
  const Network& network = found.front();
  SwitchState out;
  out.chassis_mapped = count(context, network);
  for (const std::string& port : context.elements(ports_.without_uplink, uuid)) {
    out.ports_without_uplink.insert(out.ports_without_uplink.end(), port);
  }
  for (const UplinkSpec& uplink : network.uplinks) {
    if (context.get(chassis_.count, uplink.physical_network) > 0) continue;
    context.emit(
        outputs_.findings,
        finding_on(table_of(network.kind), uuid, network.name, model::code::kNetworkUnknown),
        Finding{model::Severity::kWarning,
                fmt::format("no chassis maps {}: name it in Open_vSwitch "
                            "external_ids:ovn-bridge-mappings where the network is",
                            quoted(uplink.physical_network))});
  }
  auto& states = network.kind == SwitchKind::kPhysical ? outputs_.physical_switches
                                                       : outputs_.logical_switches;
  context.emit(states, uuid, std::move(out));
  return {};
}

// A chassis that maps several of a switch's networks counts once. With one network there is no need
// to look at each chassis.
std::int64_t SwitchStates::count(Context& context, const Network& network) {
  if (network.uplinks.empty()) return 0;
  bool same = true;
  for (const UplinkSpec& uplink : network.uplinks) {
    same = same && uplink.physical_network == network.uplinks.front().physical_network;
  }
  if (same) return context.get(chassis_.count, network.uplinks.front().physical_network);
  std::set<Uuid> mapped;
  for (const UplinkSpec& uplink : network.uplinks) {
    for (const Uuid& uuid : context.elements(chassis_.mapping, uplink.physical_network)) {
      mapped.insert(uuid);
    }
  }
  return static_cast<std::int64_t>(mapped.size());
}

}  // namespace mooring::northd

#include "northd/uplinks.h"

#include <algorithm>

namespace mooring::northd {
namespace {

using engine::Context;

// Longest name of a Physical_Switch that its uplink bears, in bytes: a patch port's name is made of
// it and the integration bridge's.
constexpr std::size_t kMaxUplinkName = 200;

}  // namespace

Uplinks::Uplinks(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Networks& networks,
                 VlanConflict& conflict)
    : inputs_(inputs),
      outputs_(outputs),
      networks_(networks),
      conflict_(conflict),
      name_owner_(graph, "uplink_name", stratum::kClashes,
                  [this](Context& context, const std::string& name) {
                    return owner_of_name(context, name);
                  }),
      of_(graph, "uplinks", stratum::kUplinks,
          [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }) {
  networks.networks.demand_each(of_);
}
Uplinks::~Uplinks() = default;

std::vector<std::string> Uplinks::derive(Context& context, const Uuid& uuid) {
  std::vector<std::string> out;
  auto networks = context.elements(networks_.networks, uuid);
  if (networks.empty()) return out;
  for (const UplinkSpec& uplink : networks.front().uplinks) {
    if (context.get(conflict_.owner, uplink.vlan()) != uuid) continue;
    out.push_back(uplink.physical_network);
    context.emit(outputs_.uplinks, name_for(context, uuid, uplink),
                 DesiredUplink{.on = uuid,
                               .shares_key = !uplink.port.is_nil(),
                               .physical_network = uplink.physical_network,
                               .tag = uplink.tag,
                               .ethertype = uplink.ethertype,
                               .vlan_passthru = uplink.vlan_passthru,
                               .learn_fdb = uplink.learn_fdb});
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string Uplinks::name_for(Context& context, const Uuid& uuid, const UplinkSpec& uplink) {
  if (!uplink.port.is_nil()) return uplink.name;  // unique among ports by the schema
  if (uplink.name.empty() || uplink.name.size() > kMaxUplinkName) return uuid.to_string();
  return context.get(name_owner_, uplink.name) == uuid ? uplink.name : uuid.to_string();
}

// A port's name is the port's; nil then. Of switches of one name, the one whose uplink has it keeps
// it, so that no patch port is renamed when another comes.
Uuid Uplinks::owner_of_name(Context& context, const std::string& name) {
  auto claims = context.elements(networks_.name_claims, name);
  if (claims.empty() || !claims.front().first) return {};
  if (claims.size() == 1) return claims.front().second;
  for (const Uuid& standing : context.find(inputs_.uplink_by_name, name)) {
    auto row = context.row(inputs_.uplinks, standing);
    if (!row) continue;
    for (const auto& [is_switch, uuid] : claims) {
      const auto& datapaths = context.find(inputs_.datapath_of, uuid);
      bool own =
          std::find(datapaths.begin(), datapaths.end(), row->datapath().uuid) != datapaths.end();
      if (own) return uuid;
    }
  }
  return claims.front().second;
}

}  // namespace mooring::northd

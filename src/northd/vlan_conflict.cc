#include "northd/vlan_conflict.h"

#include <fmt/core.h>

#include <limits>
#include <tuple>

namespace mooring::northd {
namespace {

using engine::Context;

std::string words_for(const Vlan& vlan) {
  if (vlan.second == 0) return fmt::format("the untagged frames of {}", quoted(vlan.first));
  return fmt::format("VLAN {} of {}", vlan.second, quoted(vlan.first));
}

// How a switch is called in a message.
std::string words_for(const Network& network, const Uuid& uuid) {
  return fmt::format("{} {}", table_of(network.kind),
                     network.name.empty() ? uuid.to_string() : quoted(network.name));
}

}  // namespace

VlanConflict::VlanConflict(engine::Graph& graph, Inputs& inputs, Outputs& outputs,
                           Networks& networks)
    : owner(graph, "vlan", stratum::kClashes,
            [this](Context& context, const Vlan& vlan) { return choose(context, vlan); }),
      inputs_(inputs),
      outputs_(outputs),
      networks_(networks) {
  networks.vlan_claims.demand_each(owner);
}
VlanConflict::~VlanConflict() = default;

Uuid VlanConflict::choose(Context& context, const Vlan& vlan) {
  auto claims = context.elements(networks_.vlan_claims, vlan);
  if (claims.empty()) return {};
  if (claims.size() == 1) return claims.front();
  Uuid best = claims.front();
  auto best_seniority = seniority(context, vlan, best);
  for (const Uuid& uuid : claims) {
    auto own = seniority(context, vlan, uuid);
    if (own < best_seniority) std::tie(best, best_seniority) = std::tie(uuid, own);
  }
  for (const Uuid& uuid : claims) {
    if (uuid != best) report(context, vlan, best, uuid);
  }
  return best;
}

std::tuple<bool, std::int64_t, Uuid> VlanConflict::seniority(Context& context, const Vlan& vlan,
                                                             const Uuid& uuid) {
  bool stands = false;
  std::int64_t key = std::numeric_limits<std::int64_t>::max();
  for (const Uuid& datapath : context.find(inputs_.datapath_of, uuid)) {
    auto row = context.row(inputs_.datapaths, datapath);
    if (row) key = std::min(key, row->tunnel_key());
    for (const Uuid& uplink : context.find(inputs_.uplinks_on, vlan)) {
      auto standing = context.row(inputs_.uplinks, uplink);
      if (standing && standing->datapath().uuid == datapath) stands = true;
    }
  }
  return {!stands, key, uuid};
}

void VlanConflict::report(Context& context, const Vlan& vlan, const Uuid& winner,
                          const Uuid& other) {
  auto keeps = context.elements(networks_.networks, winner);
  auto waits = context.elements(networks_.networks, other);
  if (keeps.empty() || waits.empty()) return;
  auto emit = [&](const Uuid& uuid, const Network& network, std::string message) {
    context.emit(outputs_.findings,
                 finding_on(table_of(network.kind), uuid, network.name, model::code::kVlanConflict),
                 Finding{model::Severity::kError, std::move(message)});
  };
  emit(other, waits.front(),
       fmt::format("{} has {}, which this switch asks for too; it has no uplink there until one of "
                   "them changes",
                   words_for(keeps.front(), winner), words_for(vlan)));
  emit(winner, keeps.front(),
       fmt::format("{} asks for {}, which this switch has and keeps",
                   words_for(waits.front(), other), words_for(vlan)));
}

}  // namespace mooring::northd

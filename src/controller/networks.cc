#include "controller/networks.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace mooring::controller {
namespace {

using engine::Context;

constexpr std::uint16_t kEthertype8021q = 0x8100;
constexpr std::uint16_t kEthertype8021ad = 0x88a8;

}  // namespace

Networks::Networks(engine::Graph& graph, Inputs& inputs, Outputs& outputs,
                   Configuration& configuration, Claims& claims)
    : network(graph, "network", stratum::kNetworks,
              [this](Context& context, const Uuid& datapath) { return derive(context, datapath); }),
      inputs_(inputs),
      outputs_(outputs),
      configuration_(configuration) {
  claims.ports_of.demand_each(network);
}
Networks::~Networks() = default;

std::optional<LocalNetwork> Networks::derive(Context& context, const Uuid& datapath) {
  context.emit(outputs_.wanted, Wanted::datapath(datapath), Present{});
  auto row = context.row(inputs_.datapaths, datapath);
  if (!row) return std::nullopt;
  LocalNetwork out;
  out.key = static_cast<std::uint32_t>(row->tunnel_key());
  out.provider = value_or(row->options(), std::string("provider"), std::string()) == "true" ||
                 !context.find(inputs_.uplinks_by_datapath, datapath).empty();
  out.uplink = choose(context, datapath);
  if (out.uplink) attach(context, *out.uplink);
  return out;
}

// A routed network has an uplink per segment, and a chassis is meant to be on one of them. When it
// is on several, the first by name serves, and the operator hears of it.
std::optional<LocalUplink> Networks::choose(Context& context, const Uuid& datapath) {
  std::vector<LocalUplink> mapped;
  for (const Uuid& uuid : context.find(inputs_.uplinks_by_datapath, datapath)) {
    auto row = context.row(inputs_.uplinks, uuid);
    if (!row) continue;
    if (auto uplink = resolve(context, *row)) mapped.push_back(std::move(*uplink));
  }
  if (mapped.empty()) return std::nullopt;
  std::sort(mapped.begin(), mapped.end(),
            [](const auto& a, const auto& b) { return a.port < b.port; });
  for (std::size_t i = 1; i < mapped.size(); ++i) {
    context.emit(
        outputs_.findings,
        FindingKey{std::string(model::code::kUplinkAmbiguous), "Uplink", mapped[i].row,
                   mapped[i].port},
        Finding{
            model::Severity::kWarning,
            fmt::format("this chassis maps {} and {} of one network; only {} (port {}) "
                        "is used",
                        mapped[0].network, mapped[i].network, mapped[0].network, mapped[0].port)});
  }
  return mapped.front();
}

std::optional<LocalUplink> Networks::resolve(Context& context, const sb::Uplink::View& row) {
  const MappedBridge& mapped = context.get(configuration_.mapped, row.physical_network());
  if (!mapped.exists) return std::nullopt;
  LocalUplink out;
  out.row = row.uuid();
  out.key = static_cast<std::uint32_t>(row.tunnel_key());
  out.port = row.logical_port();
  out.network = row.physical_network();
  out.bridge = mapped.bridge;
  if (auto tag = row.tag(); tag && *tag >= 1 && *tag <= 4094) {
    out.tag = static_cast<std::uint16_t>(*tag);
  }
  out.ethertype = row.ethertype() == "802.1ad" ? kEthertype8021ad : kEthertype8021q;
  out.vlan_passthru = row.vlan_passthru();
  out.learn_fdb = row.learn_fdb();
  return out;
}

void Networks::attach(Context& context, LocalUplink& uplink) {
  const std::string& integration = context.get(configuration_.local, 0).bridge;
  std::string inner = fmt::format("patch-{}-to-{}", integration, uplink.port);
  std::string outer = fmt::format("patch-{}-to-{}", uplink.port, integration);
  context.emit(outputs_.patch_ports, inner, PatchPort{integration, outer, uplink.port});
  context.emit(outputs_.patch_ports, outer, PatchPort{uplink.bridge, inner, uplink.port});
  uplink.ofport = context.get(configuration_.ofport_of, inner);
}

}  // namespace mooring::controller

#include "controller/configuration.h"

#include <fmt/core.h>

#include <utility>

namespace mooring::controller {
namespace {

using engine::Context;
using engine::Nothing;

// An interface that leads out of the machine: neither ours nor the bridge's own.
bool is_physical(const ovs::Interface::View& interface) {
  return interface.type() != "patch" && interface.type() != "internal";
}

}  // namespace

Configuration::Configuration(engine::Graph& graph, Inputs& inputs, Outputs& outputs,
                             Identity identity)
    : attached(graph, stratum::kLocal),
      local(graph, "config", stratum::kLocal,
            [this](Context& context, const int&) { return read_config(context); }),
      mapped(graph, "mapped_bridge", stratum::kLocal,
             [this](Context& c, const std::string& network) { return map_network(c, network); }),
      ofport_of(graph, "ofport", stratum::kLocal,
                [this](Context& c, const std::string& name) { return find_ofport(c, name); }),
      inputs_(inputs),
      outputs_(outputs),
      identity_(std::move(identity)),
      attachment_(graph, "attachment", stratum::kLocal,
                  [this](Context& c, const Uuid& uuid) { return attach(c, uuid); }),
      findings_(graph, "mapping_findings", stratum::kLocal,
                [this](Context& context, const int&) { return check_mappings(context); }) {
  local.demand(0);
  findings_.demand(0);
  inputs_.interfaces.demand_each(attachment_);
}
Configuration::~Configuration() = default;

LocalConfig Configuration::read_config(Context& context) const {
  for (const Uuid& uuid : context.find(inputs_.root, 0)) {
    if (auto row = context.row(inputs_.switches, uuid)) {
      return LocalConfig::from(row->external_ids(), identity_.system_id, identity_.hostname);
    }
  }
  return LocalConfig::from({}, identity_.system_id, identity_.hostname);
}

MappedBridge Configuration::map_network(Context& context, const std::string& network) {
  const auto& bridges = context.get(local, 0).mappings.bridge_of;
  auto it = bridges.find(network);
  if (it == bridges.end()) return {};
  return {it->second, !context.find(inputs_.bridge_by_name, it->second).empty()};
}

std::uint32_t Configuration::find_ofport(Context& context, const std::string& name) {
  for (const Uuid& uuid : context.find(inputs_.interface_by_name, name)) {
    auto row = context.row(inputs_.interfaces, uuid);
    if (!row || !on_integration_bridge(context, uuid)) continue;
    std::int64_t ofport = row->ofport().value_or(0);
    if (ofport > 0) return static_cast<std::uint32_t>(ofport);
  }
  return 0;
}

bool Configuration::on_integration_bridge(Context& context, const Uuid& interface) {
  const std::string& wanted = context.get(local, 0).bridge;
  for (const Uuid& port : context.find(inputs_.port_by_interface, interface)) {
    for (const Uuid& bridge : context.find(inputs_.bridge_by_port, port)) {
      auto row = context.row(inputs_.bridges, bridge);
      if (row && row->name() == wanted) return true;
    }
  }
  return false;
}

Nothing Configuration::attach(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.interfaces, uuid);
  if (!row) return {};
  const auto& ids = row->external_ids();
  auto id = ids.find("iface-id");
  std::int64_t ofport = row->ofport().value_or(0);
  if (id == ids.end() || id->second.empty() || ofport <= 0) return {};
  if (!on_integration_bridge(context, uuid)) return {};
  bool installed = value_or(ids, std::string("ovn-installed"), std::string()) == "true";
  context.emit(attached, id->second,
               Attached{uuid, row->name(), static_cast<std::uint32_t>(ofport), installed});
  return {};
}

Nothing Configuration::check_mappings(Context& context) {
  const LocalConfig& config = context.get(local, 0);
  if (config.encap_types.empty() || config.encap_ips.empty()) {
    context.emit(
        outputs_.findings,
        FindingKey{std::string(model::code::kEncapMissing), "Open_vSwitch", {}, config.system_id},
        Finding{model::Severity::kError,
                "external_ids:ovn-encap-type or ovn-encap-ip is not set: the chassis can't "
                "be registered and no port bound; for example ovs-vsctl set open . "
                "external_ids:ovn-encap-type=geneve external_ids:ovn-encap-ip=192.0.2.1"});
  }
  for (const std::string& error : config.mappings.errors) {
    context.emit(outputs_.findings,
                 FindingKey{std::string(model::code::kMappingMalformed), "Open_vSwitch", {}, error},
                 Finding{model::Severity::kError,
                         fmt::format("external_ids:ovn-bridge-mappings: {}; the other entries are "
                                     "used",
                                     error)});
  }
  for (const auto& [network, bridge] : config.mappings.bridge_of) {
    if (context.get(mapped, network).exists) {
      check_uplink(context, network, bridge);
      continue;
    }
    context.emit(outputs_.findings,
                 FindingKey{std::string(model::code::kBridgeMissing), "Bridge", {}, bridge},
                 Finding{model::Severity::kError,
                         fmt::format("physical network {} is mapped to bridge {}, which does not "
                                     "exist: its ports here have no uplink until ovs-vsctl "
                                     "add-br {}",
                                     network, bridge, bridge)});
  }
  return {};
}

void Configuration::check_uplink(Context& context, const std::string& network,
                                 const std::string& bridge) {
  int physical = 0;
  for (const Uuid& uuid : context.find(inputs_.bridge_by_name, bridge)) {
    auto row = context.row(inputs_.bridges, uuid);
    if (!row) continue;
    for (const auto& port : row->ports()) {
      auto port_row = context.row(inputs_.ports, port.uuid);
      if (!port_row) continue;
      for (const auto& ref : port_row->interfaces()) {
        auto interface = context.row(inputs_.interfaces, ref.uuid);
        if (!interface || !is_physical(*interface)) continue;
        if (interface->link_state() == "up") return;
        ++physical;
      }
    }
  }
  std::string what =
      physical == 0 ? "has no physical port" : "has no physical port whose link is up";
  context.emit(
      outputs_.findings, FindingKey{std::string(model::code::kUplinkDown), "Bridge", {}, bridge},
      Finding{model::Severity::kWarning,
              fmt::format("bridge {} of physical network {} {}: ports here reach only each "
                          "other",
                          bridge, network, what)});
}

}  // namespace mooring::controller

#include "controller/inputs.h"

#include <vector>

#include "controller/meter.h"

namespace mooring::controller {
namespace {

using ovsdb::mask_of;

std::vector<Uuid> uuids_of(const auto& refs) {
  std::vector<Uuid> out;
  out.reserve(refs.size());
  for (const auto& ref : refs) out.push_back(ref.uuid);
  return out;
}

// None for a row of the program.
std::vector<RuleScope> scope_of(const sb::Pipeline& row) {
  if (row.datapath) return {RuleScope{row.datapath->uuid, ""}};
  if (!row.port_group.empty()) return {RuleScope{Uuid(), row.port_group}};
  return {};
}

std::vector<SetMember> members_of(const sb::AddressSet& row) {
  std::vector<SetMember> out;
  out.reserve(row.addresses.size());
  for (const std::string& text : row.addresses) out.push_back({row.name, text});
  return out;
}

engine::KeyChanges<SetMember> member_changes(const sb::AddressSet& before,
                                             const sb::AddressSet& after) {
  if (before.name != after.name) return {members_of(before), members_of(after)};
  return engine::key_changes<SetMember>(before.addresses, after.addresses,
                                        [&after](const std::string& text) {
                                          return SetMember{after.name, text};
                                        });
}

}  // namespace

Inputs::Inputs(engine::Graph& graph, ovs::Database& ovs, sb::Database& sb,
               store::Table<Confirmation>& confirmations, store::Table<Missed>& misses)
    : switches(graph, ovs.open_vswitch),
      bridges(graph, ovs.bridge),
      ports(graph, ovs.port),
      interfaces(graph, ovs.interface),
      root(graph, ovs.open_vswitch, 0, [](const auto&) { return std::vector<int>{0}; }),
      bridge_by_name(graph, ovs.bridge, mask_of(ovs::Bridge::Columns::name),
                     [](const auto& row) { return std::vector<std::string>{row.name}; }),
      bridge_by_port(graph, ovs.bridge, mask_of(ovs::Bridge::Columns::ports),
                     [](const auto& row) { return uuids_of(row.ports); }),
      port_by_interface(graph, ovs.port, mask_of(ovs::Port::Columns::interfaces),
                        [](const auto& row) { return uuids_of(row.interfaces); }),
      interface_by_name(graph, ovs.interface, mask_of(ovs::Interface::Columns::name),
                        [](const auto& row) { return std::vector<std::string>{row.name}; }),
      chassis(graph, sb.chassis),
      datapaths(graph, sb.datapath_binding),
      bindings(graph, sb.port_binding),
      uplinks(graph, sb.uplink),
      pipeline(graph, sb.pipeline),
      meters(graph, sb.meter),
      meter_bands(graph, sb.meter_band),
      chassis_by_name(graph, sb.chassis, mask_of(sb::Chassis::Columns::name),
                      [](const auto& row) { return std::vector<std::string>{row.name}; }),
      binding_by_name(graph, sb.port_binding, mask_of(sb::PortBinding::Columns::logical_port),
                      [](const auto& row) { return std::vector<std::string>{row.logical_port}; }),
      bindings_by_datapath(graph, sb.port_binding, mask_of(sb::PortBinding::Columns::datapath),
                           [](const auto& row) { return std::vector<Uuid>{row.datapath.uuid}; }),
      bindings_by_chassis(graph, sb.port_binding, mask_of(sb::PortBinding::Columns::chassis),
                          [](const auto& row) {
                            return row.chassis ? std::vector<Uuid>{row.chassis->uuid}
                                               : std::vector<Uuid>{};
                          }),
      uplinks_by_datapath(graph, sb.uplink, mask_of(sb::Uplink::Columns::datapath),
                          [](const auto& row) { return std::vector<Uuid>{row.datapath.uuid}; }),
      pipeline_by_stage(
          graph, sb.pipeline,
          mask_of(sb::Pipeline::Columns::pipeline) | mask_of(sb::Pipeline::Columns::table_id),
          [](const auto& row) {
            return std::vector{std::pair<std::string, std::int64_t>{row.pipeline, row.table_id}};
          }),
      rules_in(
          graph, sb.pipeline,
          mask_of(sb::Pipeline::Columns::datapath) | mask_of(sb::Pipeline::Columns::port_group),
          scope_of),
      address_sets(graph, sb.address_set),
      address_set_by_name(graph, sb.address_set, mask_of(sb::AddressSet::Columns::name),
                          [](const auto& row) { return std::vector<std::string>{row.name}; }),
      set_members(graph, {sb.address_set, ~store::ColumnMask{0}, members_of, member_changes}),
      meter_by_name(graph, sb.meter, mask_of(sb::Meter::Columns::name),
                    [](const auto& row) { return std::vector<std::string>{row.name}; }),
      meters_from(
          graph, sb.meter, mask_of(sb::Meter::Columns::name),
          [](const auto& row) { return std::vector<std::uint32_t>{Meter::first_id(row.name)}; }),
      confirmed(graph, confirmations, ~store::ColumnMask{0},
                [](const Confirmation& row) { return std::vector<Wanted>{row.wanted}; }),
      missed(graph, misses, ~store::ColumnMask{0},
             [](const Missed& row) { return std::vector<std::string>{row.port}; }) {}
Inputs::~Inputs() = default;

}  // namespace mooring::controller

#include "northd/inputs.h"

#include <vector>

namespace mooring::northd {
namespace {

using ovsdb::mask_of;

template <class Refs>
std::vector<Uuid> uuids_of(const Refs& refs) {
  std::vector<Uuid> out;
  out.reserve(refs.size());
  for (const auto& ref : refs) out.push_back(ref.uuid);
  return out;
}

// Rows by their ports, of which there may be very many.
template <class Row>
engine::Feed<Row, Uuid> by_ports(store::Table<Row>& table) {
  return {table, mask_of(Row::Columns::ports), [](const Row& row) { return uuids_of(row.ports); },
          [](const Row& before, const Row& after) {
            return engine::key_changes<Uuid>(before.ports, after.ports,
                                             [](const auto& ref) { return ref.uuid; });
          }};
}

template <class Row>
std::vector<Uuid> acls_of(const Row& row) {
  return uuids_of(row.acls);
}

template <class Row>
std::vector<int> single(const Row&) {
  return {0};
}

using Member = std::pair<std::string, std::string>;

std::vector<Member> members_of(const nb::AddressSet& row) {
  std::vector<Member> out;
  out.reserve(row.addresses.size());
  for (const std::string& text : row.addresses) out.emplace_back(row.name, text);
  return out;
}

engine::KeyChanges<Member> member_changes(const nb::AddressSet& before,
                                          const nb::AddressSet& after) {
  if (before.name != after.name) return {members_of(before), members_of(after)};
  return engine::key_changes<Member>(
      before.addresses, after.addresses,
      [&after](const std::string& text) { return Member(after.name, text); });
}

std::vector<std::string> unless_empty(const std::string& text) {
  if (text.empty()) return {};
  return {text};
}

}  // namespace

std::vector<Uuid> Inputs::switches_of(const sb::DatapathBinding& row) {
  std::vector<Uuid> out;
  if (row.nb_uuid) out.push_back(*row.nb_uuid);
  auto it = row.external_ids.find(std::string_view("logical-switch"));
  auto named = it == row.external_ids.end() ? std::nullopt : Uuid::parse(it->second);
  if (named && (out.empty() || out.front() != *named)) out.push_back(*named);
  if (out.empty()) out.push_back(Uuid());
  return out;
}

Inputs::Inputs(engine::Graph& graph, nb::Database& nb, sb::Database& sb, Problems& own)
    : nb_tables(nb),
      sb_tables(sb),
      nb_global(graph, nb.nb_global),
      physical_switches(graph, nb.physical_switch),
      logical_switches(graph, nb.logical_switch),
      ports(graph, nb.logical_switch_port),
      port_groups(graph, nb.port_group),
      acls(graph, nb.acl),
      address_sets(graph, nb.address_set),
      meters(graph, nb.meter),
      meter_bands(graph, nb.meter_band),
      nb_root(graph, nb.nb_global, 0, single<nb::NBGlobal>),
      sb_root(graph, sb.sb_global, 0, single<sb::SBGlobal>),
      switches_of_port(graph, by_ports(nb.physical_switch), by_ports(nb.logical_switch)),
      port_groups_of(graph, by_ports(nb.port_group)),
      physical_switches_with(graph, nb.physical_switch, mask_of(nb::PhysicalSwitch::Columns::acls),
                             acls_of<nb::PhysicalSwitch>),
      logical_switches_with(graph, nb.logical_switch, mask_of(nb::LogicalSwitch::Columns::acls),
                            acls_of<nb::LogicalSwitch>),
      port_groups_with(graph, nb.port_group, mask_of(nb::PortGroup::Columns::acls),
                       acls_of<nb::PortGroup>),
      port_group_by_name(graph, nb.port_group, mask_of(nb::PortGroup::Columns::name),
                         [](const auto& row) { return unless_empty(row.name); }),
      address_set_by_name(graph, nb.address_set, mask_of(nb::AddressSet::Columns::name),
                          [](const auto& row) { return unless_empty(row.name); }),
      address_set_members(graph, {nb.address_set,
                                  mask_of(nb::AddressSet::Columns::name) |
                                      mask_of(nb::AddressSet::Columns::addresses),
                                  members_of, member_changes}),
      meter_by_name(graph, nb.meter, mask_of(nb::Meter::Columns::name),
                    [](const auto& row) { return std::vector{row.name}; }),
      sb_global(graph, sb.sb_global),
      chassis(graph, sb.chassis),
      chassis_private(graph, sb.chassis_private),
      chassis_diagnostics(graph, sb.chassis_diagnostic),
      datapaths(graph, sb.datapath_binding),
      bindings(graph, sb.port_binding),
      uplinks(graph, sb.uplink),
      pipeline(graph, sb.pipeline),
      chassis_by_name(graph, sb.chassis, mask_of(sb::Chassis::Columns::name),
                      [](const auto& row) { return unless_empty(row.name); }),
      chassis_by_hostname(graph, sb.chassis, mask_of(sb::Chassis::Columns::hostname),
                          [](const auto& row) { return unless_empty(row.hostname); }),
      datapath_of(graph, sb.datapath_binding,
                  mask_of(sb::DatapathBinding::Columns::nb_uuid) |
                      mask_of(sb::DatapathBinding::Columns::external_ids),
                  &Inputs::switches_of),
      binding_by_name(graph, sb.port_binding, mask_of(sb::PortBinding::Columns::logical_port),
                      [](const auto& row) { return std::vector{row.logical_port}; }),
      uplink_by_name(graph, sb.uplink, mask_of(sb::Uplink::Columns::logical_port),
                     [](const auto& row) { return std::vector{row.logical_port}; }),
      sb_address_set_by_name(graph, sb.address_set, mask_of(sb::AddressSet::Columns::name),
                             [](const auto& row) { return std::vector{row.name}; }),
      pipeline_of(graph, sb.pipeline, mask_of(sb::Pipeline::Columns::acl),
                  [](const auto& row) {
                    return row.acl ? std::vector<Uuid>{*row.acl} : std::vector<Uuid>{};
                  }),
      uplinks_on(graph, sb.uplink,
                 mask_of(sb::Uplink::Columns::physical_network) | mask_of(sb::Uplink::Columns::tag),
                 [](const auto& row) {
                   return std::vector{Vlan{row.physical_network, row.tag.value_or(0)}};
                 }),
      uplinks_of(graph, sb.uplink, mask_of(sb::Uplink::Columns::datapath),
                 [](const auto& row) { return std::vector<Uuid>{row.datapath.uuid}; }),
      problems(graph, own) {}
Inputs::~Inputs() = default;

}  // namespace mooring::northd

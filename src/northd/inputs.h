// What the derivations read: rows of both databases, and secondary indexes over them.
#pragma once

#include <string>

#include "engine/graph.h"
#include "engine/index.h"
#include "engine/source.h"
#include "northd/desired.h"
#include "northd/finding.h"
#include "northd/nb.h"
#include "northd/problem.h"
#include "northd/sb.h"

namespace mooring::northd {

struct Inputs {
  Inputs(engine::Graph& graph, nb::Database& nb, sb::Database& sb, Problems& problems);
  ~Inputs();

  nb::Database& nb_tables;
  sb::Database& sb_tables;

  engine::Source<nb::NBGlobal> nb_global;
  engine::Source<nb::PhysicalSwitch> physical_switches;
  engine::Source<nb::LogicalSwitch> logical_switches;
  engine::Source<nb::LogicalSwitchPort> ports;
  engine::Source<nb::PortGroup> port_groups;
  engine::Source<nb::ACL> acls;
  engine::Source<nb::AddressSet> address_sets;
  engine::Source<nb::Meter> meters;
  engine::Source<nb::MeterBand> meter_bands;

  // Rows of tables of one row, under key 0.
  engine::Index<nb::NBGlobal, int> nb_root;
  engine::Index<sb::SBGlobal, int> sb_root;

  // Switches and port groups by a port that they have.
  engine::UnitedIndex<Uuid, nb::PhysicalSwitch, nb::LogicalSwitch> switches_of_port;
  engine::Index<nb::PortGroup, Uuid> port_groups_of;

  // Whose a rule is.
  engine::Index<nb::PhysicalSwitch, Uuid> physical_switches_with;
  engine::Index<nb::LogicalSwitch, Uuid> logical_switches_with;
  engine::Index<nb::PortGroup, Uuid> port_groups_with;
  engine::Index<nb::PortGroup, std::string> port_group_by_name;
  engine::Index<nb::AddressSet, std::string> address_set_by_name;
  // By name and member.
  engine::Index<nb::AddressSet, std::pair<std::string, std::string>> address_set_members;
  engine::Index<nb::Meter, std::string> meter_by_name;

  engine::Source<sb::SBGlobal> sb_global;
  engine::Source<sb::Chassis> chassis;
  engine::Source<sb::ChassisPrivate> chassis_private;
  engine::Source<sb::ChassisDiagnostic> chassis_diagnostics;
  engine::Source<sb::DatapathBinding> datapaths;
  engine::Source<sb::PortBinding> bindings;
  engine::Source<sb::Uplink> uplinks;
  engine::Source<sb::Pipeline> pipeline;

  engine::Index<sb::Chassis, std::string> chassis_by_name;
  engine::Index<sb::Chassis, std::string> chassis_by_hostname;
  // By the UUID of the switch, as nb_uuid says it and as external_ids:logical-switch does: while
  // one is garbled, the other still finds the row.
  engine::Index<sb::DatapathBinding, Uuid> datapath_of;
  engine::Index<sb::PortBinding, std::string> binding_by_name;
  engine::Index<sb::Uplink, std::string> uplink_by_name;
  engine::Index<sb::AddressSet, std::string> sb_address_set_by_name;
  engine::Index<sb::Pipeline, Uuid> pipeline_of;  // by the rule it was made from
  engine::Index<sb::Uplink, Vlan> uplinks_on;
  engine::Index<sb::Uplink, Uuid> uplinks_of;  // by Datapath_Binding

  engine::Source<Problem> problems;

  // What datapath_of indexes a row by; the nil UUID when neither column has one.
  static std::vector<Uuid> switches_of(const sb::DatapathBinding& row);
};

}  // namespace mooring::northd

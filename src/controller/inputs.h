// What the controller derives from: the two databases, as sources and indexes of the graph.
#pragma once

#include <string>
#include <utility>

#include "controller/ovs.h"
#include "controller/sb.h"
#include "engine/source.h"

namespace mooring::controller {

struct Inputs {
  Inputs(engine::Graph& graph, ovs::Database& ovs, sb::Database& sb);

  // The local Open_vSwitch database.
  engine::Source<ovs::OpenVSwitch> switches;
  engine::Source<ovs::Bridge> bridges;
  engine::Source<ovs::Port> ports;
  engine::Source<ovs::Interface> interfaces;
  engine::Index<ovs::OpenVSwitch, int> root;  // under 0: the row, of which a database has one
  engine::Index<ovs::Bridge, std::string> bridge_by_name;
  engine::Index<ovs::Bridge, Uuid> bridge_by_port;
  engine::Index<ovs::Port, Uuid> port_by_interface;
  engine::Index<ovs::Interface, std::string> interface_by_name;

  // The southbound database, as far as this chassis monitors it.
  engine::Source<sb::Chassis> chassis;
  engine::Source<sb::DatapathBinding> datapaths;
  engine::Source<sb::PortBinding> bindings;
  engine::Source<sb::Uplink> uplinks;
  engine::Source<sb::Pipeline> pipeline;
  engine::Index<sb::Chassis, std::string> chassis_by_name;
  engine::Index<sb::PortBinding, std::string> binding_by_name;
  engine::Index<sb::PortBinding, Uuid> bindings_by_datapath;
  engine::Index<sb::PortBinding, Uuid> bindings_by_chassis;
  engine::Index<sb::Uplink, Uuid> uplinks_by_datapath;
  // By pipeline ("ingress", "egress") and table_id.
  engine::Index<sb::Pipeline, std::pair<std::string, std::int64_t>> pipeline_by_stage;
};

}  // namespace mooring::controller

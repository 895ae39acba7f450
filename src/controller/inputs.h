// What the controller derives from: the two databases, as sources and indexes of the graph.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/hash.h"
#include "controller/confirmations.h"
#include "controller/missed.h"
#include "controller/ovs.h"
#include "controller/sb.h"
#include "engine/index.h"
#include "engine/source.h"

namespace mooring::controller {

// Whose rules: of a datapath, or else of a port group.
struct RuleScope {
  Uuid datapath;
  std::string group;
  friend auto operator<=>(const RuleScope&, const RuleScope&) = default;
};

// A member of an Address_Set, as it is written.
struct SetMember {
  std::string set;
  std::string text;
  friend auto operator<=>(const SetMember&, const SetMember&) = default;
};

}  // namespace mooring::controller

template <>
struct mooring::Hash<mooring::controller::RuleScope> {
  std::size_t operator()(const mooring::controller::RuleScope& scope) const {
    return mooring::Hash<std::pair<mooring::Uuid, std::string>>{}({scope.datapath, scope.group});
  }
};

template <>
struct mooring::Hash<mooring::controller::SetMember> {
  std::size_t operator()(const mooring::controller::SetMember& member) const {
    using Parts = std::tuple<std::string_view, std::string_view>;
    return mooring::Hash<Parts>{}({member.set, member.text});
  }
};

namespace mooring::controller {

struct Inputs {
  Inputs(engine::Graph& graph, ovs::Database& ovs, sb::Database& sb,
         store::Table<Confirmation>& confirmations, store::Table<Missed>& missed);
  ~Inputs();

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
  engine::Source<sb::Meter> meters;
  engine::Source<sb::MeterBand> meter_bands;
  engine::Index<sb::Chassis, std::string> chassis_by_name;
  engine::Index<sb::PortBinding, std::string> binding_by_name;
  engine::Index<sb::PortBinding, Uuid> bindings_by_datapath;
  engine::Index<sb::PortBinding, Uuid> bindings_by_chassis;
  engine::Index<sb::Uplink, Uuid> uplinks_by_datapath;
  // By pipeline ("ingress", "egress") and table_id.
  engine::Index<sb::Pipeline, std::pair<std::string, std::int64_t>> pipeline_by_stage;
  engine::Index<sb::Pipeline, RuleScope> rules_in;
  engine::Source<sb::AddressSet> address_sets;
  engine::Index<sb::AddressSet, std::string> address_set_by_name;
  engine::Index<sb::AddressSet, SetMember> set_members;

  engine::Index<sb::Meter, std::string> meter_by_name;
  engine::Index<sb::Meter, std::uint32_t> meters_from;  // by Meter::first_id of the name

  engine::Index<Confirmation, Wanted> confirmed;
  engine::Index<Missed, std::string> missed;  // by port
};

}  // namespace mooring::controller

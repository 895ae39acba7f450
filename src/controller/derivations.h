// All derivations of the controller, wired. Made anew on the same databases it derives the same.
#pragma once

#include "controller/attempts.h"
#include "controller/claims.h"
#include "controller/configuration.h"
#include "controller/confirmations.h"
#include "controller/guards.h"
#include "controller/inputs.h"
#include "controller/meters.h"
#include "controller/network_flows.h"
#include "controller/networks.h"
#include "controller/outputs.h"
#include "controller/port_flows.h"
#include "controller/port_security_flows.h"
#include "controller/program_flows.h"
#include "controller/row_scope.h"
#include "controller/rule_flows.h"
#include "controller/stages.h"
#include "controller/zones.h"
#include "engine/graph.h"

namespace mooring::controller {

// Members are destroyed in the reverse order: derivations before what they read and emit into.
struct Derivations {
  Derivations(ovs::Database& ovs, sb::Database& sb, Confirmations& confirmations,
              Attempts& attempts, Identity identity)
      : inputs(graph, ovs, sb, confirmations.table(), attempts.missed()),
        outputs(graph),
        configuration(graph, inputs, outputs, std::move(identity)),
        claims(graph, inputs, outputs, configuration),
        zones(graph, inputs, configuration),
        networks(graph, inputs, outputs, configuration, claims),
        guards(graph, inputs, outputs, claims, zones),
        groups(graph, claims, networks),
        stages(graph, inputs),
        meters(graph, inputs, outputs),
        program_flows(graph, outputs, {inputs, claims, networks, groups, stages, meters}),
        rule_flows(graph, outputs, {inputs, claims, networks, groups, stages, meters}),
        port_flows(graph, outputs, claims, networks, guards, stages),
        port_security_flows(graph, outputs, claims, networks, guards, stages),
        network_flows(graph, outputs, claims, networks, guards, stages) {}

  engine::Graph graph;
  Inputs inputs;
  Outputs outputs;
  Configuration configuration;
  Claims claims;
  Zones zones;
  Networks networks;
  Guards guards;
  Groups groups;
  Stages stages;
  Meters meters;
  ProgramFlows program_flows;
  RuleFlows rule_flows;
  PortFlows port_flows;
  PortSecurityFlows port_security_flows;
  NetworkFlows network_flows;
};

}  // namespace mooring::controller

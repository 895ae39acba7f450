// All derivations of the controller, wired. Made anew on the same databases it derives the same.
#pragma once

#include "controller/claims.h"
#include "controller/configuration.h"
#include "controller/inputs.h"
#include "controller/network_flows.h"
#include "controller/networks.h"
#include "controller/outputs.h"
#include "controller/port_flows.h"
#include "controller/program_flows.h"
#include "controller/stages.h"
#include "engine/graph.h"

namespace mooring::controller {

// Members are destroyed in the reverse order: derivations before what they read and emit into.
struct Derivations {
  Derivations(ovs::Database& ovs, sb::Database& sb, Identity identity)
      : inputs(graph, ovs, sb),
        outputs(graph),
        configuration(graph, inputs, outputs, std::move(identity)),
        claims(graph, inputs, outputs, configuration),
        networks(graph, inputs, outputs, configuration, claims),
        stages(graph, inputs),
        program_flows(graph, inputs, outputs, claims, stages),
        port_flows(graph, outputs, claims, networks, stages),
        network_flows(graph, outputs, claims, networks, stages) {}

  engine::Graph graph;
  Inputs inputs;
  Outputs outputs;
  Configuration configuration;
  Claims claims;
  Networks networks;
  Stages stages;
  ProgramFlows program_flows;
  PortFlows port_flows;
  NetworkFlows network_flows;
};

}  // namespace mooring::controller

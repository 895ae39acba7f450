#include "controller/outputs.h"

namespace mooring::controller {

Outputs::Outputs(engine::Graph& graph)
    : flows(graph, stratum::kFlows, true),
      learners(graph, stratum::kFlows, true),
      refusals(graph, stratum::kFlows, true),
      meters(graph, stratum::kFlows, true),
      patch_ports(graph, stratum::kFlows, true),
      claims(graph, stratum::kClaims, true),
      attempts(graph, stratum::kClaims, true),
      ready(graph, stratum::kFlows, true),
      wanted(graph, stratum::kFlows, true),
      zones(graph, stratum::kFlows, true),
      findings(graph, stratum::kFlows, true),
      announcements(graph, stratum::kFlows, true) {}
Outputs::~Outputs() = default;

}  // namespace mooring::controller

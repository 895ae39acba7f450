#include "northd/outputs.h"

namespace mooring::northd {

Outputs::Outputs(engine::Graph& graph)
    : datapaths(graph, stratum::kDesired, true),
      bindings(graph, stratum::kDesired, true),
      uplinks(graph, stratum::kDesired, true),
      pipeline(graph, stratum::kDesired, true),
      address_sets(graph, stratum::kDesired, true),
      meters(graph, stratum::kDesired, true),
      global(graph, stratum::kDesired, true),
      ports(graph, stratum::kDesired, true),
      physical_switches(graph, stratum::kDesired, true),
      logical_switches(graph, stratum::kDesired, true),
      southbound_progress(graph, stratum::kDesired, true),
      hypervisor_progress(graph, stratum::kDesired, true),
      findings(graph, stratum::kDesired, true) {}
Outputs::~Outputs() = default;

}  // namespace mooring::northd

#include "northd/outputs.h"

namespace mooring::northd {

Outputs::Outputs(engine::Graph& graph)
    : datapaths(graph, stratum::kSouthbound, true),
      bindings(graph, stratum::kSouthbound, true),
      uplinks(graph, stratum::kSouthbound, true),
      pipeline(graph, stratum::kSouthbound, true),
      address_sets(graph, stratum::kSouthbound, true),
      meters(graph, stratum::kSouthbound, true),
      global(graph, stratum::kSouthbound, true),
      ports(graph, stratum::kNorthbound, true),
      physical_switches(graph, stratum::kNorthbound, true),
      logical_switches(graph, stratum::kNorthbound, true),
      southbound_progress(graph, stratum::kNorthbound, true),
      hypervisor_progress(graph, stratum::kNorthbound, true),
      findings(graph, stratum::kNorthbound, true) {}
Outputs::~Outputs() = default;

}  // namespace mooring::northd

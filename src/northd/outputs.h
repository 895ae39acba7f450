// What the derivations emit for the reconcilers.
#pragma once

#include <string>

#include "engine/relation.h"
#include "northd/desired.h"
#include "northd/finding.h"
#include "northd/strata.h"

namespace mooring::northd {

struct Outputs {
  explicit Outputs(engine::Graph& graph);
  ~Outputs();

  // Southbound.
  engine::Relation<Uuid, DesiredDatapath> datapaths;
  engine::Relation<std::string, DesiredBinding> bindings;
  engine::Relation<std::string, DesiredUplink> uplinks;
  engine::Relation<PipelineRow, Present> pipeline;
  engine::Relation<std::string, DesiredAddress> address_sets;
  engine::Relation<std::string, DesiredMeter> meters;
  engine::Relation<int, DesiredGlobal> global;

  // Northbound.
  engine::Relation<Uuid, PortState> ports;
  engine::Relation<Uuid, SwitchState> physical_switches;
  engine::Relation<Uuid, SwitchState> logical_switches;
  engine::Relation<int, SouthboundProgress> southbound_progress;
  engine::Relation<int, HypervisorProgress> hypervisor_progress;
  engine::Relation<FindingKey, Finding> findings;
};

}  // namespace mooring::northd

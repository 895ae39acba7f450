// All derivations, wired: from the rows of both databases to what both shall say.
#pragma once

#include "engine/graph.h"
#include "northd/acl_program.h"
#include "northd/acls.h"
#include "northd/address_sets.h"
#include "northd/chassis.h"
#include "northd/datapaths.h"
#include "northd/duplicate_address.h"
#include "northd/inputs.h"
#include "northd/meters.h"
#include "northd/networks.h"
#include "northd/outputs.h"
#include "northd/own_problems.h"
#include "northd/port_state.h"
#include "northd/ports.h"
#include "northd/program.h"
#include "northd/progress.h"
#include "northd/switch_state.h"
#include "northd/unsupported.h"
#include "northd/uplinks.h"
#include "northd/vlan_conflict.h"

namespace mooring::northd {

// Pure: given the same rows, the outputs are the same, whichever way the rows came about.
struct Derivations {
  Derivations(nb::Database& nb, sb::Database& sb, Problems& problems)
      : inputs(graph, nb, sb, problems), outputs(graph) {}

  engine::Graph graph;
  Inputs inputs;
  Outputs outputs;

 private:
  Program program_{graph, outputs};
  Meters meters_{graph, inputs, outputs};
  Ports ports_{graph, inputs, outputs};
  Acls acls_{graph, inputs, outputs};
  AclProgram acl_program_{graph, inputs, outputs, acls_};
  AddressSets address_sets_{graph, inputs, outputs, acls_, ports_};
  Networks networks_{graph, inputs, outputs, ports_};
  VlanConflict conflict_{graph, inputs, outputs, networks_};
  Uplinks uplinks_{graph, inputs, outputs, networks_, conflict_};
  Datapaths datapaths_{graph, outputs, networks_};
  DuplicateAddress duplicates_{graph, outputs, ports_};
  ChassisView chassis_{graph, inputs, outputs};
  PortStates port_states_{graph, inputs, outputs, ports_, networks_, uplinks_, chassis_};
  SwitchStates switch_states_{graph, outputs, networks_, chassis_, port_states_};
  ProgressView progress_{graph, inputs, outputs};
  Unsupported unsupported_{graph, inputs, outputs};
  OwnProblems own_problems_{graph, inputs, outputs};
};

}  // namespace mooring::northd

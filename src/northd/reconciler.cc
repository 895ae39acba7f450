#include "northd/reconciler.h"

#include <iterator>

namespace mooring::northd {
Reconciler::Reconciler(Derivations& d, Problems& problems, const Clock& clock, Logger log,
                       Sizes sizes)
    : keys_(d.inputs.sb_tables),
      datapaths_(d.inputs, d.outputs, keys_, problems),
      bindings_(d.inputs, d.outputs, keys_, datapaths_, problems),
      uplinks_(d.inputs, d.outputs, keys_, datapaths_, bindings_, problems),
      pipeline_(d.graph, d.inputs, d.outputs, problems),
      address_sets_(d.inputs, d.outputs, problems),
      meters_(d.graph, d.inputs, d.outputs, problems),
      role_(d.inputs.sb_tables),
      global_(d.inputs, d.outputs, problems),
      ports_(d.inputs, d.outputs, problems),
      physical_switches_(d.outputs.physical_switches, d.inputs.nb_tables.physical_switch, problems),
      logical_switches_(d.outputs.logical_switches, d.inputs.nb_tables.logical_switch, problems),
      diagnostics_(d.graph, d.inputs, d.outputs, problems, clock),
      southbound_progress_(d.inputs, d.outputs, problems, clock),
      hypervisor_progress_(d.inputs, d.outputs, problems, clock),
      southbound_(
          {&role_, &datapaths_, &meters_, &pipeline_, &address_sets_, &bindings_, &uplinks_},
          &global_, sizes.southbound, log),
      northbound_(
          {&southbound_progress_, &diagnostics_, &physical_switches_, &logical_switches_, &ports_},
          &hypervisor_progress_, sizes.northbound, log) {}

std::vector<std::string> Reconciler::note_changes() {
  auto out = southbound_.note_changes();
  auto rest = northbound_.note_changes();
  out.insert(out.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
  return out;
}

}  // namespace mooring::northd

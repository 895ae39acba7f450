// All tables that northd writes, with a writer per database.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "northd/address_set_sync.h"
#include "northd/datapath_sync.h"
#include "northd/derivations.h"
#include "northd/diagnostic_sync.h"
#include "northd/global_sync.h"
#include "northd/meter_sync.h"
#include "northd/pipeline_sync.h"
#include "northd/port_sync.h"
#include "northd/progress_sync.h"
#include "northd/role_sync.h"
#include "northd/state_sync.h"
#include "northd/tunnel_keys.h"
#include "northd/writer.h"

namespace mooring::northd {

class Reconciler {
 public:
  struct Sizes {
    // ovsdb-server takes in 10,000 bindings in half the time by 250 at once than in one
    // transaction, and by fewer not any sooner.
    Writer::Size southbound{250, true};
    // The states of ports are many at the first start. The database serves others between.
    Writer::Size northbound{1000, false};
  };

  Reconciler(Derivations& derivations, Problems& problems, const Clock& clock, Logger log,
             Sizes sizes);

  // Takes in what the derivations changed. Returns what, in words.
  std::vector<std::string> note_changes();
  Writer& southbound() { return southbound_; }
  Writer& northbound() { return northbound_; }

 private:
  TunnelKeys keys_;
  DatapathSync datapaths_;
  BindingSync bindings_;
  UplinkSync uplinks_;
  PipelineSync pipeline_;
  AddressSetSync address_sets_;
  MeterSync meters_;
  RoleSync role_;
  GlobalSync global_;
  PortStateSync ports_;
  SwitchStateSync<nb::PhysicalSwitch> physical_switches_;
  SwitchStateSync<nb::LogicalSwitch> logical_switches_;
  DiagnosticSync diagnostics_;
  SouthboundProgressSync southbound_progress_;
  HypervisorProgressSync hypervisor_progress_;
  Writer southbound_;
  Writer northbound_;
};

}  // namespace mooring::northd

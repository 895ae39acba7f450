// What the controller writes to the local Open_vSwitch database: the integration bridge, patch
// ports, and marks that say how far it is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/inputs.h"
#include "controller/installed_ports.h"
#include "controller/local_config.h"
#include "controller/outputs.h"
#include "controller/ovs.h"
#include "controller/settled.h"
#include "controller/zones.h"
#include "ovsdb/transaction.h"

namespace mooring::controller {

struct LocalState {
  const LocalConfig& config;
  const InstalledPorts& installed;
  // The wants are complete: what isn't wanted may go. Not so in the first moments after a start.
  bool may_remove = false;
};

// As SouthboundSync: compares, and writes the difference.
class LocalSync {
 public:
  LocalSync(ovs::Database& database, Inputs& inputs, Outputs& outputs, const Clock& clock);

  void write(const LocalState& state, ovsdb::Transaction& txn);
  // Whether ovs-vswitchd has yet to take over that patch ports are gone.
  bool waits() const { return gone_with_.has_value(); }
  // How far the configuration is carried out, for whoever watches the integration bridge.
  void write_progress(const LocalConfig& config, std::int64_t nb_cfg,
                      ovsdb::Transaction& txn) const;
  // Zones whose connections the switch is to forget before they are used.
  std::vector<std::uint16_t> take_fresh_zones() { return zones_.take_fresh(); }
  // Takes away the patch ports and marks, before the chassis goes for good.
  void remove(const LocalConfig& config, ovsdb::Transaction& txn) const;

 private:
  using PortNames = std::map<std::string, const ovs::Port*>;

  const ovs::Bridge* bridge(const std::string& name) const;
  void write_bridge(const LocalState& state, ovsdb::Transaction& txn) const;
  void write_patch_ports(const LocalState& state, ovsdb::Transaction& txn);
  // True when one was removed.
  bool mend_patch_ports(bool may_remove, ovsdb::Transaction& txn) const;
  void write_marks(const LocalState& state, ovsdb::Transaction& txn);
  void mark_interfaces(const LocalState& state, ovsdb::Transaction& txn) const;
  void add_patch_port(const std::string& name, const PatchPort& port,
                      ovsdb::Transaction& txn) const;
  bool is_elsewhere(const ovs::Port& row, const PatchPort& port) const;
  void mend_patch_port(const ovs::Port& row, const PatchPort& port, ovsdb::Transaction& txn) const;
  void remove_port(const ovs::Port& row, ovsdb::Transaction& txn) const;
  PortNames ports_by_name() const;

  ovs::Database& database_;
  Inputs& inputs_;
  Outputs& outputs_;
  const Clock& clock_;
  ZoneSync zones_;
  // What patch ports hang on: tables of ports and interfaces, bridges by name and by port, wants,
  // and whether what isn't wanted may go.
  Settled<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, bool>
      patch_ports_settled_;
  // And marks: interfaces, ports that are installed or about to be, findings, and the same.
  Settled<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, bool> marks_settled_;
  // Patch ports were removed with this next_cfg, and ovs-vswitchd hasn't taken that over yet.
  std::optional<std::int64_t> gone_with_;
};

}  // namespace mooring::controller

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
#include "controller/local_config.h"
#include "controller/outputs.h"
#include "controller/ovs.h"
#include "controller/zones.h"
#include "ovsdb/transaction.h"

namespace mooring::controller {

struct LocalState {
  const LocalConfig& config;
  const std::set<std::string>& installed;  // ready ports whose flows are in the switch
  // The wants are complete: what isn't wanted may go. Not so in the first moments after a start.
  bool may_remove = false;
  std::optional<std::int64_t> nb_cfg;  // what is carried out; nullopt while something isn't
};

// As SouthboundSync: compares, and writes the difference.
class LocalSync {
 public:
  LocalSync(ovs::Database& database, Inputs& inputs, Outputs& outputs, const Clock& clock);

  void write(const LocalState& state, ovsdb::Transaction& txn);
  // Zones whose connections the switch is to forget before they are used.
  std::vector<std::uint16_t> take_fresh_zones() { return zones_.take_fresh(); }
  // Takes away the patch ports and marks, before the chassis goes for good.
  void remove(const LocalConfig& config, ovsdb::Transaction& txn) const;

 private:
  using PortNames = std::map<std::string, const ovs::Port*>;

  const ovs::Bridge* bridge(const std::string& name) const;
  void write_bridge(const LocalState& state, ovsdb::Transaction& txn) const;
  void write_patch_ports(const LocalState& state, ovsdb::Transaction& txn);
  void write_marks(const LocalState& state, ovsdb::Transaction& txn) const;
  void write_nb_cfg(const LocalState& state, const ovs::Bridge& row, ovsdb::Transaction& txn) const;
  void add_patch_port(const std::string& name, const PatchPort& port,
                      ovsdb::Transaction& txn) const;
  // True when the port changes its bridge.
  bool mend_patch_port(const ovs::Port& row, const PatchPort& port, ovsdb::Transaction& txn) const;
  void have_peers_found_again(bool moved, ovsdb::Transaction& txn);
  void remove_port(const ovs::Port& row, ovsdb::Transaction& txn) const;
  PortNames ports_by_name() const;

  ovs::Database& database_;
  Inputs& inputs_;
  Outputs& outputs_;
  const Clock& clock_;
  ZoneSync zones_;
  // Patch ports were moved with this next_cfg, and ovs-vswitchd is to look at all ports again.
  std::optional<std::int64_t> moved_with_;
};

}  // namespace mooring::controller

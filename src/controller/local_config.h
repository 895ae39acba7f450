// How the operator set this chassis up: external_ids of the local Open_vSwitch row.
#pragma once

#include <string>
#include <vector>

#include "base/containers.h"
#include "model/bridge_mappings.h"

namespace mooring::controller {

struct LocalConfig {
  std::string system_id;  // "" when the operator hasn't given one
  std::string hostname;
  std::string remote;                    // ovn-remote, as written
  std::string bridge = "br-int";         // ovn-bridge
  std::string bridge_datapath_type;      // ovn-bridge-datapath-type, for a bridge that we make
  std::vector<std::string> encap_types;  // ovn-encap-type, in order
  std::vector<std::string> encap_ips;    // ovn-encap-ip, in order
  std::string cms_options;               // ovn-cms-options
  std::string mappings_text;             // the mapping that is in force
  model::BridgeMappings mappings;
  int probe_interval_ms = 5000;  // ovn-remote-probe-interval
  int garp_max_timeout_s = 0;    // garp-max-timeout-sec; 0: announcements end

  // From external_ids (keys as in ovn-controller(8)). A key with "-SYSTEM_ID" at its end wins over
  // the plain one. Mappings are those of "ovn-bridge-mappings" and of "bridge_mappings" together.
  // own_system_id: what the command line or a file says, "" to read it from external_ids.
  // own_hostname: of this machine, for when the operator gave none.
  static LocalConfig from(const Map<std::string, std::string>& external_ids,
                          const std::string& own_system_id, const std::string& own_hostname);
  friend bool operator==(const LocalConfig&, const LocalConfig&) = default;
};

}  // namespace mooring::controller

// The folders where daemons of OVN and Open vSwitch meet.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "io/remote.h"

namespace mooring::daemon {

// Without a trailing slash.
struct RunDirs {
  std::string ovn_run = "/var/run/ovn";  // OVN_RUNDIR: pidfiles, control and database sockets
  std::string ovn_log = "/var/log/ovn";  // OVN_LOGDIR
  std::string ovn_etc = "/etc/ovn";      // OVN_SYSCONFDIR/ovn: system-id-override
  std::string ovs_run = "/var/run/openvswitch";  // OVS_RUNDIR: db.sock and BRIDGE.mgmt
  // The databases when no option names them: OVN_NB_DB and OVN_SB_DB, else sockets in ovn_run.
  std::string northbound = "unix:/var/run/ovn/ovnnb_db.sock";
  std::string southbound = "unix:/var/run/ovn/ovnsb_db.sock";
  // The local database: db.sock in ovs_run.
  std::string open_vswitch = "unix:/var/run/openvswitch/db.sock";

  // From variables of the environment; `get` is std::getenv except in tests.
  static RunDirs from_environment(const std::function<const char*(const char*)>& get);
  static RunDirs from_environment();
};

// path below folder, unless it is absolute already.
std::string absolute_in(const std::string& folder, const std::string& path);

}  // namespace mooring::daemon

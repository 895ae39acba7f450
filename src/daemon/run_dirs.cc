#include "daemon/run_dirs.h"

#include <cstdlib>

namespace mooring::daemon {

RunDirs RunDirs::from_environment(const std::function<const char*(const char*)>& get) {
  RunDirs dirs;
  auto take = [&get](std::string& target, const char* variable) {
    const char* value = get(variable);
    if (value == nullptr || *value == '\0') return;
    target = value;
    while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  };
  take(dirs.ovn_run, "OVN_RUNDIR");
  take(dirs.ovn_log, "OVN_LOGDIR");
  take(dirs.ovs_run, "OVS_RUNDIR");
  std::string etc;
  take(etc, "OVN_SYSCONFDIR");
  if (!etc.empty()) dirs.ovn_etc = etc + "/ovn";
  dirs.northbound = "unix:" + dirs.ovn_run + "/ovnnb_db.sock";
  dirs.southbound = "unix:" + dirs.ovn_run + "/ovnsb_db.sock";
  dirs.open_vswitch = "unix:" + dirs.ovs_run + "/db.sock";
  take(dirs.northbound, "OVN_NB_DB");
  take(dirs.southbound, "OVN_SB_DB");
  return dirs;
}

RunDirs RunDirs::from_environment() {
  return from_environment(
      [](const char* variable) -> const char* { return std::getenv(variable); });
}

std::string absolute_in(const std::string& folder, const std::string& path) {
  return path.starts_with('/') ? path : folder + "/" + path;
}

}  // namespace mooring::daemon

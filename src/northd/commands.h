// northd's commands on the control socket (ovn-northd(8), RUNTIME MANAGEMENT COMMANDS).
#pragma once

#include "daemon/control_server.h"
#include "northd/northd.h"

namespace mooring::northd {

// northd must outlive server.
void add_commands(daemon::ControlServer& server, Northd& northd);

}  // namespace mooring::northd

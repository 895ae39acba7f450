// vlog/* on the control socket.
#pragma once

#include "base/log.h"
#include "daemon/control_server.h"

namespace mooring::daemon {

// Adds vlog/set, vlog/list, vlog/close and vlog/reopen; log must outlive server.
void add_log_commands(ControlServer& server, Log& log);

}  // namespace mooring::daemon

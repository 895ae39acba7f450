// Lines that say which packets access control lists met, in OVN's form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/punt.h"

namespace mooring::controller {

// name="allow-web", verdict=allow, severity=info, direction=from-lport: tcp,vlan_tci=0x0000,...
//
// The packet is in ovs-ofctl's flow syntax, as flow_format() of Open vSwitch 3.1 gives it to OVN.
// All lines have the level INFO, whatever their severity, as OVN's have; so syslog, which takes
// warnings by default, gets them after `vlog/set acl_log:syslog:info`.
// nullopt: the frame has no Ethernet header.
std::optional<std::string> acl_log_line(const LogEntry& entry, std::string_view frame);

}  // namespace mooring::controller

// The frames that announce a port, as bytes.
#pragma once

#include <string>
#include <vector>

#include "controller/announcement.h"

namespace mooring::controller {

// Untagged Ethernet frames without FCS: for each IPv4 address a broadcast ARP request whose sender
// and target are that address (RFC 5227 section 3), for each IPv6 address an unsolicited neighbour
// advertisement with the override flag to all nodes (RFC 4861 section 7.2.6), and a reverse ARP
// request (RFC 903) where there is no address at all.
std::vector<std::string> announcement_frames(const Announcement& announcement);

}  // namespace mooring::controller
